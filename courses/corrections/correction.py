"""What a saved session should have said, as it comes from a form; and what is compared with it."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.db import models

from courses.models import AdverseEvent, AftercareGiven, Needling, Session
from courses.sessions.entry import FlagEntry


@dataclass(frozen=True)
class CorrectedNeedling:
    """One needling as it should be: `row` is the saved one, None for one left out; no values, taken away."""

    row: Needling | None
    values: Mapping[str, Any] | None


@dataclass(frozen=True)
class CorrectedSession:
    """A session as it should be, and from which version of it that was typed."""

    version: int
    reason: str
    held_at: datetime
    is_needled: bool
    note: str
    scores: Mapping[str, int] = field(default_factory=dict)
    # Particulars by the name of their form field; those left out stay as they are.
    details: Mapping[str, Any] = field(default_factory=dict)
    needlings: tuple[CorrectedNeedling, ...] = ()
    # None: they were not looked at.
    adverse_event_ids: frozenset[int] | None = None
    # The measures given, in the same way.
    aftercare_ids: frozenset[int] | None = None
    # Red flags that the corrected scores made somebody ask about.
    flags: tuple[FlagEntry, ...] = ()
    # The same form sent twice reports once.
    form_key: uuid.UUID = field(default_factory=uuid.uuid4)


def version_of(session: Session) -> int:
    """Rises with every correction; two people who edit the same version cannot both save unseen."""
    newest = session.corrections.order_by("-pk").values_list("pk", flat=True).first()
    return newest or 0


def kept(rows: Iterable[Needling | AdverseEvent | AftercareGiven]) -> list[dict[str, Any]]:
    """Rows with all their columns in plain types, to be kept in a correction."""
    return [{column.attname: _plain(getattr(row, column.attname)) for column in _columns(row)} for row in rows]


def _columns(row: models.Model) -> list[Any]:
    return list(row._meta.concrete_fields)


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (bool, int, str, float)) else str(value)
