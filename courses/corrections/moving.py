"""Moves a session that was entered in the wrong course: void there, the same content in the right one."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.forms.models import model_to_dict
from django.utils.translation import gettext as _

from clinic.country.shown import shown_day
from clinic.models import Membership, required_reason
from courses.alerts.raising import raise_alert
from courses.corrections.voiding import checks_of, void_session, void_words
from courses.models import (
    Alert,
    AlertEvent,
    Course,
    Needling,
    PainScore,
    RedFlagReport,
    Session,
    SessionMotion,
)
from courses.plans.course_state import CourseState
from courses.plans.program_reason import ProgramReason
from courses.reminders.planning import plan_check_ins
from courses.rules.breach import find_breach
from courses.rules.facts import Severity
from courses.sessions.breach import visit_facts
from courses.sessions.entry import (
    EventEntry,
    FlagEntry,
    NeedlingEntry,
    Particulars,
    SessionEntry,
)
from courses.sessions.judging import judge_scores
from courses.sessions.record import write_session
from courses.sessions.red_flags.recording import Origin, accept_flags, each_at_highest
from patients.intake import record_neuro_check
from patients.locking import lock_patients
from patients.models import NeuroCheck, Patient


@transaction.atomic
def move_session(session: Session, *, to: Course, reason: str, by: Membership, at: datetime) -> Session:
    """Enter the session in another course; it is judged there as after a correction: listed, alerting nobody.

    A red flag belongs to a person: another patient's course gets reports and alerts of its own, which are sent as
    usual, and the first patient's stay open until somebody resolves them.
    """
    reason = required_reason(reason)
    source = session.course
    lock_patients({source.patient_id, to.patient_id})
    session = _read(session)
    to = Course.objects.select_related("clinic", "patient", "practitioner", "protocol").get(pk=to.pk)
    _refuse(session, to)
    is_same_patient = source.patient_id == to.patient_id
    checks, scores = checks_of(session), _scores_to_move(session, is_same_patient=is_same_patient)
    entry = entry_of(session)
    void_session(session, reason=ProgramReason.OTHER_COURSE.because(reason), by=by, at=at)
    if not is_same_patient:
        _note_other_patient(session, by=by, at=at)
    if checks:
        _record_checks(checks, to=to.patient)
    moved = _write(entry, session, to, by=by, at=at)
    reports = [] if is_same_patient else _report(session, moved, entry, by=by, at=at)
    judge_scores(CourseState(to), [_score(one, moved) for one in scores], reports=reports, is_quiet=True, at=at)
    if to.status == Course.Status.PLANNED:
        Course.objects.filter(pk=to.pk, status=Course.Status.PLANNED).update(status=Course.Status.ACTIVE)
    if to.is_open:
        plan_check_ins(moved, at=at)
    return moved


def entry_of(session: Session) -> SessionEntry:
    """A saved session as a form entry; its scores and red flags are moved separately."""
    motion = SessionMotion.objects.filter(session=session).first()
    return SessionEntry(
        form_key=uuid.uuid4(),
        held_at=session.held_at,
        practitioner=session.practitioner,
        supervised_by=session.supervised_by,
        is_needled=session.is_needled,
        needlings=tuple(_needling(one) for one in session.needlings.select_related("point")),
        events=tuple(
            EventEntry(
                item=one.item,
                severity=one.severity,
                causality=one.causality,
                is_serious=one.is_serious,
                onset_minutes=one.onset_minutes,
                course_of_it=one.course_of_it,
            )
            for one in session.adverse_events.select_related("item")
        ),
        uncleared_reason=session.uncleared_reason,
        particulars=Particulars(**model_to_dict(session, fields=list(Particulars.__dataclass_fields__))),
        motion={} if motion is None else {name: getattr(motion, name) for name in SessionMotion.DIRECTIONS},
        symptoms={one.code: one.grade for one in session.symptoms.all()},
        aftercare=tuple(one.measure for one in session.aftercare_given.select_related("measure")),
    )


def _needling(row: Needling) -> NeedlingEntry:
    return NeedlingEntry(
        point=row.point,
        side=Needling.Side(row.side),
        ashi_site=row.ashi_site,
        unlisted=row.unlisted,
        depth_mm=row.depth_mm,
        angle_degrees=row.angle_degrees,
        stimulation=Needling.Stimulation(row.stimulation),
        retention_minutes=row.retention_minutes,
        response=row.response,
        needle=row.needle,
    )


def _read(session: Session) -> Session:
    rows = Session.every.select_related(
        "clinic", "course__patient", "appointment", "practitioner", "logged_by", "voided_by__user"
    )
    return rows.get(pk=session.pk)


def _refuse(session: Session, to: Course) -> None:
    if session.is_void:
        raise ValidationError(void_words(session))
    if to.pk == session.course_id:
        raise ValidationError({"course": _("The session is in this course already. Choose another one.")})
    if to.clinic.local(session.held_at).date() < to.starts_on:
        message = _("The course starts on %(day)s: a session cannot be earlier.")
        raise ValidationError({"course": message % {"day": shown_day(to.starts_on)}})
    twin = to.sessions.filter(held_at=session.held_at).first()
    if twin is not None:
        message = _("%(session)s of that course was held at the same time. Void this one instead of moving it.")
        raise ValidationError({"course": message % {"session": twin}})


def _scores_to_move(session: Session, *, is_same_patient: bool) -> list[PainScore]:
    """Scores that staff entered; a patient's answers through a link never move to another patient."""
    scores = session.scores.order_by("scored_at", "pk")
    return list(scores if is_same_patient else scores.filter(check_in=None))


def _score(old: PainScore, moved: Session) -> PainScore:
    return PainScore(
        clinic=moved.clinic,
        course=moved.course,
        session=moved,
        timing=old.timing,
        score=old.score,
        scored_at=old.scored_at,
        recorded_by=old.recorded_by,
        recorded_at=old.recorded_at,
    )


def _record_checks(checks: list[NeuroCheck], *, to: Patient) -> None:
    for check in checks:
        # For the same patient too, because the first check was voided with its session.
        record_neuro_check(
            patient=to,
            checked_on=check.checked_on,
            result=NeuroCheck.Result(check.result),
            hoffmann=check.hoffmann,
            gait=check.gait,
            grip=check.grip,
            note=check.note,
            by=check.recorded_by,
            at=check.recorded_at,
        )


def _write(entry: SessionEntry, session: Session, to: Course, *, by: Membership, at: datetime) -> Session:
    """Write the session's rows with the original author and time; needling without clearance there is listed."""
    state = CourseState(to)
    on = to.clinic.local(entry.held_at).date()
    clearance = state.clearance(on=on, practitioner=entry.practitioner, is_alone=entry.is_alone(on))
    number, who = state.last_number + 1, session.logged_by
    breach = find_breach(visit_facts(entry, clearance, number=number))
    if breach is not None and not entry.uncleared_reason:
        entry = replace(entry, uncleared_reason=ProgramReason.LOGGED_ELSEWHERE)
    moved = write_session(to, entry, clearance, number=number, by=who, at=session.logged_at)
    Session.objects.filter(pk=moved.pk).update(moved_from=session)
    moved.refresh_from_db()
    if breach is not None:
        raise_alert(
            patient=to.patient,
            course=to,
            rule=Alert.Rule.UNCLEARED,
            findings=[breach],
            by=by,
            at=at,
            is_quiet=True,
        )
    return moved


def _report(
    session: Session, moved: Session, entry: SessionEntry, *, by: Membership, at: datetime
) -> list[RedFlagReport]:
    """Report the red flags of the visit for the patient who had it, none below its level."""
    reported = each_at_highest(session.red_flag_reports.filter(check_in=None).select_related("flag"))
    flags = [FlagEntry(one.flag, one.answer, one.onset_at, least=Severity(one.level)) for one in reported]
    origin = Origin(
        moved.course.patient,
        moved.course,
        RedFlagReport.Source.SESSION,
        entry.form_key,
        moved.held_at,
        session=moved,
        is_needled=moved.is_needled,
    )
    return accept_flags(origin, flags, by=by, at=at)


def _note_other_patient(session: Session, *, by: Membership, at: datetime) -> None:
    note = _("The session was moved to another patient. Check whether this red flag is about this patient.")
    reports = RedFlagReport.objects.filter(session=session).values("pk")
    reported = AlertEvent.objects.filter(report__in=reports).values("alert")
    for alert in Alert.objects.unresolved().filter(pk__in=reported):
        alert.events.create(
            clinic=alert.clinic,
            kind=AlertEvent.Kind.NOTED,
            happened_at=at,
            by=by,
            old_state=alert.state,
            new_state=alert.state,
            detail={"note": note},
        )
