"""A course ended by mistake, a visit marked by mistake."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction

from courses.alerts.raising import raise_alert
from courses.alerts.settling import sweep_closed_courses
from courses.corrections.reopening import reopen_appointment, reopen_course
from courses.models import Alert, AppointmentEvent, Course, CourseEvent, Review
from courses.plans.booking import book_appointment, cancel_appointment, mark_missed, move_appointment
from courses.plans.lifecycle import hold_course
from courses.reminders.planning import plan_reminders
from courses.reviews.discharging import Discharge, discharge
from courses.reviews.reviewing import ReviewEntry
from courses.rules.facts import Finding, Severity
from tests.factories import CourseFactory, log_visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def later(at):
    return at + timedelta(hours=3)


@pytest.fixture
def book(course, practitioner, at):
    """Book a visit some days from now."""

    def on(days=2):
        starts_at = at + timedelta(days=days)
        return book_appointment(
            course=course,
            practitioner=practitioner,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=45),
            is_for_needling=True,
            by=practitioner,
            at=at,
        )

    return on


@pytest.fixture
def end(course, practitioner, at):
    """Ends the course."""

    def now():
        course.refresh_from_db()
        review = ReviewEntry(uuid4(), Review.Decision.STOP, reason="moved away", is_final=True)
        discharge(
            course,
            entry=Discharge(review, Course.Status.STOPPED, "moved away", "Keep warm."),
            by=practitioner,
            at=at + timedelta(hours=1),
        )
        sweep_closed_courses(at=at + timedelta(hours=1, minutes=1))

    return now


class TestCourse:
    def test_is_as_it_was(self, course, at, end, lead, later):
        log_visit(course, at)
        end()
        reopen_course(course, reason="wrong course", by=lead, at=later)
        course.refresh_from_db()
        assert (course.status, course.ended_on, course.end_reason) == ("active", None, "")

    def test_keeps_who_ended_and_reopened_it(self, course, end, practitioner, lead, later):
        end()
        reopen_course(course, reason="wrong course", by=lead, at=later)
        told = [(one.kind, one.old_status, one.new_status, one.by, one.reason) for one in course.events.all()]
        assert told == [
            ("ended", "active", "stopped", practitioner, "moved away"),
            ("reopened", "stopped", "active", lead, "wrong course"),
        ]

    def test_on_hold_before_is_on_hold_again(self, course, at, end, lead, later):
        hold_course(course, reason="holiday", at=at)
        end()
        reopen_course(course, reason="wrong course", by=lead, at=later)
        course.refresh_from_db()
        assert (course.status, course.hold_reason) == ("on_hold", "holiday")
        assert course.holds.filter(ended_at=None).count() == 1

    def test_visits_to_come_are_booked_again_where_they_can(self, course, book, end, lead, practitioner, later):
        kept, lost = book(2), book(3)
        end()
        other = CourseFactory(
            patient=course.patient, practitioner=practitioner, complaint="x", starts_on=later.date()
        )
        book_appointment(
            course=other,
            practitioner=practitioner,
            starts_at=lost.starts_at,
            ends_at=lost.ends_at,
            is_for_needling=False,
            by=lead,
            at=later,
        )
        back = reopen_course(course, reason="wrong course", by=lead, at=later)
        kept.refresh_from_db()
        lost.refresh_from_db()
        assert (kept.status, lost.status, back.n_bookings) == ("booked", "cancelled", 1)
        assert [one for one, _why in back.left_out] == [lost]

    def test_visit_cancelled_before_the_end_stays_cancelled(
        self, course, book, at, end, lead, practitioner, later
    ):
        cancelled = book()
        cancel_appointment(cancelled, reason="ill", by=practitioner, at=at)
        end()
        reopen_course(course, reason="wrong course", by=lead, at=later)
        cancelled.refresh_from_db()
        assert cancelled.status == "cancelled"

    def test_reminders_are_planned_again(self, course, book, at, end, lead, later):
        book()
        plan_reminders(at=at)
        end()
        assert set(course.reminders.values_list("state", flat=True)) == {"cancelled"}
        back = reopen_course(course, reason="wrong course", by=lead, at=later)
        assert (set(course.reminders.values_list("state", flat=True)), back.n_reminders) == ({"planned"}, 1)

    def test_alerts_that_its_end_closed_are_open_again(self, course, at, end, lead, later):
        finding = Finding("plain_rise", 1, Severity.AMBER, {"session": 1})
        raise_alert(patient=course.patient, course=course, rule=Alert.Rule.PAIN, findings=[finding], at=at)
        end()
        assert Alert.objects.get().outcome == "course_closed"
        back = reopen_course(course, reason="wrong course", by=lead, at=later)
        again = Alert.objects.unresolved().get()
        assert (again.predecessor.outcome, again.findings, back.n_alerts) == (
            "course_closed",
            [finding.as_json()],
            1,
        )

    def test_final_review_is_void(self, course, end, lead, later):
        end()
        reopen_course(course, reason="wrong course", by=lead, at=later)
        assert course.reviews.count() == 0
        assert Review.every.filter(course=course).count() == 1

    def test_refused_beside_another_open_course_for_the_same(self, course, end, lead, practitioner, later):
        end()
        CourseFactory(
            patient=course.patient, practitioner=practitioner, complaint=course.complaint, starts_on=later.date()
        )
        with pytest.raises(ValidationError, match="another open course"):
            reopen_course(course, reason="wrong course", by=lead, at=later)

    def test_ended_before_events_were_kept(self, course, at, lead, later):
        log_visit(course, at)
        Course.objects.filter(pk=course.pk).update(status="completed", ended_on=at.date())
        reopen_course(course, reason="wrong course", by=lead, at=later)
        course.refresh_from_db()
        assert course.status == "active"

    def test_page_asks_for_a_reason_and_second_send_is_harmless(self, signed_in, practitioner, course, end):
        end()
        client, url = signed_in(practitioner), f"/admin/courses/course/{course.pk}/reopen/"
        assert client.post(url, {"reason": " "}).status_code == 422
        page = client.post(url, {"reason": "wrong course"}, follow=True)
        assert "Course reopened" in page.content.decode()
        assert "The course is open" in client.post(url, {"reason": "wrong course"}, follow=True).content.decode()
        assert CourseEvent.objects.filter(kind="reopened").count() == 1


class TestAppointment:
    def test_missed_by_mistake_is_booked_again(self, book, practitioner, at):
        visit = book(1)
        mark_missed(visit, by=practitioner, at=at + timedelta(days=2))
        reopen_appointment(visit, reason="she was late", by=practitioner, at=at + timedelta(days=2, hours=1))
        visit.refresh_from_db()
        assert visit.status == "booked"
        assert [(one.kind, one.reason, one.by) for one in visit.events.all()] == [
            ("booked", "", practitioner),
            ("missed", "", practitioner),
            ("reopened", "she was late", practitioner),
        ]

    def test_cancelled_by_mistake_gets_its_reminder_back(self, book, practitioner, at):
        visit = book(3)
        plan_reminders(at=at)
        cancel_appointment(visit, reason="ill", by=practitioner, at=at)
        plan_reminders(at=at)
        assert visit.reminders.get().state == "cancelled"
        reopen_appointment(visit, reason="wrong patient", by=practitioner, at=at + timedelta(hours=1))
        assert visit.reminders.get().state == "planned"

    def test_refused_where_the_time_is_taken(self, book, practitioner, at):
        visit = book(3)
        cancel_appointment(visit, reason="ill", by=practitioner, at=at)
        book(3)
        with pytest.raises(ValidationError, match="another appointment at that time"):
            reopen_appointment(visit, reason="wrong patient", by=practitioner, at=at)
        visit.refresh_from_db()
        assert visit.status == "cancelled"

    def test_refused_where_it_was_moved(self, book, practitioner, at):
        visit = book(3)
        starts_at = at + timedelta(days=4)
        move_appointment(
            visit,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=45),
            practitioner=practitioner,
            by=practitioner,
            at=at,
        )
        with pytest.raises(ValidationError, match="was moved"):
            reopen_appointment(visit, reason="wrong patient", by=practitioner, at=at)

    def test_history_is_kept_as_written(self, book):
        visit = book()
        event = visit.events.get()
        for act in (lambda: AppointmentEvent.objects.filter(pk=event.pk).update(reason="x"), event.delete):
            with pytest.raises(IntegrityError, match="append_only"), transaction.atomic():
                act()

    def test_page_shows_who_did_what(self, signed_in, front_desk, book, practitioner, at):
        visit = book(3)
        cancel_appointment(visit, reason="ill", by=practitioner, at=at)
        html = signed_in(front_desk).get(f"/admin/courses/appointment/{visit.pk}/change/").content.decode()
        assert "Cancelled: ill" in html
        assert str(practitioner) in html
        assert "Book again" in html
