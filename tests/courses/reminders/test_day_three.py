"""The check-in of day 3: by the same rules as that of the next day, and only while it is about its session."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clinic.models import Clinic, Message
from clinic.outbox.deliver import deliver_due
from courses.models import Reminder
from courses.reminders.permission import MAX_PER_DAY
from patients.models import Consent
from tests.courses.reminders.test_mail import sent_before
from tests.factories import log_visit, refuse_consent

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def day3(course, at) -> Reminder:
    """Of a visit now, due in three days at ten; the one before is not involved."""
    log_visit(course, at)
    Message.objects.update(state="cancelled", settled_at=at)
    found = Reminder.objects.get(kind="check_in_day3")
    Message.objects.filter(kind="reminder", subject_id=found.pk).update(state="pending", settled_at=None)
    return found


@pytest.fixture
def deliver(smtp):
    """Send what is due at a time."""
    return lambda at: deliver_due(clock=lambda: at)


def test_is_not_asked_after_another_visit(day3, course, deliver, at):
    log_visit(course, at + 2 * DAY)
    deliver(day3.due_at)
    day3.refresh_from_db()
    assert (day3.state, day3.refused_because) == ("refused", "another_visit")


def test_is_not_asked_where_the_clinic_asks_no_more(day3, deliver):
    Clinic.objects.update(is_day3_asked=False)
    deliver(day3.due_at)
    day3.refresh_from_db()
    assert (day3.state, day3.refused_because) == ("refused", "not_asked")


def test_is_not_asked_without_consent_to_check_ins(day3, patient, practitioner, deliver, at):
    refuse_consent(patient, Consent.Stream.CHECK_INS, by=practitioner, at=at)
    assert deliver(day3.due_at) == 0
    day3.refresh_from_db()
    assert day3.refused_because == "no_consent"


def test_is_asked_whatever_the_consent_to_reminders(day3, patient, practitioner, deliver, smtp, at):
    refuse_consent(patient, Consent.Stream.REMINDERS, by=practitioner, at=at)
    assert deliver(day3.due_at) == 1
    assert str(smtp.mails[0]["Subject"]) == "How are you today?"


def test_is_not_asked_after_three_mails_of_that_day(day3, course, deliver):
    sent_before(course, MAX_PER_DAY, at=day3.due_at - HOUR)
    deliver(day3.due_at)
    day3.refresh_from_db()
    assert day3.refused_because == "enough_today"
