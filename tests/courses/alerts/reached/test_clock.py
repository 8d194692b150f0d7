"""The clock of each report: when it starts, what stops it, what never does."""

from __future__ import annotations

from datetime import timedelta

import pytest

from clinic.models import Message
from clinic.outbox.deliver import deliver_due
from courses.alerts.audit.auditor import rearm
from courses.alerts.audit.rewinding import rewind
from courses.alerts.responding import acknowledge, last_news, resolve
from courses.alerts.steps import sweep
from courses.models import Alert, AlertEvent, Reach
from patients.models import Patient
from tests.factories import as_test_patients

pytestmark = pytest.mark.django_db

SECOND, MINUTE, HOUR = timedelta(seconds=1), timedelta(minutes=1), timedelta(hours=1)


@pytest.mark.parametrize(("code", "minutes"), [("cardiac", 2), ("trauma", 2), ("pain_72h", 2)])
def test_red_flag_is_late_two_minutes_after_it_may_leave(report, at, code, minutes):
    report(code)
    reach = Reach.objects.get()
    assert (reach.reported_at, reach.leaves_at, reach.late_at) == (at, at, at + minutes * MINUTE)


def test_call_back_at_night_may_leave_at_opening(report, office_hours, at):
    night = at.replace(hour=22)
    report("pain_72h", at=night)
    reach = Reach.objects.get()
    opening = at.replace(hour=7) + timedelta(days=1)
    assert (reach.reported_at, reach.leaves_at) == (night, opening)
    assert reach.late_at == opening + 2 * MINUTE


def test_pain_may_take_two_hours(find, at):
    find("red")
    reach = Reach.objects.get()
    assert reach.late_at == at + 5 * MINUTE + 2 * HOUR


def test_accepted_message_stops_it_once(report, smtp, at):
    report("cardiac")
    deliver_due(clock=lambda: at + 7 * SECOND)
    reach = Reach.objects.get()
    assert reach.took == 7 * SECOND
    assert reach.message.state == "sent"
    sweep(at=at + 5 * MINUTE)
    deliver_due(clock=lambda: at + 5 * MINUTE)
    assert Reach.objects.get().reached_at == at + 7 * SECOND


def test_each_report_has_a_clock_of_its_own(report, smtp, at):
    report("cardiac")
    deliver_due(clock=lambda: at + SECOND)
    report("cardiac", at=at + HOUR)
    first, second = Reach.objects.order_by("event")
    assert first.reached_at is not None
    assert (second.reached_at, second.late_at) == (None, at + HOUR + 2 * MINUTE)
    deliver_due(clock=lambda: at + HOUR + 3 * SECOND)
    second.refresh_from_db()
    assert second.took == 3 * SECOND


def test_message_of_an_earlier_report_says_nothing_of_a_later_one(report, smtp, at):
    report("cardiac")
    report("cardiac", at=at + SECOND)
    _first, second = Reach.objects.order_by("event")
    Message.objects.filter(subject_id=second.event_id).update(due_at=at + HOUR)
    deliver_due(clock=lambda: at + 2 * SECOND)
    assert [reach.reached_at is None for reach in Reach.objects.order_by("event")] == [False, True]


@pytest.mark.parametrize("act", ["acknowledge", "resolve"])
def test_answer_of_a_person_stops_it(report, lead, at, act):
    alert = report("cardiac")
    later = at + MINUTE
    if act == "acknowledge":
        acknowledge(alert, by=lead, at=later, seen=last_news(alert), way="admin")
    else:
        outcome = Alert.Outcome.ADVISED
        resolve(alert, outcome=outcome, note="Phoned.", by=lead, at=later, seen=last_news(alert))
    reach = Reach.objects.get()
    assert (reach.reached_at, reach.answered_at) == (None, later)


def test_acknowledgement_that_expires_starts_another(report, lead, at):
    alert = report("cardiac")
    acknowledge(alert, by=lead, at=at, seen=last_news(alert), way="admin")
    sweep(at=at + HOUR)
    assert [reach.event.kind for reach in Reach.objects.order_by("event")] == ["raised", "lapsed"]
    assert Reach.objects.running().get().reported_at == at + HOUR


def test_restarting_the_steps_is_no_new_report(report, at):
    alert = report("cardiac")
    rearm(alert.pk, at=at + 10 * MINUTE)
    assert Reach.objects.get().reported_at == at


def test_what_pages_nobody_has_none(find, course):
    as_test_patients(Patient.objects.all())
    course.patient.refresh_from_db()
    find("red")
    find("review")
    assert not Reach.objects.exists()


def test_every_report_has_one(report, at):
    for minute, code in enumerate(("cardiac", "trauma", "cardiac", "mood")):
        report(code, at=at + minute * MINUTE)
    told = AlertEvent.objects.filter(report__isnull=False)
    assert set(told.values_list("pk", flat=True)) == set(Reach.objects.values_list("event", flat=True))


def test_clock_that_was_set_back_is_not_waited_for(report, at):
    report("cardiac", at=at + 8 * HOUR)
    rewind(at=at)
    assert Reach.objects.get().late_at == at + 2 * MINUTE


class TestKept:
    def test_when_somebody_was_reached_is_never_changed(self, report, smtp, at, refused):
        report("cardiac")
        deliver_due(clock=lambda: at)
        with refused("courses_reach_frozen"):
            Reach.objects.update(reached_at=at + HOUR)

    def test_report_is_never_moved(self, report, at, refused):
        report("cardiac")
        with refused("courses_reach_frozen"):
            Reach.objects.update(reported_at=at + HOUR)

    def test_nothing_is_deleted(self, report, refused):
        report("cardiac")
        with refused("courses_reach_frozen"):
            Reach.objects.all().delete()

    def test_acceptance_names_its_message(self, report, at, refused):
        report("cardiac")
        with refused("courses_reach_names_its_message"):
            Reach.objects.update(reached_at=at)
