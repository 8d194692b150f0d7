"""A link into another of the user's clinics offers to switch and keeps the link; strangers get 404."""

from __future__ import annotations

import pytest
from django.urls import reverse

from clinic.models import Membership
from courses.models import Course, Letter, LetterEvent
from tests import factories
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def twice(course, lead) -> Membership:
    """The lead of this clinic, who also works in another one, and did so last."""
    other = factories.make_clinic("Harbour")
    here = MembershipFactory(clinic=other, user=lead.user, role="practitioner")
    lead.user.last_membership = here.uuid
    lead.user.save()
    return lead


@pytest.fixture
def path(course) -> str:
    return reverse("admin:courses_course_change", args=[course.pk]) + "?from=mail"


def test_offers_to_switch_and_opens_the_page_with_its_link(signed_in, twice, path):
    client = signed_in(twice)
    page = client.get(path)
    assert page.status_code == 200
    assert "This belongs to Linden" in page.content.decode()
    response = client.post("/clinic/switch/", {"membership": str(twice.uuid), "next": path})
    assert response.url == path
    assert client.get(path).context["membership"] == twice


def test_offers_it_too_where_the_role_here_would_not_do(signed_in, twice):
    Membership.objects.filter(pk=twice.pk).update(role="manager")
    page = signed_in(twice).get(reverse("admin:clinic_membership_address", args=[twice.pk]))
    assert "This belongs to Linden" in page.content.decode()


def test_shows_nothing_of_the_page(signed_in, twice, path, course):
    page = signed_in(twice).get(path).content.decode()
    assert course.patient.family_name not in page


def test_clinic_used_last_stays_across_sign_ins(client, signed_in, twice, path):
    signed_in(twice).post("/clinic/switch/", {"membership": str(twice.uuid)})
    client.post("/accounts/logout/")
    assert signed_in(twice).get("/admin/").context["membership"] == twice


def test_nobody_else_is_offered_anything(signed_in, stranger, path):
    other = MembershipFactory(clinic=factories.make_clinic("Mill"), user=stranger.user)
    page = signed_in(stranger).get(path)
    missing = signed_in(stranger).get(path.replace(str(Course.objects.get().pk), "987654"))
    assert (page.status_code, missing.status_code) == (404, 404)
    assert page.content == missing.content
    assert other.clinic.name not in page.content.decode().partition("<main")[2]


@pytest.mark.parametrize("change", [{"is_pending": True}, {"deactivated_at": "2026-01-01T00:00:00Z"}])
def test_not_before_accepting_and_not_after_leaving(signed_in, twice, path, change):
    Membership.objects.filter(pk=twice.pk).update(**change)
    assert signed_in(twice).get(path).status_code == 404


def test_not_where_the_role_there_may_not_see_it(signed_in, twice, path):
    Membership.objects.filter(pk=twice.pk).update(role="front_desk")
    assert signed_in(twice).get(path).status_code == 404


def test_what_a_page_would_write_is_not_kept(signed_in, twice, course, at):
    letter = Letter.objects.create(
        clinic=course.clinic,
        patient=course.patient,
        course=course,
        kind=Letter.Kind.SUMMARY,
        addressee="Dr. Ilex",
        written_by=twice,
        written_at=at,
        pdf=b"%PDF-",
    )
    page = signed_in(twice).get(reverse("admin:courses_letter_pdf", args=[letter.pk]))
    assert "This belongs to Linden" in page.content.decode()
    assert not LetterEvent.objects.filter(letter=letter).exists()


def test_form_sent_to_a_row_elsewhere_changes_nothing(signed_in, twice, course):
    path = reverse("admin:courses_course_hold", args=[course.pk])
    assert signed_in(twice).post(path, {"reason": "x"}).status_code == 404


@pytest.mark.parametrize("to", ["https://evil.example.org/", "//evil.example.org/", "javascript:alert(1)"])
def test_switch_leads_to_no_other_site(signed_in, twice, to):
    response = signed_in(twice).post("/clinic/switch/", {"membership": str(twice.uuid), "next": to})
    assert response.url == "/"
