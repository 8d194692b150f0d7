"""Events of a course beside its scores, placed on the weeks of its record."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.utils.translation import gettext as _

from clinic.country.shown import shown_short_moment
from courses.charts.timeline import Marker, ReviewMark, Span, VisitMark
from courses.models import Alert, Appointment, Course, Hold, Review
from courses.priors.course_records import Record


def markers_of(record: Record, alerts: Iterable[Alert], *, course: Course | None = None) -> tuple[Marker, ...]:
    """Each alert with its answers."""
    return tuple(
        Marker(
            record.week(alert.raised_at),
            alert.severity,
            _alert_words(alert, course),
            acknowledged_week=record.week(alert.acknowledged_at) if alert.acknowledged_at else None,
            resolved_week=record.week(alert.resolved_at) if alert.resolved_at else None,
        )
        for alert in alerts
    )


def holds_of(record: Record, holds: Iterable[Hold], *, course: Course) -> tuple[Span, ...]:
    """Each hold."""
    return tuple(
        Span(
            record.week(hold.began_at),
            record.week(hold.ended_at) if hold.ended_at else None,
            _("On hold from %(start)s to %(end)s: %(reason)s")
            % {
                "start": _moment(hold.began_at, course),
                "end": _moment(hold.ended_at, course) if hold.ended_at else _("now"),
                "reason": hold.reason,
            },
        )
        for hold in holds
    )


def reviews_of(
    record: Record, reviews: Iterable[Review], *, course: Course, n_held: int
) -> tuple[ReviewMark, ...]:
    """Past reviews, and planned ones in the week of their session."""
    held = list(reviews)
    marks = [
        ReviewMark(
            record.week(review.reviewed_at),
            _("Review after session %(number)s, %(at)s: %(decision)s")
            % {
                "number": review.session_number,
                "at": _moment(review.reviewed_at, course),
                "decision": review.get_decision_display(),
            },
            is_held=True,
        )
        for review in held
    ]
    last = max((review.session_number for review in held), default=0)
    for number in sorted({*course.review_sessions, course.n_planned}):
        if number > last and number >= n_held and course.is_open:
            words = _("Review planned after session %(number)s") % {"number": number}
            marks.append(ReviewMark(course.planned_week_of(number), words, is_held=False))
    return tuple(marks)


def visits_of(
    record: Record, appointments: Iterable[Appointment], *, course: Course, at: datetime
) -> tuple[VisitMark, ...]:
    """Future visits, and visits missed since the first score."""
    first_at = record.rows[0].scored_at if record.rows else at
    words = {
        Appointment.Status.BOOKED: _("Visit booked for %(at)s"),
        Appointment.Status.MISSED: _("Visit missed on %(at)s"),
    }
    return tuple(
        VisitMark(
            record.week(one.starts_at),
            words[Appointment.Status(one.status)] % {"at": _moment(one.starts_at, course)},
            is_missed=one.status == Appointment.Status.MISSED,
        )
        for one in appointments
        if (one.status == Appointment.Status.BOOKED and one.starts_at >= at)
        or (one.status == Appointment.Status.MISSED and one.starts_at >= first_at)
    )


def _alert_words(alert: Alert, course: Course | None) -> str:
    words = f"{alert.get_rule_display()}: {alert.get_severity_display()}"
    if course is None:
        return words
    steps = [_("raised %(at)s") % {"at": _moment(alert.raised_at, course)}]
    if alert.acknowledged_at:
        steps.append(_("acknowledged %(at)s") % {"at": _moment(alert.acknowledged_at, course)})
    if alert.resolved_at:
        values = {"at": _moment(alert.resolved_at, course), "outcome": alert.get_outcome_display()}
        steps.append(_("resolved %(at)s, %(outcome)s") % values)
    return f"{words}; {'; '.join(steps)}"


def _moment(at: datetime, course: Course) -> str:
    return shown_short_moment(course.clinic.local(at))
