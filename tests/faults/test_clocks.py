"""Clocks that jump, and the two nights a year on which a clinic's wall time does."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta

import pytest

from clinic.models import OpeningHours
from clinic.outbox.deliver import deliver_due
from courses.alerts.audit.auditor import audit_alerts
from courses.alerts.responding import acknowledge, last_news
from courses.alerts.steps import sweep
from courses.models import Alert
from tests.faults.storm import report_emergency, staff_mails

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
# 02:00 becomes 03:00 in Berlin; 03:00 becomes 02:00.
SPRING = datetime(2026, 3, 29, 1, 0, tzinfo=UTC)
AUTUMN = datetime(2026, 10, 25, 1, 0, tzinfo=UTC)


@pytest.fixture
def report(practitioner, lead):
    """Report a red flag at a time; returns its alert."""
    return lambda code, *, at: report_emergency(practitioner, code=code, at=at)


@pytest.fixture
def office_hours(clinic):
    """Open from Monday to Friday, 8 to 18."""
    OpeningHours.objects.bulk_create(
        OpeningHours(clinic=clinic, weekday=day, opens_at=time(8), closes_at=time(18)) for day in range(1, 6)
    )


def deliver(at: datetime) -> int:
    return deliver_due(clock=lambda: at)


def due_times() -> list[datetime]:
    return sorted(set(staff_mails().values_list("due_at", flat=True)))


class TestClockJumps:
    def test_set_back_an_hour_an_emergency_is_sent_now(self, report, smtp, at):
        report("cardiac", at=at + HOUR)
        assert deliver(at) == 2

    def test_set_back_an_hour_what_the_dead_held_is_sent_now(self, report, smtp, at):
        report("cardiac", at=at + HOUR)
        deliver_due(clock=lambda: at + HOUR, run_length=0)
        staff_mails().update(state="sending", lease_until=at + HOUR + MINUTE, n_attempts=1)
        assert deliver(at) == 2

    def test_set_ahead_a_day_every_alert_is_sent_again_once(self, report, smtp, at):
        report("cardiac", at=at)
        deliver(at)
        smtp.mails.clear()
        for _n in range(3):
            sweep(at=at + DAY)
            deliver(at + DAY)
        copies = [str(mail["To"]) for mail in smtp.mails]
        assert len(copies) == len(set(copies)) == 2

    def test_to_and_fro_neither_loses_nor_repeats(self, report, smtp, at):
        report("cardiac", at=at)
        for jump in (HOUR, timedelta(0), 2 * HOUR, MINUTE):
            deliver(at + jump)
        assert len(smtp.mails) == len(smtp.copies()) == 2

    def test_set_back_a_day_an_emergency_is_repeated_within_minutes(self, report, smtp, at):
        report("cardiac", at=at + DAY)
        deliver(at + DAY)
        smtp.mails.clear()
        audit_alerts(at=at)
        for minute in range(1, 6):
            sweep(at=at + minute * MINUTE)
            deliver(at + minute * MINUTE)
        assert len(smtp.mails) >= 2

    def test_set_back_an_acknowledgement_still_holds(self, report, smtp, lead, at):
        alert = report("cardiac", at=at)
        acknowledge(alert, by=lead, at=at + HOUR, seen=last_news(alert), way="admin")
        sweep(at=at)
        assert deliver(at) == 0


class TestSummerTime:
    @pytest.mark.parametrize("change", [SPRING, AUTUMN])
    def test_emergency_is_sent_every_five_minutes_through_the_night(self, report, smtp, change):
        start = change - 30 * MINUTE
        report("cardiac", at=start)
        for minute in range(1, 91):
            sweep(at=start + minute * MINUTE)
        gaps = {later - earlier for earlier, later in zip(due_times(), due_times()[1:], strict=False)}
        assert gaps == {5 * MINUTE}

    @pytest.mark.parametrize(("change", "opening_hour"), [(SPRING, 6), (AUTUMN, 7)])
    def test_urgent_referral_of_the_weekend_is_sent_at_opening_by_the_wall(
        self, report, smtp, office_hours, change, opening_hour
    ):
        report("pain_72h", at=change - 5 * HOUR)
        monday = change.replace(hour=opening_hour) + DAY
        assert due_times() == [monday]
        assert deliver(monday - MINUTE) == 0
        assert deliver(monday) > 0

    @pytest.mark.parametrize("change", [SPRING, AUTUMN])
    def test_acknowledgement_of_an_hour_lasts_an_hour(self, report, lead, smtp, change):
        start = change - 30 * MINUTE
        alert = report("cardiac", at=start)
        acknowledge(alert, by=lead, at=start, seen=last_news(alert), way="admin")
        assert sweep(at=start + HOUR - MINUTE) == 0
        assert sweep(at=start + HOUR) == 1
        assert Alert.objects.get().state == "open"
