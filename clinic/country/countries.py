"""The countries a clinic can be in, with the numbers to call for help and the time zones of each.

The numbers come from countries.csv, which names the source of each row and says which of them a clinician
still has to confirm. Names and zones come from the tz database (package tzdata: iso3166.tab, zone.tab).
"""

from __future__ import annotations

import csv
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path

DATA = Path(__file__).parent / "countries.csv"
# Any GSM phone connects this number to the emergency service (3GPP TS 22.101, section 10).
ANYWHERE = "112"
# Old names of clocks, not of places, that the tz database links to a city with the same time.
_CLOCKS = frozenset(
    [
        "CET",
        "CST6CDT",
        "EET",
        "EST",
        "EST5EDT",
        "Factory",
        "GMT",
        "GMT+0",
        "GMT-0",
        "GMT0",
        "Greenwich",
        "HST",
        "MET",
        "MST",
        "MST7MDT",
        "PST8PDT",
        "UCT",
        "UTC",
        "Universal",
        "WET",
        "Zulu",
    ]
)
# Old names that the tz database links to a city in another country because the clocks agree.
_MOVED = {
    "Africa/Asmera": "ER",
    "Africa/Timbuktu": "ML",
    "America/Coral_Harbour": "CA",
    "America/Virgin": "VI",
    "Antarctica/South_Pole": "AQ",
    "Atlantic/Jan_Mayen": "SJ",
    "Iceland": "IS",
    "Pacific/Ponape": "FM",
    "Pacific/Truk": "FM",
    "Pacific/Yap": "FM",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class CrisisLine:
    """The line to call for people with thoughts of self-harm."""

    number: str
    name: str
    source: str
    needs_sign_off: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Country:
    """One country: ISO 3166 code (also the region of its phone numbers), name, numbers to call for help."""

    code: str
    name: str
    emergency_number: str
    emergency_source: str
    emergency_needs_sign_off: bool
    crisis_line: CrisisLine | None


@cache
def countries() -> dict[str, Country]:
    """Every country by its code."""
    names = dict(_table("iso3166.tab"))
    with DATA.open(encoding="utf-8", newline="") as rows:
        return {row["code"]: _country(row, names[row["code"]]) for row in csv.DictReader(rows)}


def country(code: str) -> Country | None:
    """One country; None if the code is empty or unknown."""
    return countries().get(code)


def emergency_number_in(code: str) -> str:
    """The number to call for an ambulance; 112 if the country is unknown."""
    found = country(code)
    return found.emergency_number if found else ANYWHERE


def crisis_line_in(code: str) -> CrisisLine | None:
    """The line for people with thoughts of self-harm; None if we have none for this country."""
    found = country(code)
    return found.crisis_line if found else None


@cache
def zones_by_country() -> dict[str, tuple[str, ...]]:
    """The time zones of places, by country code."""
    found: dict[str, list[str]] = {}
    for code, _position, zone, *_comment in _table("zone.tab"):
        found.setdefault(code, []).append(zone)
    return {code: tuple(sorted(zones)) for code, zones in found.items()}


@cache
def _country_by_zone() -> dict[str, str]:
    return {zone: code for code, zones in zones_by_country().items() for zone in zones}


def is_place(zone: str) -> bool:
    """Whether a time zone belongs to a place, unlike a bare clock such as UTC or EST5EDT."""
    return zone in _country_by_zone()


def country_of_zone(zone: str) -> str:
    """The country of a time zone, also for old names; empty for a clock without a place."""
    if zone in _CLOCKS:
        return ""
    known = _country_by_zone()
    return known.get(zone) or _MOVED.get(zone) or known.get(place_of(zone), "")


def place_of(zone: str) -> str:
    """The current zone for an old name (Asia/Calcutta -> Asia/Kolkata); otherwise the zone itself."""
    return _links().get(zone, zone)


@cache
def _links() -> dict[str, str]:
    """Old names and the zones they link to."""
    text = (files("tzdata") / "zoneinfo" / "tzdata.zi").read_text(encoding="utf-8")
    lines = (line.split() for line in text.splitlines() if line.startswith("L "))
    return {name: target for _link, target, name in lines}


def _table(name: str) -> list[list[str]]:
    text = (files("tzdata") / "zoneinfo" / name).read_text(encoding="utf-8")
    return [line.split("\t") for line in text.splitlines() if line and not line.startswith("#")]


def _country(row: dict[str, str], name: str) -> Country:
    line = CrisisLine(
        number=row["crisis_number"],
        name=row["crisis_name"],
        source=row["crisis_source"],
        needs_sign_off=row["crisis_needs_sign_off"] == "yes",
    )
    return Country(
        code=row["code"],
        name=name,
        emergency_number=row["emergency_number"],
        emergency_source=row["emergency_source"],
        emergency_needs_sign_off=row["emergency_needs_sign_off"] == "yes",
        crisis_line=line if line.number else None,
    )
