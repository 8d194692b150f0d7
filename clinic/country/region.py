"""The country whose conventions apply to a page: that of the user's clinic."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

from django.utils import timezone

from clinic.country.countries import country_of_zone

# Countries where 3/12/2026 is the twelfth of March, and countries where both orders are in use.
MONTH_FIRST = frozenset({"US", "PR", "GU", "VI", "AS", "MP", "UM", "PH", "FM", "MH", "PW"})
EITHER_ORDER = frozenset({"", "CA", "CN", "JP", "KR", "TW", "HU", "MN", "IR", "ZA", "KE", "SE", "LT"})
DAY_MONTH, MONTH_DAY, UNSURE = "dmy", "mdy", ""

_country: ContextVar[str] = ContextVar("country", default="")


@contextmanager
def country_override(code: str) -> Iterator[None]:
    """Read dates inside the block by this country's conventions; an empty code uses the time zone's country."""
    token = _country.set(code)
    try:
        yield
    finally:
        _country.reset(token)


def current_country() -> str:
    """The clinic's country, otherwise the country of its time zone; empty if neither is known."""
    return _country.get() or country_of_zone(timezone.get_current_timezone_name())


def order_in(code: str) -> str:
    """The order of day and month in dates such as 3/12/2026; UNSURE if both orders are in use."""
    if code in MONTH_FIRST:
        return MONTH_DAY
    return UNSURE if code in EITHER_ORDER else DAY_MONTH
