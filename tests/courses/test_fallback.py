"""What continues with only PostgreSQL and the mail server."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from clinic.management.commands import deliver_due as command
from courses.alerts import steps
from courses.models import AlertEvent
from courses.sessions.red_flags.recording import report_red_flags
from tests.factories import flag

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def one_pass(monkeypatch, time_machine):
    """One pass of the process, at a time."""
    monkeypatch.setattr(command, "close_old_connections", lambda: None)

    def run(at):
        time_machine.move_to(at, tick=False)
        command.Command()._one_pass()

    return run


@pytest.fixture
def emergency(course, practitioner, lead, manager, at):
    told = [flag(course.clinic, "cardiac")]
    report_red_flags(
        patient=course.patient, course=course, flags=told, form_key=uuid.uuid4(), by=practitioner, at=at
    )


def test_emergency_is_sent_and_escalates_to_the_next_person(emergency, one_pass, smtp, at):
    one_pass(at)
    assert sorted(mail["To"] for mail in smtp.mails) == ["lead@example.org", "practitioner@example.org"]
    one_pass(at + 5 * MINUTE)
    assert "manager@example.org" in {mail["To"] for mail in smtp.mails}


def test_sweep_that_breaks_keeps_no_mail_back(emergency, one_pass, smtp, at, monkeypatch):
    monkeypatch.setattr(steps, "sweep", lambda at: 1 / 0)
    one_pass(at)
    assert len(smtp.mails) == 2
    assert AlertEvent.objects.filter(kind="sent").count() == 2
