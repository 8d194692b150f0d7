"""The table: how fast an alert is sent, repeated, escalated, and when an acknowledgement expires."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from clinic.opening import OpeningCalendar
from courses.alerts.policy import POLICIES
from courses.rules.facts import Severity

BERLIN = ZoneInfo("Europe/Berlin")
HOURS = {weekday: ((time(8), time(18)),) for weekday in range(1, 6)}
WEEK = OpeningCalendar(BERLIN, HOURS)


def wall(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=BERLIN).astimezone(UTC)


MORNING, NIGHT, FRIDAY = wall("2026-03-11 10:00"), wall("2026-03-11 22:00"), wall("2026-03-13 17:30")

# Severity, when it was raised, and the wall times of: first message, repeat, next person, expiry (of an
# acknowledgement given when it was raised).
TABLE = [
    ("E0", MORNING, "03-11 10:00", "03-11 10:05", "03-11 10:05", "03-11 11:00"),
    ("E0", NIGHT, "03-11 22:00", "03-11 22:05", "03-11 22:05", "03-11 23:00"),
    ("E1", MORNING, "03-11 10:00", "03-11 10:15", "03-11 10:15", "03-11 14:00"),
    ("E1", NIGHT, "03-11 22:00", "03-11 22:15", "03-11 22:15", "03-12 02:00"),
    ("E2", MORNING, "03-11 10:00", "03-11 14:00", "03-11 14:00", "03-12 10:00"),
    ("E2", NIGHT, "03-12 08:00", "03-12 12:00", "03-12 12:00", "03-13 08:00"),
    ("E2", FRIDAY, "03-13 17:30", "03-16 11:30", "03-16 11:30", "03-16 17:30"),
    ("red", MORNING, "03-11 10:05", "03-11 12:05", "03-11 14:05", "03-12 10:00"),
    ("red", NIGHT, "03-12 08:05", "03-12 10:05", "03-12 12:05", "03-12 22:00"),
    ("amber", MORNING, "03-11 10:05", "03-12 10:05", "03-12 10:05", "03-14 10:00"),
    ("amber", FRIDAY, "03-13 17:35", "03-16 08:00", "03-16 17:35", "03-16 17:30"),
    ("C", MORNING, "03-11 10:00", "03-12 10:00", "03-12 10:00", "03-12 10:00"),
    ("C", NIGHT, "03-12 08:00", "03-13 08:00", "03-13 08:00", "03-13 08:00"),
    ("C", FRIDAY, "03-13 17:30", "03-16 08:00", "03-16 17:30", "03-16 17:30"),
    ("review", MORNING, "03-12 08:00", "03-13 08:00", None, "03-25 10:00"),
    ("review", FRIDAY, "03-14 08:00", "03-15 08:00", None, "03-27 17:30"),
]


@pytest.mark.parametrize(("severity", "at", "first", "repeat", "escalate", "lapse"), TABLE)
def test_times_are_those_of_the_table(severity, at, first, repeat, escalate, lapse):
    policy = POLICIES[Severity(severity)]
    told_at = policy.first.after(at, WEEK)
    wait = policy.escalation(0)
    times = [
        told_at,
        policy.repeat.after(told_at, WEEK),
        wait and wait.after(told_at, WEEK),
        policy.lapse.after(at, WEEK),
    ]
    found = [one and f"{one.astimezone(BERLIN):%m-%d %H:%M}" for one in times]
    assert found == [first, repeat, escalate, lapse]


@pytest.mark.parametrize(("severity", "minutes"), [("E0", [5, 10, 10]), ("E1", [15, 30, 30])])
def test_emergencies_escalate_to_the_next_person_after_a_longer_wait(severity, minutes):
    policy = POLICIES[Severity(severity)]
    positions = range(policy.n_first_steps - 1, policy.n_first_steps + 2)
    waits = [policy.escalation(position).after(NIGHT, WEEK) - NIGHT for position in positions]
    assert waits == [timedelta(minutes=one) for one in minutes]


MOMENTS = st.integers(0, 60 * 24 * 14).map(lambda n: FRIDAY + timedelta(minutes=n))
SPLIT = OpeningCalendar(
    BERLIN,
    {day: ((time(9), time(12)), (time(14), time(17))) for day in (1, 2, 4, 6)},
    frozenset({date(2026, 3, 16), date(2026, 3, 19)}),
)


@given(began_at=MOMENTS, minutes=st.integers(0, 60 * 24 * 7), calendar=st.sampled_from([WEEK, SPLIT]))
def test_no_wait_that_began_earlier_ends_later_than_the_latest(began_at, minutes, calendar):
    now = began_at + timedelta(minutes=minutes)
    for policy in POLICIES.values():
        for wait in (policy.first, policy.repeat, *policy.escalate, policy.lapse):
            assert wait.after(began_at, calendar) <= wait.latest(now, calendar)


@pytest.mark.parametrize("severity", ["E0", "E1", "E2"])
def test_red_flags_alert_practitioner_and_lead_together(severity):
    assert POLICIES[Severity(severity)].n_first_steps == 2


def test_reviews_page_nobody_and_rest_for_a_fortnight():
    policy = POLICIES[Severity.REVIEW]
    assert not policy.is_mailed
    assert policy.lapse.after(MORNING, WEEK) == MORNING + timedelta(days=14)


def test_every_severity_has_its_policy_and_all_but_reviews_are_mailed():
    assert set(POLICIES) == set(Severity)
    assert [str(severity) for severity, policy in POLICIES.items() if not policy.is_mailed] == ["review"]


@pytest.mark.parametrize("severity", ["E0", "E1"])
def test_emergencies_know_no_opening_hours(severity):
    policy = POLICIES[Severity(severity)]
    shut = OpeningCalendar(BERLIN, {1: ((time(8), time(9)),)})
    for wait in (policy.first, policy.repeat, *policy.escalate, policy.lapse):
        assert wait.after(NIGHT, shut) - NIGHT <= timedelta(hours=4)
