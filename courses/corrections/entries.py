"""Voids a course's entries beside its sessions: an answered check-in, a review, measures, an override."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.models import Membership, Voidable, required_reason, void_rows
from courses.alerts.history import write_event
from courses.corrections.rejudging import rejudge_session
from courses.models import (
    Alert,
    AlertEvent,
    CheckIn,
    ClearanceOverride,
    Course,
    MeasureScore,
    PainScore,
    RedFlagReport,
    Reminder,
    Review,
)
from courses.reminders.planning import cancel_planned
from patients.locking import lock_patient

Act = Callable[..., None]


@dataclass(frozen=True)
class Entry:
    """One kind of entry: its rows, and what to do when one is voided."""

    model: type[Voidable]
    course_path: str
    act: Act
    warning: str | Promise = ""


def entry_in(course: Course, kind: str, number: int) -> Voidable | None:
    """One entry of a course, void or not; None if it has none of that kind and number."""
    known = ENTRIES.get(kind)
    if known is None:
        return None
    rows = known.model.every.filter(pk=number, **{known.course_path: course})  # type: ignore[attr-defined]
    found: Voidable | None = rows.select_related("voided_by__user").first()
    return found


@transaction.atomic
def void_entry(course: Course, *, kind: str, number: int, reason: str, by: Membership, at: datetime) -> None:
    """Void the entry; ValidationError if it is void already or does not exist."""
    reason = required_reason(reason)
    lock_patient(course.patient)
    row = entry_in(course, kind, number)
    if row is None:
        raise ValidationError(_("This entry does not exist."))
    if row.is_void:
        raise ValidationError(_("%(who)s voided this already.") % {"who": row.voided_by})
    ENTRIES[kind].act(row, reason=reason, by=by, at=at)


def _void_check_in(check_in: CheckIn, *, reason: str, by: Membership, at: datetime) -> None:
    """Void its score too and update the pain alert as after a correction; red flags stay open."""
    void_rows(PainScore.objects.filter(check_in=check_in), reason=reason, by=by, at=at)
    CheckIn.objects.filter(pk=check_in.pk, revoked_at=None).update(revoked_at=at)
    void_rows(CheckIn.objects.filter(pk=check_in.pk), reason=reason, by=by, at=at)
    cancel_planned(Reminder.objects.filter(check_in=check_in), because=Reminder.WhyNot.CHECK_IN_VOIDED, at=at)
    if not check_in.session.is_void:
        rejudge_session(check_in.session, reason=reason, by=by, at=at)
    reported = AlertEvent.objects.filter(report__in=RedFlagReport.objects.filter(check_in=check_in)).values(
        "alert"
    )
    note = _("The check-in was voided: %(why)s. This alert stays open until somebody resolves it.")
    for alert in Alert.objects.unresolved().filter(pk__in=reported):
        write_event(alert, AlertEvent.Kind.NOTED, at=at, by=by, note=note % {"why": reason.rstrip(".")})


def _void_review(review: Review, *, reason: str, by: Membership, at: datetime) -> None:
    """Void the rows that it corrects too, so that an earlier version does not apply again."""
    keys = [review.pk]
    while review.corrects is not None:
        review = review.corrects
        keys.append(review.pk)
    void_rows(Review.objects.filter(pk__in=keys), reason=reason, by=by, at=at)


def _void_measures(score: MeasureScore, *, reason: str, by: Membership, at: datetime) -> None:
    """Void everything that was entered with the same form."""
    same_form = MeasureScore.objects.filter(course=score.course_id, form_key=score.form_key)
    void_rows(same_form, reason=reason, by=by, at=at)


def _void_override(override: ClearanceOverride, *, reason: str, by: Membership, at: datetime) -> None:
    """Only if nobody has used it: what was needled under it stays as it was."""
    if override.session_id is not None:
        raise ValidationError(_("A session was needled under this override: void the session instead."))
    void_rows(ClearanceOverride.objects.filter(pk=override.pk), reason=reason, by=by, at=at)


ENTRIES: dict[str, Entry] = {
    "check-in": Entry(
        CheckIn,
        "session__course",
        _void_check_in,
        gettext_lazy("Its red flags stay open until somebody resolves them."),
    ),
    "review": Entry(
        Review,
        "course",
        _void_review,
        gettext_lazy("Sessions that it added to the plan stay. A course that it ended has to be reopened."),
    ),
    "measures": Entry(
        MeasureScore, "course", _void_measures, gettext_lazy("All scores of the same form become void.")
    ),
    "override": Entry(ClearanceOverride, "course", _void_override),
}
