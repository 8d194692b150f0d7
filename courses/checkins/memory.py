"""What a check-in page needs of the database, remembered for the time when the database is away.

Each process remembers what it last read; one that has read nothing yet takes the link's word for the clinic and
the shipped list of signs.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import cache

from clinic.models import Clinic
from clinic.presets import load_rows
from courses.models import RedFlag
from courses.presets import DATA
from courses.reminders.links import CheckInLink, ClinicFacts, facts_of


@dataclass(frozen=True)
class Shown:
    """What a page is made of."""

    clinic: ClinicFacts
    flags: tuple[RedFlag, ...]


_by_clinic: dict[str, Shown] = {}


def read_and_remember(clinic: Clinic) -> Shown:
    """As the database says now."""
    flags = RedFlag.objects.for_clinic(clinic).current().filter(asked=RedFlag.Asked.ALWAYS)
    shown = Shown(facts_of(clinic), tuple(flags))
    _by_clinic[clinic.slug] = shown
    return shown


def remembered(link: CheckInLink) -> Shown:
    """As this process last read it, else as the link says; never asks the database.

    Without the logo, which is asked of the database: no page waits for a picture then.
    """
    known = _by_clinic.get(link.clinic.slug) if link.clinic else only_one()
    shown = known or Shown(link.clinic or ClinicFacts(), shipped_flags())
    return replace(shown, clinic=replace(shown.clinic, logo_path=""))


def only_one() -> Shown | None:
    """Where nothing says which clinic is meant and this process knows one alone: that one."""
    return next(iter(_by_clinic.values())) if len(_by_clinic) == 1 else None


def forget() -> None:
    """As a process that has just started."""
    _by_clinic.clear()


@cache
def shipped_flags() -> tuple[RedFlag, ...]:
    """The list that every clinic starts with."""
    rows = (RedFlag(**row) for row in load_rows(DATA / "red_flags.json"))
    return tuple(flag for flag in rows if flag.asked == RedFlag.Asked.ALWAYS)
