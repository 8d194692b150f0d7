"""What every page shows to leads and managers about the auditor's faults."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.urls import reverse

from clinic.models import Fault, Role, User
from courses.alerts.audit.auditor import audit_alerts
from courses.alerts.audit.faults import open_faults
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def untold(report, at):
    """A red flag that could reach nobody."""
    User.objects.update(email="")
    alert = report("cardiac")
    audit_alerts(at=at + MINUTE)
    return alert


def test_every_page_says_what_is_wrong_and_what_to_do(signed_in, lead, untold):
    page = signed_in(lead).get(reverse("admin:setup")).content.decode()
    assert "1 problem with sending messages." in page
    assert "Nobody was emailed about it." in page
    assert "correct one under Setup &gt; Staff" in page
    assert reverse("admin:courses_alert_change", args=[untold.pk]) in page


def test_until_it_is_fixed(signed_in, lead, untold, at):
    User.objects.update(email="someone@example.org")
    audit_alerts(at=at + 10 * MINUTE)
    audit_alerts(at=at + 11 * MINUTE)
    assert open_faults(lead) is None


@pytest.mark.parametrize(("kind", "words"), [("stuck", "no reminder or escalation"), ("undelivered", "failed")])
def test_each_kind_has_its_words(lead, report, at, kind, words):
    Fault.find(Fault.Kind(kind), f"alert:{report().pk}", at=at)
    assert words in open_faults(lead).oldest[0].what


def test_managers_too_and_nobody_else(untold, manager, practitioner, front_desk):
    assert [open_faults(one) is not None for one in (manager, practitioner, front_desk)] == [True, False, False]


def test_nothing_of_another_clinic(untold, stranger):
    other = MembershipFactory(clinic=stranger.clinic, role=Role.LEAD)
    assert open_faults(other) is None


def test_no_more_than_three_are_named_and_all_counted(lead, report, course, at):
    for code in ("cardiac", "trauma", "pain_72h", "mood"):
        Fault.find(Fault.Kind.STUCK, f"alert:{report(code).pk}", at=at)
    found = open_faults(lead)
    assert (found.n_faults, len(found.oldest)) == (4, 3)


def test_faults_of_the_curve_are_the_operators(lead, at):
    Fault.find(Fault.Kind.CURVE, f"course:{uuid.uuid4().int % 1000}", at=at)
    assert open_faults(lead) is None
