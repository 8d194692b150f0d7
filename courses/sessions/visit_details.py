"""The details of a saved session as plain values: to show, compare, store and correct."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import fields
from decimal import Decimal
from typing import Any

from django import forms

from courses.models import Session, SessionMotion, SessionSymptom
from courses.sessions.detail_fields import DetailFields
from courses.sessions.entry import Particulars

COLUMNS = tuple(one.name for one in fields(Particulars) if one.name != "note")
MOTION, SYMPTOM = "motion_", "symptom_"


def details_of(session: Session) -> dict[str, Any]:
    """Every detail by the name of its form field; None if nothing was recorded."""
    motion = SessionMotion.objects.filter(session=session).first()
    symptoms = dict(session.symptoms.values_list("code", "grade"))
    found = {
        **{name: getattr(session, name) for name in COLUMNS},
        **{f"{MOTION}{name}": getattr(motion, name, None) for name in SessionMotion.DIRECTIONS},
        **{f"{SYMPTOM}{code}": symptoms.get(code) for code in SessionSymptom.Code.values},
    }
    return {name: _or_none(value) for name, value in found.items()}


def changed_details(session: Session, wanted: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, Any]]:
    """The details that differ: their current and corrected values."""
    now = details_of(session)
    names = [name for name, value in wanted.items() if _or_none(value) != now[name]]
    return {name: now[name] for name in names}, {name: _or_none(wanted[name]) for name in names}


def write_details(session: Session, values: Mapping[str, Any]) -> None:
    """Save the details; the caller stores the former values."""
    columns = {name: values[name] for name in COLUMNS if name in values}
    motions = _named(values, MOTION)
    if columns:
        Session.objects.filter(pk=session.pk).update(**{name: _as_column(name, columns[name]) for name in columns})
    if motions:
        SessionMotion.objects.update_or_create(session=session, defaults={"clinic": session.clinic, **motions})
    for code, grade in _named(values, SYMPTOM).items():
        if grade is None:
            session.symptoms.filter(code=code).delete()
        else:
            session.symptoms.update_or_create(code=code, defaults={"clinic": session.clinic, "grade": grade})


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """The details as stored in a correction."""
    return {name: str(value) if isinstance(value, Decimal) else value for name, value in values.items()}


def detail_words(values: Mapping[str, Any]) -> str:
    """Stored details in words."""
    known = DetailFields().fields
    return "; ".join(f"{known[name].label}: {_value_words(known[name], value)}" for name, value in values.items())


def _value_words(field: forms.Field, value: Any) -> str:
    choices = {str(key): str(label) for key, label in getattr(field, "choices", ())}
    several = value if isinstance(value, list) else [value]
    return ", ".join(choices.get(str(one), str(one)) for one in several if one is not None) or "–"


def _named(values: Mapping[str, Any], prefix: str) -> dict[str, Any]:
    return {name.removeprefix(prefix): value for name, value in values.items() if name.startswith(prefix)}


def _as_column(name: str, value: Any) -> Any:
    """The column's value for “nothing recorded”."""
    return getattr(Session(), name) if value is None else value


def _or_none(value: Any) -> Any:
    return None if value is None or value == "" or value == [] else value
