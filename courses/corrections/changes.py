"""Changes to a session's lists: points, side effects, aftercare; before, after, and how to save them."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator
from copy import copy
from dataclasses import dataclass
from typing import Any

from clinic.models import Membership
from courses.corrections.correction import CorrectedNeedling, kept
from courses.models import AdverseEvent, AftercareGiven, Correction, Needling, PainScore, Session

Field = Correction.Field


@dataclass(frozen=True)
class Change:
    """One fact before and after, and how to save it."""

    field: Correction.Field
    before: Any
    after: Any
    write: Callable[[], object]
    score: PainScore | None = None


def column_change(session: Session, name: Correction.Field, value: Any) -> Change:
    """A change in one column of the session's row."""

    def write() -> None:
        Session.objects.filter(pk=session.pk).update(**{str(name): value})

    return Change(name, getattr(session, str(name)), value, write)


def needles_after(session: Session, corrected_rows: Iterable[CorrectedNeedling]) -> list[Needling]:
    """The session's needlings after the correction, not saved."""
    fixed = {one.row.pk: one for one in corrected_rows if one.row is not None}
    saved = [
        fixed.get(row.pk, CorrectedNeedling(row, {}))
        for row in session.needlings.select_related("point").order_by("pk")
    ]
    new = [one for one in corrected_rows if one.row is None]
    return [_as_row(one) for one in (*saved, *new) if one.values is not None]


def needling_change(session: Session, corrected_rows: list[CorrectedNeedling]) -> Change:
    """The changed rows with all their columns, and the resulting points in words."""

    def write() -> None:
        for one in corrected_rows:
            if one.row is None:
                Needling.objects.create(clinic=session.clinic, session=session, **(one.values or {}))
            elif one.values is None:
                one.row.delete()
            else:
                Needling.objects.filter(pk=one.row.pk).update(**one.values)

    before = kept(one.row for one in corrected_rows if one.row is not None)
    after = [_as_row(one) for one in corrected_rows if one.values is not None]
    return Change(Field.NEEDLINGS, before, kept(after), write)


def event_changes(session: Session, wanted: frozenset[int], *, by: Membership) -> Iterator[Change]:
    """Side effects that are added or removed."""
    saved = {event.item_id: event for event in session.adverse_events.all()}
    new = [
        AdverseEvent(
            clinic=session.clinic,
            course=session.course,
            session=session,
            item_id=item,
            noticed_at=session.held_at,
            recorded_by=by,
        )
        for item in sorted(wanted - saved.keys())
    ]
    gone = [event for item, event in saved.items() if item not in wanted]
    yield from _list_changes(Field.EVENTS, gone, new)


def aftercare_changes(session: Session, wanted: frozenset[int]) -> Iterator[Change]:
    """Aftercare measures that are added or removed."""
    saved = {given.measure_id: given for given in session.aftercare_given.all()}
    new = [
        AftercareGiven(clinic=session.clinic, session=session, measure_id=measure)
        for measure in sorted(wanted - saved.keys())
    ]
    gone = [given for measure, given in saved.items() if measure not in wanted]
    yield from _list_changes(Field.AFTERCARE, gone, new)


def _list_changes(
    field: Correction.Field,
    gone: Collection[AdverseEvent | AftercareGiven],
    new: Collection[AdverseEvent | AftercareGiven],
) -> Iterator[Change]:
    def write() -> None:
        for row in gone:
            row.delete()
        for row in new:
            row.save()

    if gone or new:
        yield Change(field, kept(gone), kept(new), write)


def _as_row(one: CorrectedNeedling) -> Needling:
    """The needling after the correction, not saved."""
    row = copy(one.row) if one.row is not None else Needling()
    for name, value in (one.values or {}).items():
        setattr(row, name, value)
    return row
