"""A session form that is sent again with other values: the differences from what was saved."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from courses.corrections.newer_corrections import as_it_stands, put, sent
from courses.corrections.points import COLUMNS as LINE_COLUMNS
from courses.corrections.points import N_EMPTY_ROWS, needling_rows
from courses.corrections.session_form import TIME_FORMAT, CorrectionForm, initial_values
from courses.models import Needling, Session
from courses.sessions.entry import NeedlingEntry, SessionEntry
from courses.sessions.points.choice import place_values
from courses.sessions.visit_details import COLUMNS, MOTION, SYMPTOM

Row = dict[str, Any]


@dataclass(frozen=True)
class Resent:
    """The differences in the second send: in words, and as data for the correction form."""

    words: tuple[str, ...]
    data: QueryDict


def resent_values(session: Session, entry: SessionEntry) -> Resent | None:
    """The correction that would save the second send; None if it is the same."""
    form = CorrectionForm(session=session)
    saved = as_it_stands(session)
    data = QueryDict(mutable=True)
    for name, value in saved.items():
        put(data, name, value)
    words = []
    for name, value in _values(session, entry).items():
        if sent(value) != saved.get(name, ""):
            put(data, name, sent(value))
            words.append(_line(form, name, saved.get(name, ""), sent(value)))
    rows = _needlings(session, entry.needlings, data)
    words += [_("Points: %(n)d differ") % {"n": rows}] if rows else []
    for line in needling_rows(session):
        # An empty line stays as it is on the page, so that it is not validated.
        for bound in line:
            if bound.html_name not in data:
                put(data, bound.html_name, sent(bound.value()))
    return Resent(tuple(words), data) if words else None


def correction_of(session: Session, data: QueryDict) -> tuple[CorrectionForm, Any]:
    """The correction form, filled in with what was sent."""
    return CorrectionForm(data, session=session), needling_rows(session, data)


def _values(session: Session, entry: SessionEntry) -> Mapping[str, Any]:
    """The second send by the names of the correction form's fields."""
    known = initial_values(session)
    particulars = asdict(entry.particulars)
    found = {
        "held_at": session.clinic.local(entry.held_at).strftime(TIME_FORMAT),
        "is_needled": entry.is_needled,
        "note": entry.particulars.note,
        "adverse_events": [event.item.pk for event in entry.events],
        "aftercare": [measure.pk for measure in entry.aftercare],
        **{f"score_{timing}": score for timing, score in _scores(entry) if score is not None},
        **{name: particulars[name] for name in COLUMNS},
        **{name: entry.motion.get(name.removeprefix(MOTION)) for name in known if name.startswith(MOTION)},
        **{name: entry.symptoms.get(name.removeprefix(SYMPTOM)) for name in known if name.startswith(SYMPTOM)},
    }
    return {name: None if value == [] and name in COLUMNS else value for name, value in found.items()}


def _scores(entry: SessionEntry) -> Iterator[tuple[str, int | None]]:
    yield from (("before", entry.before), ("after", entry.after))


def _line(form: CorrectionForm, name: str, old: str | list[str], new: str | list[str]) -> str:
    label = form.fields[name].label if name in form.fields else name
    if isinstance(new, list) or isinstance(old, list):
        return _("%(label)s: another choice") % {"label": label}
    values = {"label": label, "old": old or _("empty"), "new": new or _("empty")}
    return _("%(label)s: saved %(old)s, sent %(new)s") % values


def _needlings(session: Session, rows: Sequence[NeedlingEntry], data: QueryDict) -> int:
    """Put the different points into the form's lines; returns how many differ."""
    saved = list(session.needlings.select_related("point").order_by("pk"))
    n_different = 0
    for number in range(max(len(saved), len(rows))):
        old = saved[number] if number < len(saved) else None
        new = _row(rows[number]) if number < len(rows) else None
        if old is not None and new == _row(old):
            continue
        n_different += 1
        free = number - len(saved) + 1
        if old is not None and new is None:
            put(data, f"needling-{old.pk}-is_gone", "on")
        elif new is not None and (old is not None or free <= N_EMPTY_ROWS):
            key = old.pk if old is not None else -free
            for name, value in new.items():
                put(data, f"needling-{key}-{name}", sent(value))
    return n_different


def _row(one: NeedlingEntry | Needling) -> Row:
    """A point as the fields of a line."""
    place = place_values(one.point.code if one.point else "", one.unlisted, one.ashi_site)
    return {**place, **{name: getattr(one, name) for name in LINE_COLUMNS}}
