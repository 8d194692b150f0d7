"""A clinic gets another time zone: what moves, what is shown before, and what patients are sent."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from clinic.models import Message, OpeningHours
from courses.models import Appointment, AppointmentEvent, CheckIn, Reminder
from courses.plans.booking import book_appointment, move_appointment
from courses.reminders.planning import plan_reminders
from courses.zones.changing import change_zone
from courses.zones.effects import N_LISTED, Keep
from tests.conftest import NOW
from tests.factories import CourseFactory, cleared_patient, log_visit

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
ZONES = ("Asia/Tokyo", "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Pacific/Apia")


def wall(at: datetime, zone: str) -> datetime:
    return at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)


class TestVisits:
    @pytest.mark.parametrize("zone", ZONES)
    def test_every_week_of_a_year_at_ten_stays_at_ten(self, visit, change, zone):
        """Over both changes of clocks of either zone."""
        days = (date(2026, 3, 16) + n * 7 * DAY for n in range(52))
        booked = [visit(day.year, day.month, day.day, 10) for day in days]
        change(zone)
        walls = {one.pk: wall(one.starts_at, zone) for one in Appointment.objects.all()}
        assert walls == {one.pk: wall(one.starts_at, "Europe/Berlin") for one in booked}
        assert {one.ends_at - one.starts_at for one in Appointment.objects.all()} == {timedelta(minutes=45)}

    @pytest.mark.parametrize("zone", ZONES)
    def test_moments_stay_where_moments_are_kept(self, visit, change, zone):
        one = visit(2026, 3, 16, 10)
        change(zone, Keep.INSTANTS)
        assert Appointment.objects.get().starts_at == one.starts_at

    def test_each_says_in_its_history_what_became_of_it(self, visit, change, manager):
        one = visit(2026, 3, 16, 10)
        change("Asia/Tokyo")
        event = AppointmentEvent.objects.get(appointment=one)
        assert (event.kind, event.by) == ("rezoned", manager)
        assert "Europe/Berlin → Asia/Tokyo" in event.reason
        assert event.reason.endswith("Before: Mon 16 Mar 2026, 10:00–10:45; now: Mon 16 Mar 2026, 10:00–10:45.")

    @pytest.mark.parametrize("status", ["kept", "missed", "cancelled"])
    def test_what_is_not_booked_stays(self, visit, change, status):
        one = visit(2026, 3, 16, 10)
        Appointment.objects.update(status=status)
        assert change("Asia/Tokyo").n_visits == 0
        assert Appointment.objects.get().starts_at == one.starts_at

    def test_past_stays_also_where_nobody_logged_it(self, visit, change):
        one = visit(2026, 3, 9, 10)
        assert change("America/New_York").n_visits == 0
        assert Appointment.objects.get().starts_at == one.starts_at

    def test_of_today_that_is_to_come_by_the_new_clock_moves(self, visit, change):
        """It is 11:00 in Berlin and 6:00 in New York: the visit at 9:00 is still to come there."""
        visit(2026, 3, 11, 9)
        assert change("America/New_York").n_visits == 1
        assert wall(Appointment.objects.get().starts_at, "America/New_York").isoformat() == "2026-03-11T09:00:00"

    def test_that_would_be_past_is_counted_and_named(self, visit, look):
        """At 14:00 in Berlin it is 22:00 in Tokyo."""
        visit(2026, 3, 11, 14)
        found = look("Asia/Tokyo")
        assert (found.wall_counts.n_past, found.instants_counts.n_past) == (1, 0)
        assert found.visits[0].wall.notes == ("This would be in the past.",)

    def test_outside_opening_hours_is_counted(self, visit, look, clinic):
        for weekday in range(1, 6):
            OpeningHours.objects.create(clinic=clinic, weekday=weekday, opens_at="08:00", closes_at="18:00")
        visit(2026, 3, 16, 10)
        found = look("Asia/Tokyo")
        # At 18:00 there, when the clinic closes.
        assert (found.wall_counts.n_closed, found.instants_counts.n_closed) == (0, 1)
        assert found.visits[0].instants.notes == ("The clinic is closed then.",)

    def test_of_another_clinic_stays(self, visit, change, stranger):
        other = CourseFactory(patient=cleared_patient(stranger.clinic, by=stranger, at=NOW), practitioner=stranger)
        one = visit(2026, 3, 16, 10, on=other)
        assert change("Asia/Tokyo").n_visits == 0
        assert Appointment.objects.get().starts_at == one.starts_at

    def test_pass_one_another_without_clashing(self, visit, change):
        """Each takes the time that another one has just left."""
        for hour in range(8, 20):
            visit(2026, 3, 16, hour, minutes=60)
        assert change("Europe/London").n_visits == 12
        assert change("Europe/Helsinki").n_visits == 12


class TestNamed:
    def test_time_that_does_not_exist_there(self, visit, look):
        """New York puts its clock forward on 14 March 2027; Berlin does not that day."""
        visit(2027, 3, 14, 2, 15)
        found = look("America/New_York")
        assert found.wall_counts.n_skipped == 1
        row = found.visits[0]
        assert row.is_named
        assert row.wall.words == "Sun 14 Mar 2027, 03:15–04:00"
        assert row.wall.notes == ("The clock is put forward then: this time does not exist.",)

    def test_overlap_refuses_the_clock_and_names_both(self, visit, look, change, manager, at):
        """2:15 does not exist and becomes 3:15, when somebody else comes."""
        visit(2027, 3, 14, 2, 15)
        visit(2027, 3, 14, 3, 15)
        found = look("America/New_York")
        assert found.wall_counts.n_overlapping == 2
        assert all("Overlaps the visit of" in row.wall.notes[-1] for row in found.visits)
        assert found.instants_counts.n_overlapping == 0

    def test_overlap_is_not_carried_out(self, visit, change):
        visit(2027, 3, 14, 2, 15)
        visit(2027, 3, 14, 3, 15)
        with pytest.raises(ValidationError, match="overlap"):
            change("America/New_York")

    def test_overlap_with_a_visit_that_stays(self, visit, look):
        """A visit of today that was logged already uses its practitioner's time."""
        visit(2026, 3, 11, 6)
        Appointment.objects.update(status="kept")
        visit(2026, 3, 11, 14)
        found = look("Asia/Tokyo")
        assert found.wall_counts.n_overlapping == 1

    def test_patient_with_two_practitioners(self, visit, look, lead, course):
        second = CourseFactory(patient=course.patient, practitioner=lead, complaint="Headache")
        visit(2027, 3, 14, 2, 15)
        visit(2027, 3, 14, 3, 15, on=second, by=lead)
        assert look("America/New_York").wall_counts.n_overlapping == 2

    def test_comes_first_however_many_there_are(self, visit, look):
        for day in range(1, 29):
            visit(2027, 2, day, 10)
        visit(2027, 3, 14, 2, 15)
        kind = look("America/New_York").listed_visits
        assert (kind.n, len(kind.listed), kind.n_more) == (29, N_LISTED, 29 - N_LISTED)
        assert kind.listed[0].is_named

    def test_patient_who_was_reminded_of_another_time(self, visit, look, at):
        visit(2026, 3, 12, 10)
        plan_reminders(at=at)
        Reminder.objects.update(state="sent", settled_at=at)
        row = look("Europe/London").visits[0]
        assert row.instants.notes == ("The patient was reminded of 10:00. Call them.",)
        assert row.wall.notes == ()


class TestDuties:
    def test_to_come_stays_on_the_clock(self, duty, change):
        one = duty(16, 8, 18)
        assert change("Asia/Tokyo").n_duties == 1
        one.refresh_from_db()
        assert (wall(one.starts_at, "Asia/Tokyo").hour, wall(one.ends_at, "Asia/Tokyo").hour) == (8, 18)

    def test_that_has_begun_keeps_its_beginning(self, duty, change):
        one = duty(11, 8, 18)
        began_at = one.starts_at
        change("America/New_York")
        one.refresh_from_db()
        assert (one.starts_at, wall(one.ends_at, "America/New_York").hour) == (began_at, 18)

    def test_that_is_over_stays(self, duty, change):
        duty(9, 8, 18)
        assert change("America/New_York").n_duties == 0

    def test_moments_stay_where_moments_are_kept(self, duty, change):
        duty(16, 8, 18)
        assert change("Asia/Tokyo", Keep.INSTANTS).n_duties == 0


def outgoing() -> list[Message]:
    return list(Message.objects.filter(kind="reminder", state="pending"))


class TestReminders:
    @pytest.mark.parametrize("keep", list(Keep))
    @pytest.mark.parametrize("zone", ZONES)
    def test_each_visit_has_one_that_leaves_by_day(self, visit, change, clinic, at, zone, keep):
        for day in range(14, 19):
            visit(2026, 3, day, 10)
        plan_reminders(at=at)
        change(zone, keep)
        plan_reminders(at=at)
        planned = Reminder.objects.filter(state="planned")
        assert sorted(planned.values_list("appointment_id", "starts_at")) == sorted(
            Appointment.objects.values_list("pk", "starts_at")
        )
        assert sorted(one.subject_id for one in outgoing()) == sorted(planned.values_list("pk", flat=True))
        assert {one.pk: one.due_at for one in planned} == {one.subject_id: one.due_at for one in outgoing()}
        assert all(8 <= wall(one.due_at, zone).hour <= 20 for one in planned)

    @pytest.mark.parametrize("state", ["sent", "unknown"])
    @pytest.mark.parametrize("keep", list(Keep))
    def test_sent_is_not_sent_again(self, visit, change, at, keep, state):
        visit(2026, 3, 12, 10)
        plan_reminders(at=at)
        Reminder.objects.update(state=state, settled_at=at)
        Message.objects.update(state=state, settled_at=at)
        change("Europe/London", keep)
        assert plan_reminders(at=at + HOUR) == 0
        assert outgoing() == []

    def test_that_is_being_sent_is_left_alone(self, visit, change, at):
        visit(2026, 3, 12, 10)
        plan_reminders(at=at)
        Message.objects.update(state="sending", lease_until=at + HOUR)
        assert change("Europe/London").n_reminders == 0
        assert Message.objects.get().state == "sending"
        assert plan_reminders(at=at + HOUR) == 0

    def test_there_and_back_leaves_one(self, visit, change, at):
        visit(2026, 3, 16, 10)
        plan_reminders(at=at)
        change("Asia/Tokyo")
        change("Europe/Berlin")
        planned = Reminder.objects.get(state="planned")
        assert planned.starts_at == Appointment.objects.get().starts_at
        assert [one.subject_id for one in outgoing()] == [planned.pk]

    def test_for_which_it_is_too_late_is_named_before(self, visit, look, at):
        """Tomorrow at 3 in the morning there, where it is 19:00: an email now is in time; at 2 it is too late."""
        visit(2026, 3, 12, 6)
        plan_reminders(at=at)
        row = look("Pacific/Auckland").reminders[0]
        assert row.wall.words == "Not sent"
        assert row.wall.notes == ("It is too late for a reminder. Call the patient.",)

    def test_foreseen_is_what_is_done(self, visit, look, manager, at):
        for day in range(13, 19):
            visit(2026, 3, day, 10)
        plan_reminders(at=at)
        found = look("Asia/Tokyo")
        by_visit = {row.subject.appointment_id: row.wall.span.starts_at for row in found.reminders}
        from_page = found.counts(Keep.WALL).n_reminders
        # The rows on the page are those that are changed.
        changed = change_zone(found, keep=Keep.WALL, by=manager, at=at)
        assert (changed.n_reminders, len(by_visit)) == (from_page, from_page)
        planned = Reminder.objects.filter(state="planned")
        assert dict(planned.values_list("appointment_id", "due_at")) == by_visit

    @pytest.mark.parametrize("keep", list(Keep))
    def test_check_in_is_asked_in_the_morning_there(self, course, change, at, keep):
        log_visit(course, at - HOUR)
        change("America/New_York", keep)
        due = {one.check_in.kind: one.due_at for one in Reminder.objects.exclude(check_in=None)}
        assert {kind: wall(due_at, "America/New_York").hour for kind, due_at in due.items()} == {
            "day1": 10,
            "day3": 10,
        }
        for check_in in CheckIn.objects.all():
            assert check_in.expires_at == due[check_in.kind] + 14 * DAY
        assert len(outgoing()) == 2


class TestBookingPageThatIsOpen:
    def test_booking_by_the_old_clock_is_refused(self, course, practitioner, clinic, at):
        stale = course
        type(clinic).objects.filter(pk=clinic.pk).update(zone="Asia/Tokyo")
        with pytest.raises(ValidationError, match="Asia/Tokyo"):
            book_appointment(
                course=stale,
                practitioner=practitioner,
                starts_at=at + DAY,
                ends_at=at + DAY + HOUR,
                is_for_needling=False,
                by=practitioner,
                at=at,
            )

    def test_move_by_the_old_clock_is_refused(self, visit, practitioner, clinic, at):
        one = visit(2026, 3, 16, 10)
        type(clinic).objects.filter(pk=clinic.pk).update(zone="Asia/Tokyo")
        with pytest.raises(ValidationError, match="Asia/Tokyo"):
            move_appointment(
                one, starts_at=at + DAY, ends_at=at + DAY + HOUR, practitioner=practitioner, by=practitioner, at=at
            )
        assert Appointment.objects.get().status == "booked"
