"""Corrects a saved session: the original stays on file, with who changed it, when and why."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clinic.country.shown import shown_day
from clinic.models import Membership
from courses.corrections.changes import (
    Change,
    aftercare_changes,
    column_change,
    event_changes,
    needles_after,
    needling_change,
)
from courses.corrections.correction import CorrectedSession, version_of
from courses.corrections.rejudging import rejudge_session
from courses.corrections.rejudging_needles import judge_needling
from courses.models import Correction, PainScore, RedFlagReport, Session
from courses.sessions.breach import refuse_contradiction
from courses.sessions.entry import FlagEntry
from courses.sessions.red_flags.recording import Origin, accept_flags
from courses.sessions.visit_details import changed_details, plain, write_details
from patients.locking import lock_patient

Field = Correction.Field


class StaleEdit(Exception):
    """Somebody corrected the session while the page was open; `newer` holds their changes."""

    def __init__(self, newer: list[Correction]) -> None:
        super().__init__("the session was corrected meanwhile")
        self.newer = newer


@transaction.atomic
def correct_session(
    session: Session, *, wanted: CorrectedSession, by: Membership, at: datetime
) -> list[Correction]:
    """Store the old value of every changed fact and save the new one, all or nothing; nobody is alerted.

    StaleEdit if the session is not the version that was edited; ValidationError names what is wrong.
    A corrected score is judged again by the expectation of that time. Red flags are neither added nor lost, except
    for the severe-pain question that a score of 8 or more asks.
    """
    lock_patient(session.course.patient)
    rows = Session.every.select_related("course__clinic", "course__patient", "clinic", "practitioner")
    session = rows.get(pk=session.pk)
    accept_flags_of_correction(session, wanted.flags, form_key=wanted.form_key, scores=wanted.scores, by=by, at=at)
    if session.is_void:
        raise ValidationError(_("The session is void. It cannot be corrected."))
    if version_of(session) != wanted.version:
        raise StaleEdit(
            list(session.corrections.filter(pk__gt=wanted.version).select_related("corrected_by__user"))
        )
    _refuse(session, wanted, at=at)
    changes = list(_changes(session, wanted, by=by, at=at))
    judged = judge_needling(session, wanted)
    changes += judged.changes
    if not changes:
        raise ValidationError(_("Nothing was changed."))
    kept_changes = _keep(session, changes, reason=wanted.reason.strip(), by=by, at=at)
    for change in changes:
        change.write()
    if any(change.field == Field.SCORE for change in changes):
        rejudge_session(session, reason=wanted.reason.strip(), by=by, at=at)
    if judged.is_changed:
        judged.write(by=by, at=at)
    return kept_changes


def _refuse(session: Session, wanted: CorrectedSession, *, at: datetime) -> None:
    if not wanted.reason.strip():
        raise ValidationError({"reason": _("Enter the reason. A correction needs one.")})
    if wanted.held_at > at:
        raise ValidationError({"held_at": _("The session is in the future. Check the date and the time.")})
    refuse_contradiction(needles_after(session, wanted.needlings), is_needled=wanted.is_needled)
    course = session.course
    twin = course.sessions.filter(held_at=wanted.held_at).exclude(pk=session.pk).first()
    if twin is not None:
        message = _("%(session)s was held at this time too. Enter the time of this visit.")
        raise ValidationError({"held_at": message % {"session": twin}})
    if course.clinic.local(wanted.held_at).date() < course.starts_on:
        message = _("The course starts on %(day)s: a session cannot be earlier.")
        raise ValidationError({"held_at": message % {"day": shown_day(course.starts_on)}})


def _keep(
    session: Session, changes: list[Change], *, reason: str, by: Membership, at: datetime
) -> list[Correction]:
    act = uuid.uuid4()
    return [
        Correction.objects.create(
            clinic=session.clinic,
            session=session,
            score=change.score,
            act=act,
            field=change.field,
            before=change.before,
            after=change.after,
            reason=reason,
            corrected_by=by,
            corrected_at=at,
        )
        for change in changes
    ]


def _changes(session: Session, wanted: CorrectedSession, *, by: Membership, at: datetime) -> Iterator[Change]:
    yield from _score_changes(session, wanted, by=by, at=at)
    yield from _row_changes(session, wanted)
    needlings = [one for one in wanted.needlings if one.row is not None or one.values is not None]
    if needlings:
        yield needling_change(session, needlings)
    if wanted.adverse_event_ids is not None:
        yield from event_changes(session, wanted.adverse_event_ids, by=by)
    if wanted.aftercare_ids is not None:
        yield from aftercare_changes(session, wanted.aftercare_ids)


def _row_changes(session: Session, wanted: CorrectedSession) -> Iterator[Change]:
    """Changes in the session's own row."""
    if wanted.held_at != session.held_at:
        old, new = session.held_at, wanted.held_at
        yield Change(Field.TIME, old.isoformat(), new.isoformat(), lambda: _move(session, new))
    if wanted.is_needled != session.is_needled:
        yield column_change(session, Field.NEEDLED, wanted.is_needled)
    if wanted.note != session.note:
        yield column_change(session, Field.NOTE, wanted.note)
    before, after = changed_details(session, wanted.details)
    if after:
        yield Change(Field.DETAILS, plain(before), plain(after), lambda: write_details(session, after))


def _move(session: Session, held_at: datetime) -> None:
    """Move the scores and events of the visit to the new time."""
    old = session.held_at
    session.scores.filter(scored_at=old).update(scored_at=held_at)
    session.adverse_events.filter(noticed_at=old).update(noticed_at=held_at)
    Session.objects.filter(pk=session.pk).update(held_at=held_at)


def _score_changes(
    session: Session, wanted: CorrectedSession, *, by: Membership, at: datetime
) -> Iterator[Change]:
    saved = {score.timing: score for score in session.scores.all()}
    for timing, value in wanted.scores.items():
        score = saved.get(timing)
        if score is None:
            # There was no expectation: judge it by the rules without the curve.
            score = PainScore.objects.create(
                clinic=session.clinic,
                course=session.course,
                session=session,
                timing=timing,
                score=value,
                scored_at=session.held_at,
                recorded_by=by,
                recorded_at=at,
            )
            yield Change(Field.SCORE, None, value, lambda: None, score)
        elif score.score != value:
            rows = PainScore.objects.filter(pk=score.pk)
            yield Change(Field.SCORE, score.score, value, _updater(rows, value), score)


def _updater(rows: Any, value: int) -> Callable[[], object]:
    return lambda: rows.update(score=value)


def accept_flags_of_correction(
    session: Session,
    flags: Sequence[FlagEntry],
    *,
    form_key: uuid.UUID,
    scores: Mapping[str, int | None],
    by: Membership,
    at: datetime,
) -> list[RedFlagReport]:
    """Record a red flag of a correction as a new report with all consequences, even if the correction fails."""
    if not flags:
        return []
    origin = Origin(
        session.course.patient,
        session.course,
        RedFlagReport.Source.SESSION,
        form_key,
        at,
        session=session,
        is_needled=session.is_needled,
        before=scores.get(PainScore.Timing.BEFORE),
        later=scores.get(PainScore.Timing.AFTER),
    )
    return accept_flags(origin, flags, by=by, at=at)
