"""An owner who manages and treats signs in by email, does both, and is warned before the last lead goes."""

from __future__ import annotations

import re

import pytest
from django.urls import reverse
from playwright.sync_api import expect

from clinic.models import Clinic, Membership, Role
from tests.factories import MembershipFactory, make_clinic

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

PASSWORD = "Wood pigeon 7"


@pytest.fixture
def clinic() -> Clinic:
    return make_clinic("Linden")


@pytest.fixture
def owner(clinic) -> Membership:
    member = MembershipFactory(
        clinic=clinic, role=Role.MANAGER, more_roles=[Role.PRACTITIONER], user__username="owner", licence_number=""
    )
    member.user.email = "Olive.Oak@example.org"
    member.user.set_password(PASSWORD)
    member.user.save()
    return member


@pytest.fixture
def lead(clinic) -> Membership:
    return MembershipFactory(clinic=clinic, role=Role.LEAD, user__username="larch")


def test_owner_signs_in_by_email_and_has_both_roles(page, owner, lead):
    page.goto("/accounts/login/")
    page.get_by_label("Username or email address").fill("olive.oak@EXAMPLE.org")
    page.get_by_label("Password").fill("wrong")
    page.get_by_role("button", name="Sign in", exact=True).click()
    expect(page.get_by_text("do not match")).to_be_visible()
    expect(page.get_by_label("Username or email address")).to_have_value("olive.oak@EXAMPLE.org")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()
    page.wait_for_url("**/admin/")
    # A practitioner's lack, with a manager's link.
    lack = page.get_by_text("The licence of Owner Tree is not on file.")
    expect(lack).to_be_visible()
    page.get_by_role("link", name=re.compile("Fix.*licence of Owner Tree")).first.click()
    page.get_by_label("Licence number").fill("L-9")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("L-9")).to_be_visible()
    page.goto("/admin/")
    expect(lack).to_have_count(0)
    for path in ("/dashboard/", "/admin/clinic/membership/add/", "/admin/patients/patient/add/"):
        assert page.goto(path).status == 200


def test_warning_before_the_last_lead_is_saved(page, sign_in, owner, lead):
    sign_in(owner)
    url = reverse("admin:clinic_membership_change", args=[lead.pk])
    page.goto(url)
    page.locator("#id_role").select_option("practitioner")
    page.get_by_label("Licence number").fill("L-77")
    page.get_by_role("button", name="Save", exact=True).click()
    expect(page.get_by_text("is the last duty lead")).to_be_visible()
    expect(page.get_by_label("Licence number")).to_have_value("L-77")
    assert Membership.objects.get(pk=lead.pk).has_role(Role.LEAD)
    page.get_by_label("Save without a duty lead").check()
    page.get_by_role("button", name="Save", exact=True).click()
    page.wait_for_url("**/admin/clinic/membership/")
    expect(page.get_by_text("This clinic has no duty lead.")).to_be_visible()
    page.get_by_role("link", name="Stand in for the duty lead").click()
    page.get_by_label("Why do you stand in").fill("Lars left on Friday.")
    page.get_by_role("button", name="Stand in for the duty lead").click()
    expect(page.get_by_text("You stand in for the duty lead now.")).to_be_visible()
    page.goto("/admin/")
    expect(page.get_by_text("You stand in for the duty lead, because this clinic has none.")).to_be_visible()
