"""The change itself: visits and duties moved or kept, reminders planned again. Alerts keep their moments."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TypeVar

from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import F
from django.utils.translation import gettext as _

from clinic.models import Duty, Membership
from courses.models import Appointment, AppointmentEvent
from courses.reminders.rezoning import replan_for_zone
from courses.zones.effects import Foreseen, Keep, Row, span_words
from courses.zones.walls import Span

# A time without any visit: all move there first, so that none is in the way of another.
ASIDE = timedelta(days=365_000)
CHUNK = 500
PlacedT = TypeVar("PlacedT", Appointment, Duty)


@dataclass(frozen=True, slots=True)
class Changed:
    """What was done."""

    n_visits: int
    n_duties: int
    n_reminders: int


@transaction.atomic
def change_zone(foreseen: Foreseen, *, keep: Keep, by: Membership, at: datetime) -> Changed:
    """Carry out the planned change, in the transaction that planned it and saved the clinic's new zone."""
    if foreseen.counts(keep).n_overlapping:
        raise ValidationError(
            _("Some visits would overlap. Move or cancel one of each first, or keep the moments in time.")
        )
    n_visits = n_duties = 0
    if keep == Keep.WALL:
        n_visits = _move_visits(_moved(foreseen.visits))
        n_duties = _move_duties(_moved(foreseen.duties))
    _write_history(foreseen, keep, by=by, at=at)
    return Changed(n_visits, n_duties, replan_for_zone(foreseen.clinic, at=at))


def _moved(rows: tuple[Row, ...]) -> list[tuple[Row, Span]]:
    return [(row, row.wall.span) for row in rows if row.wall.span is not None and row.is_moved(Keep.WALL)]


def _move_visits(moved: list[tuple[Row, Span]]) -> int:
    visits = [_placed(row.subject, span) for row, span in moved if isinstance(row.subject, Appointment)]
    aside = Appointment.objects.filter(pk__in=[one.pk for one in visits])
    aside.update(starts_at=F("starts_at") + ASIDE, ends_at=F("ends_at") + ASIDE)
    Appointment.objects.bulk_update(visits, ["starts_at", "ends_at"], batch_size=CHUNK)
    return len(visits)


def _move_duties(moved: list[tuple[Row, Span]]) -> int:
    duties = [_placed(row.subject, span) for row, span in moved if isinstance(row.subject, Duty)]
    Duty.objects.bulk_update(duties, ["starts_at", "ends_at"], batch_size=CHUNK)
    return len(duties)


def _placed(one: PlacedT, span: Span) -> PlacedT:
    one.starts_at, one.ends_at = span.starts_at, span.ends_at
    return one


def _write_history(foreseen: Foreseen, keep: Keep, *, by: Membership, at: datetime) -> None:
    AppointmentEvent.objects.bulk_create(
        (
            AppointmentEvent(
                clinic=foreseen.clinic,
                appointment=row.subject,
                kind=AppointmentEvent.Kind.REZONED,
                reason=_reason(foreseen, row, keep),
                by=by,
                happened_at=at,
            )
            for row in foreseen.visits
            if isinstance(row.subject, Appointment)
        ),
        batch_size=CHUNK,
    )


def _reason(foreseen: Foreseen, row: Row, keep: Keep) -> str:
    kept = _("The time on the clock was kept.") if keep == Keep.WALL else _("The moment in time was kept.")
    words = _("%(old)s → %(new)s. %(kept)s Before: %(before)s; now: %(after)s.")
    span = row.with_answer(keep).span or row.now
    values = {
        "old": foreseen.old,
        "new": foreseen.new,
        "kept": kept,
        "before": row.before,
        "after": span_words(span, foreseen.clinic.zone_info),
    }
    return (words % values)[:300]
