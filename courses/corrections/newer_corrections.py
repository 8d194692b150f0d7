"""Two people correct one session: the second form gets the changes of the first, except where something was typed.

Values are stored by the name of their form field, as a browser sends them: text, or a list of texts where several
can be ticked.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime

from clinic.models import Clinic
from courses.corrections.correction import kept
from courses.corrections.points import line_values
from courses.corrections.session_form import TIME_FORMAT, initial_values
from courses.models import Correction, Session
from courses.sessions.lists import session_lists

Field = Correction.Field
Sent = str | list[str]
LISTS = {Field.EVENTS: ("adverse_events", "item_id"), Field.AFTERCARE: ("aftercare", "measure_id")}


def corrected_since(session: Session, version: str) -> list[Correction]:
    """The corrections since this version of the session; empty if the version is invalid."""
    if not version.isdecimal():
        return []
    rows = session.corrections.filter(pk__gt=int(version))
    return list(rows.select_related("corrected_by__user", "score"))


def with_what_is_new(data: Any, session: Session, newer: Iterable[Correction]) -> Any:
    """The typed data; a field that only somebody else corrected gets its current value."""
    now = as_it_stands(session)
    mended = data.copy()
    for name, old in _as_it_was(now, newer, session.clinic).items():
        if name in now and _typed(data, name, old) == old:
            put(mended, name, now[name])
    for name, value in now.items():
        # A point that was added since has no line in the sent data.
        if name.startswith("needling-") and name not in data:
            put(mended, name, value)
    put(mended, "version", now["version"])
    return mended


def as_it_stands(session: Session) -> dict[str, Sent]:
    """The form's values for the current session, as a browser would send them."""
    values = initial_values(session)
    values["held_at"] = values["held_at"].strftime(TIME_FORMAT)
    return {
        **{name: sent(value) for name, value in values.items()},
        **_needlings(kept(session.needlings.all()), session.clinic),
    }


def _as_it_was(now: Mapping[str, Sent], newer: Iterable[Correction], clinic: Clinic) -> dict[str, Sent]:
    """The corrected fields as they were before the first of these corrections."""
    before: dict[str, Sent] = {}
    for row in sorted(newer, key=lambda one: one.pk, reverse=True):
        before |= READ[Field(row.field)](row, {**now, **before}, clinic)
    return before


def _score(row: Correction, _later: Mapping[str, Sent], _clinic: Clinic) -> dict[str, Sent]:
    return {f"score_{row.score.timing}": sent(row.before)} if row.score else {}


def _column(row: Correction, _later: Mapping[str, Sent], _clinic: Clinic) -> dict[str, Sent]:
    return {row.field: sent(row.before)}


def _time(row: Correction, _later: Mapping[str, Sent], clinic: Clinic) -> dict[str, Sent]:
    at: datetime | None = parse_datetime(row.before or "")
    return {"held_at": clinic.local(at).strftime(TIME_FORMAT)} if at else {}


def _details(row: Correction, _later: Mapping[str, Sent], _clinic: Clinic) -> dict[str, Sent]:
    return {name: sent(value) for name, value in (row.before or {}).items()}


def _points(row: Correction, _later: Mapping[str, Sent], clinic: Clinic) -> dict[str, Sent]:
    return _needlings(row.before or (), clinic)


def _ticks(row: Correction, later: Mapping[str, Sent], _clinic: Clinic) -> dict[str, Sent]:
    """A correction stores what was removed and added: the earlier list is the later one with both undone."""
    name, column = LISTS[Field(row.field)]
    came, went = ({str(one[column]) for one in rows or ()} for rows in (row.after, row.before))
    return {name: sorted((set(later[name]) - came) | went)}


READ: Mapping[Correction.Field, Callable[[Correction, Mapping[str, Sent], Clinic], dict[str, Sent]]] = {
    Field.SCORE: _score,
    Field.TIME: _time,
    Field.NEEDLED: _column,
    # These are no form fields: they follow from the others.
    Field.UNCLEARED: _column,
    Field.CLEARANCE: _column,
    Field.NOTE: _column,
    Field.DETAILS: _details,
    Field.NEEDLINGS: _points,
    Field.EVENTS: _ticks,
    Field.AFTERCARE: _ticks,
}


def _needlings(rows: Iterable[Mapping[str, Any]], clinic: Clinic) -> dict[str, Sent]:
    """Stored rows by the names of their form fields."""
    codes = {point.pk: point.code for point in session_lists(clinic).points}
    return {
        f"needling-{row['id']}-{name}": sent(value)
        for row in rows
        for name, value in line_values(row, codes).items()
    }


def sent(value: Any) -> Sent:
    """A value as a browser sends it."""
    if isinstance(value, list):
        return sorted(str(one) for one in value)
    if isinstance(value, bool):
        return "on" if value else ""
    return "" if value is None else str(value)


def _typed(data: Any, name: str, like: Sent) -> Sent:
    return sorted(data.getlist(name)) if isinstance(like, list) else str(data.get(name, ""))


def put(data: Any, name: str, value: Sent) -> None:
    """Replace the value that was sent under this name."""
    data.setlist(name, value if isinstance(value, list) else [value])
