"""What a check-in page reads from the database, remembered for when the database is down.

Each process remembers what it last read; a process that has read nothing yet uses the link's clinic data and the
shipped list of signs.
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
    """The data of a page."""

    clinic: ClinicFacts
    flags: tuple[RedFlag, ...]


_by_clinic: dict[str, Shown] = {}


def read_and_remember(clinic: Clinic) -> Shown:
    """The current data from the database."""
    flags = RedFlag.objects.for_clinic(clinic).current().filter(asked=RedFlag.Asked.ALWAYS)
    shown = Shown(facts_of(clinic), tuple(flags))
    _by_clinic[clinic.slug] = shown
    return shown


def remembered(link: CheckInLink) -> Shown:
    """What this process last read, otherwise the data in the link; never asks the database.

    Without the logo, which is read from the database: no page waits for a picture then.
    """
    known = _by_clinic.get(link.clinic.slug) if link.clinic else only_one()
    shown = known or Shown(link.clinic or ClinicFacts(), shipped_flags())
    return replace(shown, clinic=replace(shown.clinic, logo_path=""))


def only_one() -> Shown | None:
    """The only clinic this process knows, if the link names none."""
    return next(iter(_by_clinic.values())) if len(_by_clinic) == 1 else None


def forget() -> None:
    """Forget everything, as after a restart."""
    _by_clinic.clear()


@cache
def shipped_flags() -> tuple[RedFlag, ...]:
    """The list of signs of every new clinic."""
    rows = (RedFlag(**row) for row in load_rows(DATA / "red_flags.json"))
    return tuple(flag for flag in rows if flag.asked == RedFlag.Asked.ALWAYS)
