"""Nobody was reached in time: /healthz, a fault, the banner and the figures say so, whatever the rows say."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from django.urls import reverse

from clinic.health.checks import examine
from clinic.models import Fault, Message, User
from clinic.outbox.deliver import deliver_due
from courses.alerts.reached.late import late_alerts, note_unreached, reached_health
from courses.models import Reach

pytestmark = pytest.mark.django_db

SECOND, MINUTE = timedelta(seconds=1), timedelta(minutes=1)


def nothing(_smtp):
    """Nobody sends."""


def addressed_to_nobody(_smtp):
    Message.objects.update(state="cancelled", settled_at=datetime(2026, 3, 11, tzinfo=UTC))
    User.objects.update(email="")


def due_in_2099(_smtp):
    Message.objects.update(due_at=datetime(2099, 1, 1, tzinfo=UTC))


def of_a_vanished_kind(_smtp):
    Message.objects.update(kind="gone")


def retried(smtp):
    smtp.answer = "450 try later"


def refused_on_our_account(smtp):
    smtp.answer = "554 5.7.1 policy"


def being_sent_for_ever(_smtp):
    Message.objects.update(state="sending", lease_until=datetime(2026, 3, 11, 10, 9, tzinfo=UTC))


CAUSES = (
    nothing,
    addressed_to_nobody,
    due_in_2099,
    of_a_vanished_kind,
    retried,
    refused_on_our_account,
    being_sent_for_ever,
)


@pytest.mark.parametrize("cause", CAUSES)
def test_whatever_the_cause_it_is_late_after_two_minutes(report, smtp, at, cause):
    alert = report("cardiac")
    cause(smtp)
    if cause is not nothing:
        deliver_due(clock=lambda: at + SECOND)
    assert reached_health(at=at + 2 * MINUTE - SECOND).is_well
    late = at + 2 * MINUTE
    assert not examine(at=late)["reached"].is_well
    assert note_unreached(at=late) == 1
    assert Fault.objects.open().filter(kind=Fault.Kind.UNREACHED).get().subject == f"alert:{alert.pk}"
    assert late_alerts(alert.clinic, at=late).n_alerts == 1


def test_is_well_again_once_somebody_is_reached(report, smtp, at):
    report("cardiac")
    note_unreached(at=at + 3 * MINUTE)
    deliver_due(clock=lambda: at + 4 * MINUTE)
    assert reached_health(at=at + 4 * MINUTE).is_well
    note_unreached(at=at + 4 * MINUTE)
    assert not Fault.objects.open().exists()


def test_emergency_of_another_century_is_sent_once_it_is_noticed(report, smtp, at):
    report("cardiac")
    due_in_2099(smtp)
    note_unreached(at=at + 2 * MINUTE)
    assert deliver_due(clock=lambda: at + 2 * MINUTE) == 2


def test_urgent_referral_of_the_night_is_not_late_before_opening(report, office_hours, smtp, at):
    report("pain_72h", at=at.replace(hour=22))
    opening = at.replace(hour=7) + timedelta(days=1)
    assert reached_health(at=opening + MINUTE).is_well
    assert not reached_health(at=opening + 2 * MINUTE).is_well


@pytest.mark.parametrize("who", ["practitioner", "lead", "manager", "front_desk"])
def test_every_page_says_so_to_everybody(request, signed_in, report, at, time_machine, who):
    alert = report("cardiac")
    time_machine.move_to(at + 3 * MINUTE, tick=False)
    page = signed_in(request.getfixturevalue(who)).get(reverse("admin:index")).content.decode()
    assert "1 alert has reached nobody." in page
    assert f"#{alert.pk} emergency" in page
    assert alert.patient.family_name not in page.split("1 alert has reached nobody.")[1].split("</div>")[0]


def test_nothing_of_another_clinic(report, stranger, at):
    report("cardiac")
    assert late_alerts(stranger.clinic, at=at + 3 * MINUTE) is None


def test_page_of_the_alert_says_how_long_it_took(report, smtp, signed_in, lead, at, time_machine):
    alert = report("cardiac")
    time_machine.move_to(at + 3 * MINUTE, tick=False)
    client, address = signed_in(lead), reverse("admin:courses_alert_change", args=[alert.pk])
    assert "no message accepted yet, after 3 minutes" in client.get(address).content.decode()
    deliver_due(clock=lambda: at + 200 * SECOND)
    assert "first message accepted after 3 minutes" in client.get(address).content.decode()
    assert Reach.objects.get().took == 200 * SECOND


def test_figures_count_what_is_late_and_how_long_it_took(report, smtp, client, settings, at, time_machine):
    settings.METRICS_TOKEN = "a-token-of-the-operators"
    report("cardiac")
    deliver_due(clock=lambda: at + 8 * SECOND)
    report("trauma")
    time_machine.move_to(at + 5 * MINUTE, tick=False)
    page = client.get("/metrics", headers={"Authorization": f"Bearer {settings.METRICS_TOKEN}"}).content.decode()
    assert 'healing_curve_reached_seconds_bucket{le="5.0",severity="E0"} 0.0' in page
    assert 'healing_curve_reached_seconds_bucket{le="10.0",severity="E0"} 1.0' in page
    assert 'healing_curve_unreached{severity="E1"} 1.0' in page
    assert 'healing_curve_unreached{severity="E0"} 0.0' in page
