"""A logged visit, as it comes from a form."""

from __future__ import annotations

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

from clinic.models import Membership
from courses.models import (
    AdverseEventItem,
    AftercareMeasure,
    Appointment,
    CheckInAnswer,
    Needling,
    Point,
    RedFlag,
)
from courses.models.session import place_words
from courses.rules.facts import Severity


@dataclass(frozen=True)
class FlagEntry:
    """A yes to a red flag, with the answer to its follow-up question if there was one."""

    # The version that was shown.
    flag: RedFlag
    answer: str = ""
    onset_at: datetime | None = None
    # The version in force when the answer came, where that is another one.
    in_force: RedFlag | None = None
    # The level that it had before, if it was reported for another patient by mistake.
    least: Severity | None = None


@dataclass(frozen=True)
class NeedlingEntry:
    """One needled point, in the list or outside it."""

    point: Point | None
    side: Needling.Side
    # The site of a tender or unlisted point, and the name of an unlisted one.
    ashi_site: str = ""
    unlisted: str = ""
    depth_mm: int | None = None
    angle_degrees: int | None = None
    stimulation: Needling.Stimulation = Needling.Stimulation.NONE
    retention_minutes: int | None = None
    response: str = ""
    # Size, maker or lot if they differ from the session's.
    needle: str = ""

    @property
    def place_words(self) -> str:
        """Where the needle was."""
        return str(self.point) if self.point else place_words("", self.unlisted, self.ashi_site)

    @property
    def n_needles(self) -> int:
        """How many needles must be removed: two for both sides, none for a press needle."""
        if self.stimulation == Needling.Stimulation.PRESS:
            return 0
        return 2 if self.side == Needling.Side.BOTH else 1


@dataclass(frozen=True)
class EventEntry:
    """A side effect, with its severity and whether the treatment caused it."""

    item: AdverseEventItem
    severity: str = "mild"
    causality: str = ""
    is_serious: bool = False
    onset_minutes: int | None = None
    course_of_it: str = ""


@dataclass(frozen=True)
class Particulars:
    """A session's columns beside scores, flags and points; all may stay empty."""

    needles_in: int | None = None
    needles_out: int | None = None
    needle_difference: str = ""
    needle_diameter_mm: Decimal | None = None
    needle_length_mm: int | None = None
    needle_maker: str = ""
    needle_lot: str = ""
    position: str = ""
    rested_minutes: int | None = None
    variation: str = ""
    other_treatments: list[str] = field(default_factory=list)
    explained: str = ""
    limits_life: int | None = None
    note: str = ""


@dataclass(frozen=True)
class SessionEntry:
    """One visit as the practitioner logs it."""

    form_key: uuid.UUID
    held_at: datetime
    practitioner: Membership
    is_needled: bool
    before: int | None = None
    after: int | None = None
    flags: tuple[FlagEntry, ...] = ()
    needlings: tuple[NeedlingEntry, ...] = ()
    events: tuple[EventEntry, ...] = ()
    appointment: Appointment | None = None
    supervised_by: Membership | None = None
    uncleared_reason: str = ""
    neuro_check: str = ""
    particulars: Particulars = Particulars()
    motion: Mapping[str, int] = field(default_factory=dict)
    symptoms: Mapping[str, int] = field(default_factory=dict)
    aftercare: tuple[AftercareMeasure, ...] = ()
    # The last session the form knew of; None if that was not checked.
    seen_number: int | None = None

    def is_alone(self, on: date) -> bool:
        """Whether nobody who may supervise did: a licensed clinician other than the one who treated."""
        other = self.supervised_by
        return other is None or other == self.practitioner or not other.may_supervise(on)


@dataclass(frozen=True)
class CheckInEntry:
    """A patient's own report, with one press of the button."""

    form_key: uuid.UUID
    score: int | None
    flags: tuple[FlagEntry, ...] = ()
    # The answer to the list of signs; if the caller gives none, it follows from the flags.
    signs: str = ""
    # The version of each question that was shown.
    asked: Mapping[str, int] = field(default_factory=dict)
    # The severe-pain question was shown after a high score and is still open.
    awaits_severe: bool = False

    @property
    def signs_said(self) -> str:
        """Some, none of these, or no answer: an untouched list is never "none"."""
        if self.signs:
            return self.signs
        return str(CheckInAnswer.Signs.SOME if self.flags else CheckInAnswer.Signs.NOT_ANSWERED)

    @property
    def said(self) -> dict[str, str]:
        """Each sign with the answer to its question."""
        return {entry.flag.code: entry.answer for entry in self.flags}

    @property
    def answer_key(self) -> str:
        """The same key for the same answer, another for any other."""
        content = json.dumps([self.score, self.signs_said, self.awaits_severe, sorted(self.said.items())])
        return hashlib.sha256(content.encode()).hexdigest()
