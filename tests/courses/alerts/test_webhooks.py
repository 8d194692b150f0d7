"""Alerts for webhooks: ids, clinic, severity, a link; the mail to people is independent."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from clinic.models import Endpoint, Message
from clinic.outbox.deliver import deliver_due
from courses.alerts.messages.webhooks import alert_webhook
from courses.alerts.responding import acknowledge, last_news

pytestmark = pytest.mark.django_db


@pytest.fixture
def endpoint(clinic) -> Endpoint:
    """The clinic's own; no server listens there."""
    return Endpoint.objects.create(clinic=clinic, name="Chat", url="http://127.0.0.1:1/in")


def waiting():
    return Message.objects.filter(kind="staff_alert_webhook").order_by("pk")


def test_clinics_webhook_hears_of_every_alert(endpoint, report):
    report("cardiac")
    [message] = waiting()
    assert (message.recipient, message.channel) == (f"endpoint:{endpoint.pk}", "webhook")


def test_members_webhook_gets_what_they_are_sent(endpoint, find, practitioner, lead):
    Endpoint.objects.create(clinic=lead.clinic, name="Lead", url="https://a.example.org/", member=lead)
    own = Endpoint.objects.create(
        clinic=lead.clinic, name="Own", url="https://a.example.org/", member=practitioner
    )
    find("red")
    assert {message.recipient for message in waiting()} == {f"endpoint:{endpoint.pk}", f"endpoint:{own.pk}"}


@pytest.mark.parametrize("values", [{"is_on": False}, {"failed_at": "2026-03-01T00:00Z"}])
def test_webhook_not_in_use_hears_nothing(endpoint, report, values):
    Endpoint.objects.update(**values)
    report("cardiac")
    assert not waiting().exists()


def test_other_clinics_webhook_hears_nothing(report, stranger):
    Endpoint.objects.create(clinic=stranger.clinic, name="Theirs", url="https://a.example.org/")
    report("cardiac")
    assert not waiting().exists()


@pytest.mark.parametrize("is_members", [False, True])
def test_that_took_it_has_reached_a_person_only_where_it_is_a_persons(endpoint, report, lead, at, is_members):
    Endpoint.objects.update(member=lead if is_members else None)
    alert = report("cardiac")
    [message] = waiting()
    message.state = Message.State.SENT
    alert_webhook.settled(message, at=at)
    assert alert.reaches.exclude(reached_at=None).exists() is is_members


def test_says_nothing_of_the_patient(endpoint, report):
    alert = report("cardiac")
    notice = alert_webhook.render(waiting()[0])
    assert (notice.facts["alert"], notice.facts["severity"], notice.facts["clinic"]) == (alert.pk, "E0", "Linden")
    words = json.dumps(dict(notice.facts))
    for secret in (alert.patient.given_name, alert.patient.family_name, alert.course.complaint, "cardiac"):
        assert secret not in words


def test_is_not_sent_once_somebody_took_the_alert_on(endpoint, report, lead, smtp, at):
    alert = report("cardiac")
    acknowledge(alert, by=lead, at=at, seen=last_news(alert), way="admin")
    deliver_due(clock=lambda: at)
    assert waiting()[0].state == "cancelled"


def test_that_is_away_keeps_no_mail_back(endpoint, report, smtp, at):
    report("cardiac")
    assert deliver_due(clock=lambda: at) == 2
    assert (waiting()[0].state, waiting()[0].error) == ("pending", "ConnectionRefusedError")


def test_that_may_not_be_reached_is_marked_and_reported(endpoint, report, manager, smtp, at):
    Endpoint.objects.update(url="http://192.168.0.1/in")
    report("cardiac")
    deliver_due(clock=lambda: at)
    endpoint.refresh_from_db()
    assert endpoint.failed_at == at
    deliver_due(clock=lambda: at + timedelta(seconds=1))
    subjects = [mail["Subject"] for mail in smtp.to("manager@example.org")]
    assert "A webhook refused a message - Linden" in subjects
