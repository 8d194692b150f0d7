"""The country by whose conventions a page reads and writes: that of the user's clinic."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.utils import timezone

from clinic.country.countries import country_of_zone

# Countries where 3/12/2026 is the twelfth of March, and countries where both orders are in use.
MONTH_FIRST = frozenset({"US", "PR", "GU", "VI", "AS", "MP", "UM", "PH", "FM", "MH", "PW"})
EITHER_ORDER = frozenset({"", "BI", "CA", "CN", "JP", "KR", "TW", "HU", "MN", "IR", "ZA", "KE", "SE", "LT"})
DAY_MONTH, MONTH_DAY, UNSURE = "dmy", "mdy", ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Region:
    """A country, and what a clinic there does otherwise than the country; nothing where it does as the country."""

    country: str = ""
    clock_hours: int | None = None
    first_weekday: int | None = None
    paper: str = ""


_NOWHERE = Region()
_region: ContextVar[Region] = ContextVar("region", default=_NOWHERE)


@contextmanager
def region_override(region: Region) -> Iterator[None]:
    """Dates and numbers are read and written in this block as in the region."""
    token = _region.set(region)
    try:
        yield
    finally:
        _region.reset(token)


def current_region() -> Region:
    """What the clinic does otherwise, and its country if one is set."""
    return _region.get()


def current_country() -> str:
    """The clinic's country, otherwise the country of its time zone; empty if neither is known."""
    return _region.get().country or country_of_zone(timezone.get_current_timezone_name())


def order_in(code: str) -> str:
    """The order of day and month in dates such as 3/12/2026; UNSURE if both orders are in use."""
    if code in MONTH_FIRST:
        return MONTH_DAY
    return UNSURE if code in EITHER_ORDER else DAY_MONTH
