"""As time passes: reminders, escalation, an acknowledgement expires."""

from __future__ import annotations

import io
from collections import Counter
from datetime import timedelta

import pytest
from django.core.management import call_command

from clinic.models import Clinic, Membership, Message, User
from clinic.people.leaving import deactivate_member
from courses.alerts import steps
from courses.alerts.history import write_event
from courses.alerts.responding import acknowledge, last_news, resolve
from courses.alerts.steps import advance, step_past_undelivered, sweep
from courses.models import Alert, AlertEvent
from patients.models import Patient
from tests.factories import as_test_patients

pytestmark = pytest.mark.django_db

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
EVERYBODY = ["lead", "manager", "practitioner"]


@pytest.fixture
def pass_time(at):
    """Sweep every half minute, from the test's time to so much later."""

    def go(until, *, since=timedelta(0)):
        moments = int((until - since) / (MINUTE / 2))
        for moment in range(1, moments + 1):
            sweep(at=at + since + moment * MINUTE / 2)

    return go


def events_of(alert, *kinds):
    return alert.events.filter(kind__in=kinds).order_by("pk")


def minutes_of(alert, kind, since):
    times = events_of(alert, kind).values_list("happened_at", flat=True)
    return [(time - since) / MINUTE for time in times]


class TestRepeat:
    def test_emergency_is_sent_again_every_five_minutes(self, report, pass_time, practitioner, at):
        report("cardiac")
        pass_time(21 * MINUTE)
        mails = Message.objects.filter(recipient=f"membership:{practitioner.pk}").order_by("due_at")
        assert [(mail.due_at - at) / MINUTE for mail in mails] == [0, 5, 10, 15, 20]

    def test_nothing_happens_before_its_time(self, report, at):
        report("cardiac")
        assert sweep(at=at + 5 * MINUTE - timedelta(seconds=1)) == 0

    def test_continues_for_as_long_as_nobody_answers(self, report, pass_time, at):
        alert = report("cardiac")
        pass_time(60 * MINUTE)
        assert len(minutes_of(alert, "repeated", at)) >= 9

    def test_waits_for_opening_hours_where_they_count(self, find, office_hours, at):
        evening = at.replace(hour=16, minute=30)
        alert = find("red", at=evening)
        assert alert.clinic.calendar().is_open(alert.repeat_at)
        assert alert.repeat_at == evening + 16 * HOUR + 5 * MINUTE

    def test_repeat_and_escalation_that_fall_together_are_one_mail(self, report, pass_time):
        report("cardiac")
        pass_time(16 * MINUTE)
        mails = Message.objects.values_list("recipient", "due_at")
        a_minute = Counter((recipient, due_at.replace(second=0)) for recipient, due_at in mails)
        assert max(a_minute.values()) == 1


class TestEscalation:
    def test_first_step_comes_after_the_first_wait(self, report, pass_time, at):
        """Five minutes, then ten: the table's first wait is before the first escalation."""
        alert = report("cardiac")
        pass_time(16 * MINUTE)
        assert minutes_of(alert, "escalated", at) == [5, 15]

    def test_doctor_today_escalates_after_fifteen_then_thirty(self, report, pass_time, at):
        alert = report("trauma")
        pass_time(46 * MINUTE)
        assert minutes_of(alert, "escalated", at) == [15, 45]

    def test_next_person_is_alerted_and_the_ones_before_again(self, report, pass_time, told):
        alert = report("cardiac")
        pass_time(12 * MINUTE)
        assert sorted(set(told(alert, "escalated"))) == EVERYBODY

    def test_pain_begins_with_the_practitioner_alone(self, find, told, at):
        alert = find("red")
        sweep(at=alert.escalate_at)
        assert told(alert, "raised") == ["practitioner"]
        assert sorted(told(alert, "escalated")) == ["lead", "practitioner"]
        assert alert.escalate_at == at + 5 * MINUTE + 4 * HOUR

    def test_exhausted_chain_is_alerted_again_and_again(self, report, pass_time, told, at):
        alert = report("cardiac")
        pass_time(2 * HOUR)
        alert.refresh_from_db()
        assert alert.chain_position == len(alert.chain) - 1
        assert alert.escalate_at is None
        assert alert.next_step_at is not None
        assert told(alert, "repeated")[-3:] != []

    def test_those_who_joined_later_are_not_in_a_chain_of_before(self, report, pass_time, clinic, told):
        alert = report("cardiac")
        Membership.objects.create(
            clinic=clinic, user=User.objects.create(username="new", email="n@x.org"), role="lead"
        )
        pass_time(20 * MINUTE)
        assert "new" not in told(alert)


class TestNobodyReachable:
    def test_at_the_first_step_takes_the_next_at_once(self, course, find, kinds, told):
        User.objects.filter(username="practitioner").update(email="")
        alert = find("red")
        assert kinds(alert) == ["raised", "undeliverable"]
        assert told(alert) == ["lead"]

    def test_of_two_first_steps_is_noted(self, report, kinds, told):
        User.objects.filter(username="practitioner").update(email="")
        alert = report("cardiac")
        assert told(alert) == ["lead"]
        assert "undeliverable" in kinds(alert)

    def test_at_a_later_step_takes_the_next_at_once(self, find, lead, told, at):
        """The practitioner was alerted before; that does not replace the lead, who is away."""
        alert = find("red")
        Membership.objects.filter(pk=lead.pk).update(deactivated_at=at)
        sweep(at=alert.escalate_at)
        assert "manager" in told(alert)

    def test_at_any_step_ends_in_an_event_and_a_next_step(self, report, kinds):
        User.objects.update(email="")
        alert = report("cardiac")
        assert kinds(alert)[-2:] == ["undeliverable", "exhausted"]
        assert not Message.objects.exists()
        assert alert.next_step_at is not None

    def test_clinic_without_leads_and_managers_keeps_on(self, course, report, kinds, pass_time):
        Membership.objects.exclude(user__username="practitioner").update(deactivated_at=course.created_at)
        alert = report("cardiac")
        pass_time(20 * MINUTE)
        assert "repeated" in kinds(alert)

    def test_one_who_left_after_the_alert_was_raised_is_not_written_to(self, report, practitioner, told, at):
        alert = report("cardiac")
        Membership.objects.filter(pk=practitioner.pk).update(deactivated_at=at)
        sweep(at=at + 5 * MINUTE)
        assert "practitioner" not in told(alert, "repeated")


class TestExhausted:
    def test_after_the_last_step_every_page_says_so(self, report, pass_time, kinds, at):
        alert = report("cardiac")
        pass_time(36 * MINUTE)
        alert.refresh_from_db()
        assert alert.exhausted_at is not None
        assert kinds(alert).count("exhausted") == 1
        assert list(Alert.objects.exhausted()) == [alert]

    def test_at_once_where_nobody_can_be_reached(self, report):
        User.objects.update(email="")
        assert report("cardiac").exhausted_at is not None

    def test_mail_refused_at_the_last_step_counts_as_nobody(self, clinic, find, at):
        clinic.escalation_chain = ["practitioner"]
        clinic.save()
        alert = find("red")
        step_past_undelivered(alert, at=at)
        assert alert.exhausted_at == at

    def test_mail_refused_before_takes_the_next_at_once(self, find, at):
        alert = find("red")
        step_past_undelivered(alert, at=at)
        assert (alert.escalate_at, alert.exhausted_at) == (at, None)

    def test_last_mail_refused_after_another_was_accepted_exhausts_nothing(self, clinic, find, at):
        clinic.escalation_chain = ["practitioner"]
        clinic.save()
        alert = find("red")
        write_event(alert, AlertEvent.Kind.SENT, at=at)
        step_past_undelivered(alert, at=at)
        assert alert.exhausted_at is None

    def test_new_report_restarts_the_steps(self, report, pass_time, at):
        report("cardiac")
        pass_time(36 * MINUTE)
        assert report("cardiac", at=at + HOUR).exhausted_at is None

    def test_review_and_training_patient_never_are(self, course, find, pass_time, at):
        find("review")
        as_test_patients(Patient.objects.all())
        course.patient.refresh_from_db()
        for days in range(1, 9):
            sweep(at=at + days * DAY)
        assert not Alert.objects.exhausted().exists()


class TestExpiry:
    @pytest.mark.parametrize(("code", "minutes"), [("cardiac", 60), ("trauma", 240)])
    def test_acknowledgement_ends_and_everybody_is_alerted(self, report, lead, told, at, code, minutes):
        alert = acknowledge(report(code), by=lead, at=at, seen=2**40, way="admin")
        assert sweep(at=at + minutes * MINUTE - MINUTE) == 0
        assert sweep(at=at + minutes * MINUTE) == 1
        alert.refresh_from_db()
        assert (alert.state, alert.acknowledged_by) == ("open", None)
        assert told(alert, "lapsed") == ["practitioner", "lead"]

    def test_acknowledged_alert_is_not_sent_again(self, report, lead, pass_time, kinds, at):
        alert = acknowledge(report("cardiac"), by=lead, at=at, seen=2**40, way="admin")
        pass_time(59 * MINUTE)
        assert kinds(alert) == ["raised", "acknowledged"]

    def test_answer_of_somebody_who_left_is_open_again_at_once(self, report, lead, told, at):
        alert = acknowledge(report("cardiac"), by=lead, at=at, seen=2**40, way="admin")
        deactivate_member(lead, at=at + MINUTE)
        sweep(at=at + 2 * MINUTE)
        alert.refresh_from_db()
        assert alert.state == "open"
        assert told(alert, "lapsed") == ["practitioner", "manager"]

    def test_snooze_ends(self, find, kinds, at):
        alert = find("amber")
        Alert.objects.update(
            state="snoozed", repeat_at=None, escalate_at=None, lapses_at=at + HOUR, next_step_at=at + HOUR
        )
        sweep(at=at + HOUR)
        assert kinds(alert)[-1] == "reopened"
        assert Alert.objects.get().state == "open"


def test_resolved_alert_takes_no_step(report, lead, at):
    alert = report("cardiac")
    resolve(alert, outcome=Alert.Outcome.ADVISED, note="Phoned.", by=lead, at=at, seen=last_news(alert))
    assert sweep(at=at + DAY) == 0


def test_training_patient_moves_without_a_mail(course, report, pass_time):
    as_test_patients(Patient.objects.all())
    course.patient.refresh_from_db()
    alert = report("cardiac")
    pass_time(30 * MINUTE)
    assert not Message.objects.exists()
    alert.refresh_from_db()
    assert alert.next_step_at is not None


def test_every_unresolved_alert_has_a_next_step_in_the_future(report, find, pass_time, at):
    report("cardiac")
    find("review")
    pass_time(30 * MINUTE)
    assert not Alert.objects.filter(next_step_at__lte=at + 30 * MINUTE).exists()


def test_alert_that_breaks_does_not_stop_the_others(report, at):
    broken, sound = report("cardiac"), report("mood")
    Alert.objects.filter(pk=broken.pk).update(chain=[{"step": "practitioner"}], next_step_at=at)
    sweep(at=at + 6 * MINUTE)
    assert sound.events.exclude(kind="raised").exists()


def test_alert_that_broke_and_was_resolved_meanwhile_does_not_stop_the_others(report, at, lead, monkeypatch):
    broken, sound = report("cardiac"), report("mood")

    def break_down(alert, *, at):
        if alert.pk == broken.pk:
            Alert.objects.filter(pk=broken.pk).update(
                state="resolved", resolved_at=at, next_step_at=None, outcome="advised"
            )
            raise RuntimeError
        return True

    Alert.objects.filter(pk=broken.pk).update(next_step_at=at)
    Alert.objects.filter(pk=sound.pk).update(next_step_at=at + MINUTE)
    monkeypatch.setattr(steps, "advance", lambda pk, *, at: break_down(Alert.objects.get(pk=pk), at=at))
    assert sweep(at=at + 20 * MINUTE) == 1


def test_acknowledged_alert_that_was_postponed_is_not_sent_again(report, lead, kinds, at):
    """Its step failed, a person answered meanwhile, and only then was it postponed."""
    alert = acknowledge(report("cardiac"), by=lead, at=at, seen=2**40, way="admin")
    Alert.objects.filter(pk=alert.pk).update(next_step_at=at + 5 * MINUTE)
    assert sweep(at=at + 5 * MINUTE) == 1
    assert kinds(alert) == ["raised", "acknowledged"]
    alert.refresh_from_db()
    assert alert.next_step_at == alert.lapses_at


def test_advancing_before_its_time_does_nothing(report, at):
    assert advance(report().pk, at=at) is False


def test_calendar_is_the_clinics(clinic, office_hours, at):
    clinic.holidays.create(on=at.date(), name="Feast")
    calendar = Clinic.objects.get().calendar()
    assert calendar.zone.key == "Europe/Berlin"
    assert set(calendar.hours) == {1, 2, 3, 4, 5}
    assert not calendar.is_open(at)
    assert calendar.is_open(at + DAY)


def test_command_says_what_it_did(report, time_machine, at):
    report("cardiac")
    time_machine.move_to(at + 6 * MINUTE, tick=False)
    out = io.StringIO()
    call_command("sweep_alerts", stdout=out)
    assert out.getvalue() == "1 alerts moved, 0 findings on courses\n"


@pytest.mark.django_db(transaction=True)
def test_two_sweeps_at_once_send_once(report, told, at, at_once):
    alert = report("cardiac")
    at_once(*[lambda: sweep(at=at + 5 * MINUTE)] * 2)
    assert sorted(told(alert, "raised")) == ["lead", "practitioner"]
    assert sorted(told(alert, "escalated")) == EVERYBODY
