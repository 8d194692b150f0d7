"""Logging: one transaction writes the visit, its red flags and their alerts, then asks the curve."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clinic.country.shown import shown_clock, shown_day, shown_weekday_moment
from clinic.models import Membership
from courses.alerts.raising import raise_alert
from courses.alerts.settling import settle_alerts
from courses.models import Alert, Appointment, AppointmentEvent, Course, PainScore, RedFlagReport, Session
from courses.plans.booking import write_appointment_event
from courses.plans.course_state import CourseState
from courses.plans.overriding import spend_override
from courses.plans.visit_flags import flags_of_visit
from courses.reminders.planning import plan_check_ins
from courses.rules.breach import find_breach
from courses.rules.facts import Finding
from courses.sessions.breach import refuse_contradiction, refuse_silent_breach, visit_facts
from courses.sessions.check_in_answers import log_check_in
from courses.sessions.entry import SessionEntry
from courses.sessions.judging import LATE, judge_scores
from courses.sessions.record import write_session
from courses.sessions.red_flags.recording import Origin, accept_flags
from courses.sessions.verdict import Verdict
from patients.clearance import Clearance
from patients.intake import record_neuro_check
from patients.locking import lock_patient
from patients.models import NeuroCheck

__all__ = ["Logged", "log_check_in", "log_session"]


@dataclass(frozen=True)
class Logged:
    """What was saved and its verdicts; not new if the same form was sent before."""

    session: Session
    verdicts: tuple[Verdict, ...] = ()
    reports: tuple[RedFlagReport, ...] = ()
    is_new: bool = True


@transaction.atomic
def log_session(
    course: Course,
    *,
    entry: SessionEntry,
    by: Membership,
    at: datetime,
    state: CourseState | None = None,
) -> Logged:
    """Log a visit with everything that follows from it, completely or not at all.

    `state` is the course's, from a caller that has held the patient's lock since before the course was read.

    ValidationError names the wrong field: a time outside the course, a session that the form had not seen, or
    needling without clearance and without a reason. Nothing else is refused: a score or a red flag is saved
    whatever the clearance.
    """
    state = state or _held(course)
    course = state.course
    twin = Session.every.filter(clinic=course.clinic, form_key=entry.form_key).first()
    if twin is not None:
        again = accept_flags(_origin(twin, entry), entry.flags, by=by, at=at)
        return Logged(twin, reports=tuple(again), is_new=False)
    _refuse_bad_time(course, entry, at=at)
    _refuse_visit(entry)
    _refuse_unseen(state, entry)
    refuse_contradiction(entry.needlings, is_needled=entry.is_needled)
    _refuse_same_time(course, entry)
    if entry.neuro_check:
        _record_check(course, entry, by=by, at=at)
    clearance = _clearance(state, entry)
    refuse_silent_breach(entry, clearance, by=by)
    session = write_session(course, entry, clearance, number=state.last_number + 1, by=by, at=at)
    reports = accept_flags(_origin(session, entry), entry.flags, by=by, at=at)
    if session.is_needled:
        spend_override(session, on=_day(course, session.held_at))
    breach = find_breach(visit_facts(entry, clearance, number=session.number))
    if breach:
        _tell_lead_of_breach(course, breach, by=by, at=at)
    verdicts = judge_scores(state, _scores(session, entry, by=by, at=at), reports=reports, at=at)
    _move_plan_on(course, session, by=by, at=at)
    overtaken = (Alert.Rule.LAPSED, Alert.Rule.UNANSWERED) if at - session.held_at <= LATE else ()
    settle_alerts(course, state.course_alerts, overtaken=overtaken, at=at)
    plan_check_ins(session, at=at)
    return Logged(session, tuple(verdicts), tuple(reports))


def _held(course: Course) -> CourseState:
    """The course, with its patient locked."""
    lock_patient(course.patient)
    rows = Course.objects.select_related("clinic", "patient", "practitioner", "protocol")
    return CourseState(rows.get(pk=course.pk))


def _refuse_bad_time(course: Course, entry: SessionEntry, *, at: datetime) -> None:
    if entry.held_at > at:
        raise ValidationError({"held_at": _("The session is in the future. Check the date and the time.")})
    if _day(course, entry.held_at) < course.starts_on:
        message = _("The course starts on %(day)s: a session cannot be earlier.")
        raise ValidationError({"held_at": message % {"day": shown_day(course.starts_on)}})


def _refuse_visit(entry: SessionEntry) -> None:
    """Refuse a visit that already has a session, or was cancelled or marked as missed while the form was open.

    Its row is locked until the session is saved, so that nobody marks it in between.
    """
    if entry.appointment is None:
        return
    visit = (
        Appointment.objects.select_for_update(of=("self",)).select_related("clinic").get(pk=entry.appointment.pk)
    )
    if Session.objects.filter(appointment=visit).exists():
        raise ValidationError(
            {"appointment": _("This appointment already has a session. Log this visit without an appointment.")}
        )
    if visit.status in {Appointment.Status.CANCELLED, Appointment.Status.MISSED}:
        message = _(
            "The visit on %(visit)s was marked “%(status)s” while this page was open. "
            "Book it again, or choose “No appointment (walk-in)”."
        )
        when = shown_weekday_moment(visit.clinic.local(visit.starts_at))
        raise ValidationError({"appointment": message % {"visit": when, "status": visit.get_status_display()}})


def _refuse_same_time(course: Course, entry: SessionEntry) -> None:
    """Refuse a second session at the same time: say which one has it, and what to do."""
    twin = course.sessions.filter(held_at=entry.held_at).select_related("logged_by__user").first()
    if twin is None:
        return
    message = _(
        "%(session)s was held at this time too (logged by %(who)s at %(when)s). "
        "If this is another visit, change the time."
    )
    when = shown_clock(twin.clinic.local(twin.logged_at))
    raise ValidationError({"held_at": message % {"session": twin, "who": twin.logged_by, "when": when}})


def _refuse_unseen(state: CourseState, entry: SessionEntry) -> None:
    """Report a session that somebody else logged meanwhile: once, unless red flags must not wait."""
    if entry.seen_number is None or entry.flags or state.last_number <= entry.seen_number:
        return
    course = state.course
    newest = course.sessions.select_related("logged_by__user").get(number=state.last_number)
    message = _(
        "%(who)s logged session %(number)d at %(time)s while this form was open. Check it. If "
        "this is another visit, save again: it becomes session %(next)d."
    )
    values = {
        "who": newest.logged_by,
        "number": newest.number,
        "time": shown_clock(course.clinic.local(newest.logged_at)),
        "next": newest.number + 1,
    }
    raise ValidationError({"seen_number": message % values})


def _clearance(state: CourseState, entry: SessionEntry) -> Clearance:
    """The verdict before this visit's own red flags; a check made at this visit is already in the file."""
    course = state.course
    state = CourseState(course) if entry.neuro_check else state
    on = _day(course, entry.held_at)
    return state.clearance(
        on=on,
        practitioner=entry.practitioner,
        is_alone=entry.is_alone(on),
        own=flags_of_visit(course.patient, entry.form_key),
    )


def _origin(session: Session, entry: SessionEntry) -> Origin:
    return Origin(
        session.course.patient,
        session.course,
        RedFlagReport.Source.SESSION,
        entry.form_key,
        entry.held_at,
        session=session,
        is_needled=entry.is_needled,
        before=entry.before,
        later=entry.after,
    )


def _record_check(course: Course, entry: SessionEntry, *, by: Membership, at: datetime) -> None:
    record_neuro_check(
        patient=course.patient,
        checked_on=_day(course, entry.held_at),
        result=NeuroCheck.Result(entry.neuro_check),
        by=by,
        at=at,
    )


def _scores(session: Session, entry: SessionEntry, *, by: Membership, at: datetime) -> list[PainScore]:
    """The session's scores, not yet saved."""
    taken = {PainScore.Timing.BEFORE: entry.before, PainScore.Timing.AFTER: entry.after}
    return [
        PainScore(
            clinic=session.clinic,
            course=session.course,
            session=session,
            timing=timing,
            score=score,
            scored_at=entry.held_at,
            recorded_by=by,
            recorded_at=at,
        )
        for timing, score in taken.items()
        if score is not None
    ]


def _tell_lead_of_breach(course: Course, breach: Finding, *, by: Membership, at: datetime) -> None:
    raise_alert(patient=course.patient, course=course, rule=Alert.Rule.UNCLEARED, findings=[breach], by=by, at=at)


def _move_plan_on(course: Course, session: Session, *, by: Membership, at: datetime) -> None:
    if session.appointment:
        booked = Appointment.objects.filter(pk=session.appointment.pk, status=Appointment.Status.BOOKED)
        if booked.update(status=Appointment.Status.KEPT):
            write_appointment_event(session.appointment, AppointmentEvent.Kind.ATTENDED, by=by, at=at)
    if course.status == Course.Status.PLANNED:
        Course.objects.filter(pk=course.pk, status=Course.Status.PLANNED).update(status=Course.Status.ACTIVE)


def _day(course: Course, at: datetime) -> date:
    return course.clinic.local(at).date()
