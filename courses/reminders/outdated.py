"""What a reminder was about may have changed since it was planned."""

from __future__ import annotations

from datetime import datetime

from courses.models import Appointment, Course, Reminder, Session

WhyNot = Reminder.WhyNot


def visit_outdated(reminder: Reminder, at: datetime) -> WhyNot | None:
    """Why a visit needs no reminder any more."""
    visit = reminder.appointment
    if visit is None or visit.status != Appointment.Status.BOOKED:
        return WhyNot.VISIT_OFF
    if visit.starts_at <= at:
        return WhyNot.VISIT_PAST
    return None if reminder.course.is_running else WhyNot.COURSE_NOT_ACTIVE


def question_outdated(reminder: Reminder, at: datetime) -> WhyNot | None:
    """Why a check-in is not asked any more."""
    check_in = reminder.check_in
    if check_in is None or check_in.answered_at or check_in.revoked_at or check_in.expires_at <= at:
        return WhyNot.CHECK_IN_CLOSED
    return None if reminder.course.status == Course.Status.ACTIVE else WhyNot.COURSE_NOT_ACTIVE


def day3_outdated(reminder: Reminder, at: datetime) -> WhyNot | None:
    """The same on day 3, which says nothing of a session after which there was another."""
    check_in, why_not = reminder.check_in, question_outdated(reminder, at)
    if check_in is None or why_not == WhyNot.CHECK_IN_CLOSED:
        return why_not
    later = Session.objects.filter(course=reminder.course_id, held_at__gt=check_in.session.held_at)
    return WhyNot.ANOTHER_VISIT if later.exists() else why_not
