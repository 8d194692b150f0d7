"""A reminder is a row: planned from appointments and sessions, never planned twice."""

from __future__ import annotations

import io
from dataclasses import replace
from datetime import timedelta

import pytest
from django.core.management import call_command

from clinic.models import Message
from courses.models import Appointment, CheckIn, Reminder
from courses.plans.booking import move_appointment
from courses.reminders.kinds import KINDS
from courses.reminders.planning import plan_reminders
from tests.factories import log_visit

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


class TestAppointment:
    def test_is_reminded_of_the_day_before(self, appointment_at, at):
        appointment = appointment_at(48)
        assert plan_reminders(at=at) == 1
        reminder = Reminder.objects.get()
        assert (reminder.appointment, reminder.starts_at) == (appointment, appointment.starts_at)
        assert (reminder.kind, reminder.due_at, reminder.state) == ("before_24h", at + DAY, "planned")

    def test_message_waits_in_the_outbox_to_be_sent_at_most_once(self, appointment_at, at):
        appointment_at(48)
        plan_reminders(at=at)
        message, reminder = Message.objects.get(), Reminder.objects.get()
        assert (message.kind, message.subject_id, message.due_at) == ("reminder", reminder.pk, reminder.due_at)
        assert message.guarantee == "at_most_once"
        assert message.recipient == f"patient:{reminder.course.patient_id}"

    def test_again_plans_nothing_again(self, appointment_at, at):
        appointment_at(48)
        assert [plan_reminders(at=at + n * HOUR) for n in range(3)] == [1, 0, 0]
        assert Message.objects.count() == 1

    @pytest.mark.parametrize(("hours", "n_planned"), [(8 * 24 - 1, 1), (8 * 24 + 1, 0)])
    def test_beyond_eight_days_waits(self, appointment_at, at, hours, n_planned):
        appointment_at(hours)
        assert plan_reminders(at=at) == n_planned

    @pytest.mark.parametrize(("hours", "n_planned"), [(11, 0), (13, 1)])
    def test_booked_at_short_notice_needs_none(self, appointment_at, at, hours, n_planned):
        appointment_at(hours, booked_at=at)
        assert plan_reminders(at=at) == n_planned

    def test_booked_within_the_last_day_is_reminded_of_at_once(self, appointment_at, at):
        appointment_at(20, booked_at=at)
        plan_reminders(at=at)
        assert Reminder.objects.get().due_at == at

    def test_booked_at_night_is_reminded_of_in_the_morning(self, appointment_at, at):
        night = at.replace(hour=21)
        appointment_at(25, booked_at=night)
        plan_reminders(at=night)
        assert Reminder.objects.get().due_at == at.replace(hour=7) + DAY

    @pytest.mark.parametrize("status", ["kept", "missed", "cancelled"])
    def test_that_is_not_booked_needs_none(self, appointment_at, at, status):
        appointment_at(48)
        Appointment.objects.update(status=status)
        assert plan_reminders(at=at) == 0

    def test_that_is_past_needs_none(self, appointment_at, at):
        appointment_at(-2)
        assert plan_reminders(at=at) == 0

    def test_cancelled_cancels_its_reminder(self, appointment_at, at):
        appointment_at(48)
        plan_reminders(at=at)
        Appointment.objects.update(status="cancelled")
        assert plan_reminders(at=at) == 1
        reminder = Reminder.objects.get()
        assert (reminder.state, reminder.refused_because) == ("cancelled", "visit_off")

    def test_moved_appointment_gets_a_new_reminder(self, appointment_at, practitioner, at):
        old = appointment_at(48)
        plan_reminders(at=at)
        starts_at = at + 72 * HOUR
        move_appointment(
            old, starts_at=starts_at, ends_at=starts_at + HOUR, practitioner=practitioner, by=practitioner, at=at
        )
        plan_reminders(at=at)
        states = {reminder.starts_at: reminder.state for reminder in Reminder.objects.all()}
        assert states == {old.starts_at: "cancelled", starts_at: "planned"}

    def test_that_cannot_be_planned_does_not_stop_the_others(self, appointment_at, at, monkeypatch):
        broken, sound = appointment_at(30), appointment_at(48)
        row = KINDS[Reminder.Kind.BEFORE_24H]

        def due_at(starts_at, zone):
            return 1 / 0 if starts_at == broken.starts_at else row.due_at(starts_at, zone)

        monkeypatch.setitem(KINDS, Reminder.Kind.BEFORE_24H, replace(row, due_at=due_at))
        plan_reminders(at=at)
        assert Reminder.objects.get().appointment == sound


class TestCheckIn:
    @pytest.mark.parametrize(("kind", "n_days"), [("day1", 1), ("day3", 3)])
    def test_is_asked_in_the_morning_of_its_day_and_holds_a_fortnight(self, course, at, kind, n_days):
        log_visit(course, at)
        reminder = Reminder.objects.get(check_in__kind=kind)
        assert (reminder.kind, reminder.due_at) == (f"check_in_{kind}", at.replace(hour=9) + n_days * DAY)
        assert reminder.check_in.expires_at == reminder.due_at + 14 * DAY

    def test_is_planned_once_a_session_and_kind(self, course, at):
        log_visit(course, at)
        assert CheckIn.objects.count() == Reminder.objects.count() == Message.objects.count() == 2

    @pytest.mark.parametrize(("days_late", "kinds"), [(0, ["day1", "day3"]), (2, ["day3"]), (3, [])])
    def test_whose_time_was_past_when_the_session_was_entered_is_not_asked(self, course, at, days_late, kinds):
        log_visit(course, at - days_late * DAY, at=at)
        assert list(CheckIn.objects.order_by("kind").values_list("kind", flat=True)) == kinds

    def test_of_a_session_entered_the_same_evening_is_asked(self, course, at):
        log_visit(course, at, at=at + 9 * HOUR)
        assert CheckIn.objects.filter(kind="day1").count() == 1

    def test_on_day_3_is_not_asked_where_the_clinic_does_not_want_it(self, course, clinic, at):
        clinic.is_day3_asked = False
        clinic.save()
        log_visit(course, at)
        assert CheckIn.objects.get().kind == "day1"


def test_command_says_what_it_did(appointment_at, at, time_machine):
    time_machine.move_to(at, tick=False)
    appointment_at(48)
    out = io.StringIO()
    call_command("plan_reminders", stdout=out)
    call_command("plan_reminders", stdout=out)
    assert out.getvalue() == "1 reminders changed\n0 reminders changed\n"


@pytest.mark.django_db(transaction=True)
def test_two_plans_at_once_plan_once(appointment_at, at, at_once):
    appointment_at(48)
    at_once(*[lambda: plan_reminders(at=at)] * 2)
    assert Reminder.objects.count() == Message.objects.count() == 1
