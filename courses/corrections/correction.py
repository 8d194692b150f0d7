"""A session as it should have been, from a form; and what it is compared with."""

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
    """One needling as it should be: `row` None adds one that was missing; `values` None removes one."""

    row: Needling | None
    values: Mapping[str, Any] | None


@dataclass(frozen=True)
class CorrectedSession:
    """A session as it should be, and the version it was typed from."""

    version: int
    reason: str
    held_at: datetime
    is_needled: bool
    note: str
    scores: Mapping[str, int] = field(default_factory=dict)
    # Details by the name of their form field; missing ones stay as they are.
    details: Mapping[str, Any] = field(default_factory=dict)
    needlings: tuple[CorrectedNeedling, ...] = ()
    # None means unchanged.
    adverse_event_ids: frozenset[int] | None = None
    # The aftercare measures, in the same way.
    aftercare_ids: frozenset[int] | None = None
    # Red flags that were asked about because of the corrected scores.
    flags: tuple[FlagEntry, ...] = ()
    # The same form sent twice reports once.
    form_key: uuid.UUID = field(default_factory=uuid.uuid4)


def version_of(session: Session) -> int:
    """A number that rises with every correction, so that of two people who edit one version only one can save."""
    newest = session.corrections.order_by("-pk").values_list("pk", flat=True).first()
    return newest or 0


def kept(rows: Iterable[Needling | AdverseEvent | AftercareGiven]) -> list[dict[str, Any]]:
    """Rows with all their columns in plain types, to be stored in a correction."""
    return [{column.attname: _plain(getattr(row, column.attname)) for column in _columns(row)} for row in rows]


def _columns(row: models.Model) -> list[Any]:
    return list(row._meta.concrete_fields)


def _plain(value: Any) -> Any:
    return value if value is None or isinstance(value, (bool, int, str, float)) else str(value)
