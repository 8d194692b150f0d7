"""The facts for clearance, as plain values."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True)
class TypeFact:
    """A type that the patient has today, working or confirmed."""

    code: str
    clearance_class: str
    has_vertigo: bool = False
    is_added_later: bool = False
    starts_on: date = date.min


@dataclass(frozen=True)
class LetterFact:
    """The latest specialist's document."""

    written_on: date
    expires_on: date | None = None
    scope: str = ""


@dataclass(frozen=True)
class PractitionerFact:
    """The person who would needle."""

    has_licence: bool
    licence_expires_on: date | None
    is_supervised: bool
    has_supervisor: bool


@dataclass(frozen=True)
class CareFact:
    """What the courses know: open red flags, holds, reports that withdraw a clearance."""

    open_levels: tuple[str, ...] = ()
    is_on_hold: bool = False
    withdrawn_on: date | None = None
    n_sessions_since_check: int = 0
    # None if no course is involved.
    is_plan_specialised: bool | None = None
    # Severe pain was reported as the usual pain, and no medical review is recorded since.
    is_review_missing: bool = False


@dataclass(frozen=True)
class ClearanceFacts:
    """All facts for the verdict."""

    on: date
    diagnosed_on: date | None = None
    types: tuple[TypeFact, ...] = ()
    is_vertigo_explained: bool = False
    letter: LetterFact | None = None
    has_consent: bool = False
    is_screened: bool = False
    blocking_items: tuple[str, ...] = ()
    limits: tuple[str, ...] = ()
    checked_on: date | None = None
    is_check_worse: bool = False
    care: CareFact = CareFact()
    practitioner: PractitionerFact | None = None
