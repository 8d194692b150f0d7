"""How dates are written if a page sets no format."""

from __future__ import annotations

from datetime import UTC, datetime

from django.utils.formats import date_format, number_format

AFTERNOON = datetime(2026, 11, 24, 17, 5, tzinfo=UTC)


def test_day_comes_before_the_month_and_hours_run_to_24():
    assert date_format(AFTERNOON, "DATETIME_FORMAT") == "24 Nov 2026, 17:05"
    assert date_format(AFTERNOON, "SHORT_DATE_FORMAT") == "24 Nov 2026"


def test_numbers_are_written_as_before():
    assert number_format(12345.5, 1, force_grouping=True) == "12,345.5"
