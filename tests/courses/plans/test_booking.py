"""Appointments: book, move, cancel, mark missed."""

from __future__ import annotations

from collections import Counter
from contextlib import suppress
from datetime import datetime, time, timedelta
from threading import Barrier, BrokenBarrierError
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError

from clinic.models import OpeningHours
from courses.models import Appointment, Course
from courses.plans.booking import book_appointment, cancel_appointment, mark_missed, move_appointment
from patients.intake import record_neuro_check, record_pain_type
from patients.models import NeuroCheck, PatientPainType
from tests.conftest import NOW
from tests.factories import CourseFactory, PatientFactory, cleared_patient

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)
BERLIN = ZoneInfo("Europe/Berlin")


@pytest.fixture
def tomorrow(at: datetime) -> datetime:
    """Thursday at 11 in the clinic."""
    return at + DAY


@pytest.fixture
def book(course, practitioner, at, tomorrow):
    """Book an hour, by default tomorrow."""

    def make(starts_at=tomorrow, *, ends_at=None, is_for_needling=True, course=course, practitioner=practitioner):
        return book_appointment(
            course=course,
            practitioner=practitioner,
            starts_at=starts_at,
            ends_at=ends_at or starts_at + HOUR,
            is_for_needling=is_for_needling,
            by=practitioner,
            at=at,
        )

    return make


@pytest.fixture
def office_hours(clinic) -> None:
    """Open from Monday to Friday, 8 to 12 and 13 to 18."""
    stretches = [(time(8), time(12)), (time(13), time(18))]
    OpeningHours.objects.bulk_create(
        OpeningHours(clinic=clinic, weekday=weekday, opens_at=opens_at, closes_at=closes_at)
        for weekday in range(1, 6)
        for opens_at, closes_at in stretches
    )


def refusal(act, *args, **kwargs) -> str:
    """The wrong field."""
    with pytest.raises(ValidationError) as caught:
        act(*args, **kwargs)
    return "".join(caught.value.message_dict)


class TestBook:
    def test_is_a_booked_time(self, book, practitioner, at, tomorrow):
        appointment = book()
        assert (appointment.status, appointment.starts_at, appointment.ends_at) == (
            "booked",
            tomorrow,
            tomorrow + HOUR,
        )
        assert (appointment.booked_by, appointment.booked_at) == (practitioner, at)

    def test_in_the_past_is_refused(self, book, at):
        assert refusal(book, at - timedelta(minutes=1)) == "starts_at"

    def test_that_ends_before_it_starts_is_refused(self, book, tomorrow):
        assert refusal(book, ends_at=tomorrow) == "ends_at"

    @pytest.mark.parametrize("status", ["completed", "stopped"])
    def test_for_a_course_that_is_over_is_refused(self, book, course, at, status):
        course.status, course.ended_on = status, at.date()
        assert refusal(book) == "course"

    def test_before_the_course_starts_is_refused(self, book, course, tomorrow):
        course.starts_on = tomorrow.date() + DAY
        assert refusal(book) == "starts_at"

    def test_clash_is_refused_with_the_name(self, book, practitioner, tomorrow):
        book()
        with pytest.raises(ValidationError, match=str(practitioner)):
            book(tomorrow + timedelta(minutes=30))
        assert Appointment.objects.count() == 1

    def test_two_practitioners_work_at_one_time(self, book, lead, clinic):
        book()
        other = CourseFactory(patient=cleared_patient(clinic, by=lead, at=NOW), practitioner=lead)
        book(practitioner=lead, course=other)
        assert Appointment.objects.count() == 2

    @pytest.mark.parametrize("minutes", [-30, 0, 30])
    def test_patient_is_not_in_two_visits_at_once(self, book, lead, course, tomorrow, minutes):
        """Neither with another practitioner nor for another course."""
        book()
        second = CourseFactory(patient=course.patient, practitioner=lead, complaint="Headache")
        with pytest.raises(ValidationError) as caught:
            book(tomorrow + timedelta(minutes=minutes), practitioner=lead, course=second)
        assert "Thu 12 Mar 2026, 11:00 to 12:00 with Practitioner Tree" in caught.value.messages[0]

    @pytest.mark.parametrize("minutes", [-60, 60])
    def test_patient_has_one_visit_after_another(self, book, lead, course, tomorrow, minutes):
        book()
        second = CourseFactory(patient=course.patient, practitioner=lead, complaint="Headache")
        book(tomorrow + timedelta(minutes=minutes), practitioner=lead, course=second)
        assert Appointment.objects.count() == 2


class TestOpen:
    @pytest.mark.parametrize(
        ("start", "end"), [("08:00", "09:00"), ("11:00", "12:00"), ("13:00", "18:00"), ("08:15", "08:20")]
    )
    def test_hours_are_taken(self, book, office_hours, tomorrow, start, end):
        day = tomorrow.astimezone(BERLIN)
        times = [day.replace(hour=int(one[:2]), minute=int(one[3:])) for one in (start, end)]
        assert book(times[0], ends_at=times[1]).pk

    @pytest.mark.parametrize(
        ("start", "end"),
        [("07:59", "09:00"), ("11:30", "12:01"), ("11:30", "13:30"), ("17:30", "18:30"), ("20:00", "21:00")],
    )
    def test_hours_end_where_they_end(self, book, office_hours, tomorrow, start, end):
        day = tomorrow.astimezone(BERLIN)
        times = [day.replace(hour=int(one[:2]), minute=int(one[3:])) for one in (start, end)]
        assert refusal(book, times[0], ends_at=times[1]) == "starts_at"

    def test_closed_weekday_is_refused(self, book, office_hours, tomorrow):
        assert refusal(book, tomorrow + 2 * DAY) == "starts_at"

    def test_holiday_is_refused_by_its_name(self, book, clinic, tomorrow):
        clinic.holidays.create(on=tomorrow.date(), name="Founders' Day")
        with pytest.raises(ValidationError, match="Founders"):
            book()

    def test_holiday_is_the_clinics_day(self, book, clinic, tomorrow):
        """Half past eleven at night in UTC is the next day in Berlin."""
        clinic.holidays.create(on=tomorrow.date(), name="Feast")
        assert refusal(book, tomorrow.replace(hour=23, minute=30) - DAY) == "starts_at"

    def test_without_hours_every_hour_is_taken(self, book, tomorrow):
        assert book(tomorrow.replace(hour=3)).pk

    def test_summer_time_keeps_the_wall_hour(self, book, office_hours, at):
        after_change = datetime(2026, 4, 1, 8, 0, tzinfo=BERLIN)
        assert book(after_change).pk
        assert refusal(book, datetime(2026, 4, 2, 7, 0, tzinfo=BERLIN)) == "starts_at"


class TestClearance:
    @pytest.fixture
    def uncleared(self, clinic, practitioner) -> Course:
        return CourseFactory(patient=PatientFactory(clinic=clinic), practitioner=practitioner)

    def test_nobody_uncleared_is_booked_for_needling(self, book, uncleared):
        with pytest.raises(ValidationError) as caught:
            book(course=uncleared)
        assert len(caught.value.message_dict["is_for_needling"]) == 4
        assert not Appointment.objects.exists()

    def test_everybody_is_booked_for_a_talk(self, book, uncleared):
        assert book(course=uncleared, is_for_needling=False).pk

    @pytest.fixture
    def class_b(self, course, practitioner, at) -> None:
        """The patient has a type that needs checks."""
        record_pain_type(
            patient=course.patient,
            code="radiculopathy",
            status=PatientPainType.Status.CONFIRMED,
            starts_on=at.date(),
            by=practitioner,
            at=at,
        )

    def test_check_can_be_made_on_the_day(self, book, class_b):
        assert book().pk

    def test_worse_check_is_refused(self, book, class_b, course, practitioner, at):
        record_neuro_check(
            patient=course.patient, checked_on=at.date(), result=NeuroCheck.Result.WORSE, by=practitioner, at=at
        )
        assert refusal(book) == "is_for_needling"

    def test_licence_must_hold_on_the_day_of_the_visit(self, book, practitioner, tomorrow):
        practitioner.licence_expires_on = tomorrow.date() - DAY
        assert refusal(book) == "is_for_needling"

    def test_course_on_hold_is_booked_for_a_talk_alone(self, book, course):
        course.status, course.hold_reason = Course.Status.ON_HOLD, "E1"
        assert refusal(book) == "is_for_needling"
        assert book(is_for_needling=False).pk


class TestMove:
    @pytest.fixture
    def move(self, practitioner, at):
        def make(appointment, starts_at, *, by=practitioner):
            return move_appointment(
                appointment, starts_at=starts_at, ends_at=starts_at + HOUR, practitioner=by, by=by, at=at
            )

        return make

    def test_cancels_and_books_again(self, book, move, tomorrow):
        old = book(is_for_needling=False)
        new = move(old, tomorrow + DAY)
        old.refresh_from_db()
        assert (old.status, new.status, new.moved_from) == ("cancelled", "booked", old)
        assert not new.is_for_needling

    def test_to_an_overlapping_time_is_no_clash_with_itself(self, book, move, tomorrow):
        assert move(book(), tomorrow + timedelta(minutes=15)).pk

    def test_that_is_refused_leaves_the_old_booked(self, book, move, at):
        old = book()
        with pytest.raises(ValidationError):
            move(old, at - HOUR)
        assert Appointment.objects.get().status == "booked"

    def test_of_a_cancelled_one_is_refused(self, book, move, tomorrow):
        old = book()
        cancel_appointment(old, reason="ill", by=old.booked_by, at=old.booked_at)
        with pytest.raises(ValidationError, match="no longer booked"):
            move(old, tomorrow + DAY)

    def test_twice_is_refused(self, book, move, tomorrow):
        old = book()
        move(old, tomorrow + DAY)
        with pytest.raises(ValidationError, match="no longer booked"):
            move(old, tomorrow + 2 * DAY)


class TestCancelAndMiss:
    def test_cancelled_time_is_free_again_with_its_reason(self, book):
        appointment = book()
        cancel_appointment(appointment, reason="ill", by=appointment.booked_by, at=appointment.booked_at)
        assert (appointment.status, appointment.cancel_reason) == ("cancelled", "ill")
        assert book().pk

    def test_cancelling_twice_is_refused(self, book):
        appointment = book()
        cancel_appointment(appointment, reason="ill", by=appointment.booked_by, at=appointment.booked_at)
        with pytest.raises(ValidationError):
            cancel_appointment(appointment, reason="again", by=appointment.booked_by, at=appointment.booked_at)

    def test_missed_once_it_has_begun(self, book, tomorrow):
        appointment = book()
        mark_missed(appointment, by=appointment.booked_by, at=tomorrow)
        assert appointment.status == "missed"

    def test_not_missed_before_it_began(self, book, tomorrow):
        with pytest.raises(ValidationError, match="not begun"):
            early = book()
            mark_missed(early, by=early.booked_by, at=tomorrow - timedelta(seconds=1))

    @pytest.mark.parametrize("status", ["kept", "cancelled", "missed"])
    def test_only_booked_ones_are_missed(self, book, tomorrow, status):
        appointment = book()
        Appointment.objects.update(status=status)
        with pytest.raises(ValidationError, match="no longer booked"):
            mark_missed(appointment, by=appointment.booked_by, at=tomorrow)


@pytest.mark.django_db(transaction=True)
def test_of_many_who_book_one_time_at_once_one_gets_it_and_the_others_are_refused(book, at_once, monkeypatch):
    """They meet right before writing, if possible: a deadlock is not acceptable."""
    meeting, save = Barrier(6), Appointment.save

    def save_together(self, *args, **kwargs):
        with suppress(BrokenBarrierError):
            meeting.wait(timeout=0.5)
        save(self, *args, **kwargs)

    monkeypatch.setattr(Appointment, "save", save_together)
    outcomes = at_once(*[book] * 6)
    assert Counter(type(outcome) for outcome in outcomes) == {Appointment: 1, ValidationError: 5}
    assert Appointment.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_two_who_book_one_patient_at_once_with_two_practitioners_book_one_visit(
    course, lead, at, tomorrow, at_once
):
    def book(practitioner):
        return lambda: book_appointment(
            course=course,
            practitioner=practitioner,
            starts_at=tomorrow,
            ends_at=tomorrow + HOUR,
            is_for_needling=False,
            by=lead,
            at=at,
        )

    at_once(book(course.practitioner), book(lead))
    assert Appointment.objects.count() == 1
