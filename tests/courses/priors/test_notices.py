"""Mail to staff about the curve: it names no patient."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clinic.models import Message
from clinic.outbox.deliver import deliver_due
from clinic.outbox.transports.base import TransportError
from courses.priors.notices import curve_notice
from tests.courses.priors.conftest import WORSE

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def staff(practitioner, lead, manager, front_desk, stranger):
    """All staff have an address."""
    return {f"membership:{one.pk}": one.role for one in (practitioner, lead, manager, front_desk, stranger)}


def told(staff) -> set[str]:
    return {staff[message.recipient] for message in Message.objects.filter(kind="curve_notice")}


def test_quiet_night_emails_nobody(night, staff):
    night()
    assert told(staff) == set()


@pytest.mark.parametrize(
    ("numbers", "roles"),
    [
        ({"threshold": 20.0}, {"lead"}),
        ({"is_clamped": True}, {"lead", "manager"}),
        ({"fixed_per_100": 7.0}, {"lead", "manager"}),
    ],
    ids=["waits", "clamped", "over budget"],
)
def test_threshold_is_reported_to_those_who_can_act(night, staff, numbers, roles):
    night(threshold=numbers)
    assert told(staff) == roles


def test_coverage_is_reported_to_leads_and_managers(night, staff):
    night(coverage90=0.7)
    assert told(staff) == {"lead", "manager"}


def test_thirty_nights_are_reported_to_leads_and_managers(night, staff):
    night(**WORSE)
    night(later=30 * DAY, **WORSE)
    assert told(staff) == {"lead", "manager"}


def test_mail_says_what_happened_and_where_to_look(night, lead, clinic, at, smtp):
    night(threshold={"is_clamped": True})
    deliver_due(clock=lambda: at)
    (mail,) = smtp.mails
    assert mail["Subject"] == "Healing curve: alert threshold held at its limit - Linden"
    assert mail["To"] == lead.user.email
    assert "http://127.0.0.1:8000/admin/courses/prior/" in mail.get_body(("plain",)).get_content()


def test_mail_names_no_patient(night, course, lead, at):
    night(threshold={"is_clamped": True})
    mail = curve_notice.render(Message.objects.get(kind="curve_notice"))
    for word in (course.patient.family_name, course.patient.given_name, course.complaint):
        assert word not in mail.subject + mail.text + mail.html


def test_mail_to_somebody_who_left_fails_for_good(night, lead, at):
    night(threshold={"is_clamped": True})
    lead.deactivated_at = at
    lead.save()
    with pytest.raises(TransportError) as failure:
        curve_notice.render(Message.objects.get(kind="curve_notice"))
    assert failure.value.permanent
