"""The rows of one visit: the session, and everything done, found, given and harmful in it."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta

from clinic.models import Membership
from courses.models import (
    AdverseEvent,
    AftercareGiven,
    Course,
    Needling,
    Session,
    SessionMotion,
    SessionSymptom,
)
from courses.rules.breach import find_breach, forbidden
from courses.sessions.breach import keep_clearance, visit_facts
from courses.sessions.entry import EventEntry, NeedlingEntry, SessionEntry
from patients.clearance import Clearance


def write_session(
    course: Course, entry: SessionEntry, clearance: Clearance, *, number: int, by: Membership, at: datetime
) -> Session:
    """Save the session with all its rows; the caller holds the patient's lock, so the number is still free."""
    visit = visit_facts(entry, clearance)
    session = Session.objects.create(
        clinic=course.clinic,
        course=course,
        appointment=entry.appointment,
        number=number,
        practitioner=entry.practitioner,
        supervised_by=entry.supervised_by,
        held_at=entry.held_at,
        is_needled=entry.is_needled,
        clearance={**keep_clearance(clearance), "forbidden": forbidden(visit)},
        uncleared_reason=entry.uncleared_reason.strip() if find_breach(visit) else "",
        form_key=entry.form_key,
        logged_by=by,
        logged_at=at,
        **asdict(entry.particulars),
    )
    Needling.objects.bulk_create(_needling(session, one) for one in entry.needlings)
    AdverseEvent.objects.bulk_create(_event(session, one) for one in entry.events)
    SessionSymptom.objects.bulk_create(
        SessionSymptom(clinic=session.clinic, session=session, code=code, grade=grade)
        for code, grade in entry.symptoms.items()
    )
    if entry.motion:
        SessionMotion.objects.create(clinic=session.clinic, session=session, **entry.motion)
    AftercareGiven.objects.bulk_create(
        AftercareGiven(clinic=session.clinic, session=session, measure=one) for one in entry.aftercare
    )
    return session


def _needling(session: Session, one: NeedlingEntry) -> Needling:
    return Needling(
        clinic=session.clinic,
        session=session,
        point=one.point,
        unlisted=one.unlisted,
        ashi_site=one.ashi_site,
        side=one.side,
        depth_mm=one.depth_mm,
        angle_degrees=one.angle_degrees,
        stimulation=one.stimulation,
        retention_minutes=one.retention_minutes,
        response=one.response,
        needle=one.needle,
    )


def _event(session: Session, one: EventEntry) -> AdverseEvent:
    onset = timedelta(minutes=one.onset_minutes or 0)
    return AdverseEvent(
        clinic=session.clinic,
        course=session.course,
        session=session,
        item=one.item,
        severity=one.severity,
        causality=one.causality,
        is_serious=one.is_serious,
        onset_minutes=one.onset_minutes,
        course_of_it=one.course_of_it,
        noticed_at=session.held_at + onset,
        recorded_by=session.logged_by,
    )
