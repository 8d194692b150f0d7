"""What Django asks where no page says how to write a date or a number: the clinic's conventions, each time."""

from django.utils.functional import lazystr

from clinic.country.conventions import conventions


class _Format:
    """A format string that is looked up when it is used."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __str__(self) -> str:
        return conventions().formats[self.name]


class _Sign:
    """A sign of numbers that is looked up when it is used."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __str__(self) -> str:
        return str(getattr(conventions(), self.name))


DATE_FORMAT = SHORT_DATE_FORMAT = lazystr(_Format("day"))
TIME_FORMAT = lazystr(_Format("clock"))
DATETIME_FORMAT = SHORT_DATETIME_FORMAT = lazystr(_Format("day_and_clock"))
MONTH_DAY_FORMAT = lazystr(_Format("long_day_of_month"))
YEAR_MONTH_FORMAT = lazystr(_Format("long_month"))
DECIMAL_SEPARATOR = lazystr(_Sign("decimal_sign"))
THOUSAND_SEPARATOR = lazystr(_Sign("group_sign"))
NUMBER_GROUPING = 3
