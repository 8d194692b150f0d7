"""What is logged, as it comes from a form."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from clinic.models import Membership
from courses.models import Appointment, Needling, Point, RedFlag


@dataclass(frozen=True)
class FlagEntry:
    """A yes to a red flag, with the answer to its follow-up question if it was given."""

    flag: RedFlag
    answer: str = ""
    onset_at: datetime | None = None


@dataclass(frozen=True)
class NeedlingEntry:
    """One point, or one tender spot, as needled."""

    point: Point | None
    side: Needling.Side
    ashi_site: str = ""
    depth_mm: int | None = None
    angle_degrees: int | None = None
    stimulation: Needling.Stimulation = Needling.Stimulation.NONE
    retention_minutes: int | None = None


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
    adverse_event_ids: tuple[int, ...] = ()
    appointment: Appointment | None = None
    supervised_by: Membership | None = None
    uncleared_reason: str = ""
    neuro_check: str = ""
    note: str = ""


@dataclass(frozen=True)
class CheckInEntry:
    """A patient's own report."""

    form_key: uuid.UUID
    score: int | None
    flags: tuple[FlagEntry, ...] = ()
