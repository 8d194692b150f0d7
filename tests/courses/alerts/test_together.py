"""Mails about one course are sent and grouped together; a red flag's report is always sent alone."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clinic.models import Message
from clinic.outbox.deliver import deliver_due
from courses.alerts.raising import raise_alert
from courses.alerts.steps import sweep
from courses.models import Alert
from courses.rules.facts import Finding, Severity

pytestmark = pytest.mark.django_db

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


@pytest.fixture
def two_matters(find, course, at):
    """A pain alert and an unanswered check-in of one course, raised at the same time."""
    pain = find("red")
    finding = Finding("unanswered", 1, Severity.C, {})
    call = raise_alert(
        patient=course.patient, course=course, rule=Alert.Rule.UNANSWERED, findings=[finding], at=at
    )
    return pain, call


def test_two_matters_of_one_course_are_one_mail_a_person(two_matters, smtp, at):
    pain, call = two_matters
    deliver_due(clock=lambda: at + 6 * MINUTE)
    to_practitioner = smtp.to("practitioner@example.org")
    [mail] = to_practitioner
    assert mail["Subject"] == "2 alerts: red - Linden"
    text = mail.get_body(("plain",)).get_content()
    for alert in (pain, call):
        assert f"/admin/courses/alert/{alert.pk}/change/" in text
        assert alert.events.filter(kind="sent").count() >= 1


def test_every_report_of_a_red_flag_has_a_mail_of_its_own(report, find, smtp, practitioner, at):
    find("red")
    for minute in range(3):
        report("cardiac", at=at + minute * MINUTE)
    deliver_due(clock=lambda: at + 6 * MINUTE)
    subjects = [mail["Subject"] for mail in smtp.to("practitioner@example.org")]
    assert len([subject for subject in subjects if "emergency" in subject]) == 3
    assert len(subjects) == 4


def test_repeats_that_piled_up_are_one_mail(report, smtp, at):
    alert = report("cardiac")
    for moment in range(1, 8):
        sweep(at=at + moment * 5 * MINUTE)
    deliver_due(clock=lambda: at + HOUR)
    subjects = [mail["Subject"] for mail in smtp.to("practitioner@example.org")]
    assert subjects == [
        f"Alert {alert.pk}: emergency - Linden",
        f"Alert {alert.pk}, reminder: emergency - Linden",
    ]
    assert not Message.objects.filter(kind="staff_alert", state="pending", due_at__lte=at + HOUR).exists()


def test_later_mails_answer_the_first(report, smtp, at):
    report("cardiac")
    deliver_due(clock=lambda: at)
    sweep(at=at + 5 * MINUTE)
    deliver_due(clock=lambda: at + 5 * MINUTE)
    first, second = smtp.to("practitioner@example.org")
    assert first["In-Reply-To"] is None
    assert second["In-Reply-To"] == second["References"] == first["Message-ID"]
    assert second["Message-ID"] != first["Message-ID"]


def test_another_alert_begins_another_thread(report, smtp, at):
    report("cardiac")
    report("mood")
    deliver_due(clock=lambda: at + 6 * MINUTE)
    assert [mail["References"] for mail in smtp.to("practitioner@example.org")] == [None, None]


def test_bounced_address_is_skipped_and_reported(find, clinic, practitioner, lead, smtp, told, at):
    alert = find("red")
    smtp.answer_to_recipient["practitioner@example.org"] = "550 no such user"
    # Nobody else was written to meanwhile, so it is believed at the third attempt.
    for minutes in (6, 7, 8):
        deliver_due(clock=lambda minutes=minutes: at + minutes * MINUTE)
    practitioner.refresh_from_db()
    assert practitioner.email_failed_at == at + 8 * MINUTE
    sweep(at=at + 8 * MINUTE)
    assert told(alert, "escalated") == ["lead"]
    deliver_due(clock=lambda: at + 8 * MINUTE)
    assert "A staff mail address was refused - Linden" in [mail["Subject"] for mail in smtp.to("lead@example.org")]


def test_address_that_takes_mail_again_is_trusted_again(report, practitioner, smtp, at):
    practitioner.email_failed_at = at - HOUR
    practitioner.save()
    report("cardiac")
    deliver_due(clock=lambda: at)
    practitioner.refresh_from_db()
    assert practitioner.email_failed_at is None
