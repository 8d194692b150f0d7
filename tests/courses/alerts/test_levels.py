"""Staff lower the level of a red flag after speaking to the patient."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from courses.alerts.history import IllegalMove
from courses.alerts.levels import lower_level
from courses.alerts.responding import acknowledge, last_news, resolve
from courses.models import Alert, Course, Level

pytestmark = pytest.mark.django_db

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
WORDS = {"reason": "No weakness on video.", "findings": "Walks well.", "is_patient_reached": True}


@pytest.fixture
def lower(lead, at):
    """The lead has phoned."""
    return lambda alert, to=Level.E1, **values: lower_level(
        alert, **{"to": to, **WORDS, "by": lead, "at": at + MINUTE, **values}
    )


def test_is_an_event_with_who_why_and_what_was_found(report, lower, lead):
    event = lower(report("cardiac")).events.get(kind="level_lowered")
    assert event.by == lead
    assert event.detail == {
        "old": "E0",
        "new": "E1",
        "note": "No weakness on video.",
        "findings_by_phone": "Walks well.",
    }


def test_alert_moves_at_the_new_pace(report, lower, at):
    alert = lower(report("cardiac"))
    assert (alert.severity, alert.state) == ("E1", "open")
    assert alert.repeat_at == at + 16 * MINUTE


def test_acknowledgement_holds_as_long_as_the_new_level_says(report, lower, lead, at):
    alert = acknowledge(report("cardiac"), by=lead, at=at, seen=2**40, way="admin")
    assert lower(alert).lapses_at == at + MINUTE + 4 * HOUR


@pytest.mark.parametrize("to", [Level.E2, Level.C])
def test_emergency_never_below_doctor_today(report, lower, to):
    with pytest.raises(ValidationError) as refusal:
        lower(report("cardiac"), to)
    assert "to" in refusal.value.message_dict


def test_emergency_never_below_doctor_today_in_two_steps_either(report, lower):
    alert = lower(report("cardiac"))
    with pytest.raises(ValidationError):
        lower(alert, Level.C)
    assert Alert.objects.get().severity == "E1"


@pytest.mark.parametrize("to", [Level.E0, Level.E1])
def test_only_downward(report, lower, to):
    with pytest.raises(ValidationError):
        lower(report("trauma"), to)


@pytest.mark.parametrize(("name", "value"), [("reason", " "), ("findings", ""), ("is_patient_reached", False)])
def test_asks_for_contact_reason_and_findings(report, lower, name, value):
    with pytest.raises(ValidationError) as refusal:
        lower(report("trauma"), Level.C, **{name: value})
    assert name in refusal.value.message_dict


def test_course_stays_on_hold(report, lower, course):
    lower(report("trauma"), Level.C)
    assert Course.objects.get().status == "on_hold"


def test_new_report_raises_it_again(report, lower, at):
    lower(report("trauma"), Level.C)
    assert report("trauma", at=at + HOUR).severity == "E1"


def test_not_over_something_unread(report, lower, at):
    alert = report("trauma")
    seen = last_news(alert)
    report("trauma", at=at + MINUTE)
    with pytest.raises(IllegalMove):
        lower(alert, Level.C, seen=seen)


def test_not_of_pain_nor_of_what_is_resolved(find, report, lower, lead, at):
    with pytest.raises(IllegalMove):
        lower(find("red"), Level.C)
    done = resolve(report(), outcome=Alert.Outcome.REFERRED, note="Seen.", by=lead, at=at, seen=2**40)
    with pytest.raises(IllegalMove):
        lower(done, Level.C)
