"""The change itself: visits and duties moved or kept, reminders planned anew, alerts told by the new clock."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from clinic.models import Duty, Membership
from courses.alerts.rezoning import rezone_alerts
from courses.models import Appointment, AppointmentEvent
from courses.reminders.rezoning import replan_for_zone
from courses.zones.foreseeing import Foreseen, Keep, Row, span_words

# Where no visit is: all step aside together, so that none stands in the way of another.
ASIDE = timedelta(days=365_000)


@dataclass(frozen=True, slots=True)
class Changed:
    """What was done."""

    n_visits: int
    n_duties: int
    n_reminders: int


@transaction.atomic
def change_zone(foreseen: Foreseen, *, keep: Keep, by: Membership, at: datetime) -> Changed:
    """Carry out what was foreseen, in the transaction that foresaw it and saved the clinic's new zone."""
    if foreseen.counts(keep).n_impossible:
        raise ValidationError(
            _("Some visits would overlap. Move or cancel one of each first, or keep the moments.")
        )
    n_visits = n_duties = 0
    if keep == Keep.WALL:
        n_visits = _move_visits(foreseen.visits)
        n_duties = _move_duties(foreseen.duties)
    _write_history(foreseen, keep, by=by, at=at)
    n_reminders = replan_for_zone(foreseen.clinic, at=at)
    rezone_alerts(foreseen.clinic, at=at)
    return Changed(n_visits, n_duties, n_reminders)


def _move_visits(rows: tuple[Row, ...]) -> int:
    moved = [row for row in rows if _place(row)]
    visits = Appointment.objects.filter(pk__in=[row.subject.pk for row in moved])
    visits.update(starts_at=F("starts_at") + ASIDE, ends_at=F("ends_at") + ASIDE)
    Appointment.objects.bulk_update(
        [row.subject for row in moved if isinstance(row.subject, Appointment)],
        ["starts_at", "ends_at"],
        batch_size=500,
    )
    return len(moved)


def _move_duties(rows: tuple[Row, ...]) -> int:
    moved = [row.subject for row in rows if _place(row) and isinstance(row.subject, Duty)]
    Duty.objects.bulk_update(moved, ["starts_at", "ends_at"], batch_size=500)
    return len(moved)


def _place(row: Row) -> bool:
    """Set the row's times to those of its wall clock (not saved); whether they are others."""
    subject, span = row.subject, row.wall.span
    is_moved = (subject.starts_at, subject.ends_at) != (span.starts_at, span.ends_at)
    subject.starts_at, subject.ends_at = span.starts_at, span.ends_at
    return is_moved


def _write_history(foreseen: Foreseen, keep: Keep, *, by: Membership, at: datetime) -> None:
    zone = foreseen.clinic.zone_info
    kept = _("The time on the clock was kept.") if keep == Keep.WALL else _("The moment was kept.")
    words = _("%(old)s → %(new)s. %(kept)s Before: %(before)s; now: %(after)s.")
    AppointmentEvent.objects.bulk_create(
        AppointmentEvent(
            clinic=foreseen.clinic,
            appointment=row.subject,
            kind=AppointmentEvent.Kind.REZONED,
            reason=(
                words
                % {
                    "old": foreseen.old,
                    "new": foreseen.new,
                    "kept": kept,
                    "before": row.before,
                    "after": span_words(row.with_answer(keep).span, zone),
                }
            )[:300],
            by=by,
            happened_at=at,
        )
        for row in foreseen.visits
    )
