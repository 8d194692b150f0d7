"""The country by whose conventions a page reads and writes: that of the user's clinic."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass

from django.utils import timezone

from clinic.country.countries import country_of_zone


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
