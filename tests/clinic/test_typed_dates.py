"""Days and times as people type them."""

from __future__ import annotations

import zoneinfo
from datetime import UTC, date, datetime, timedelta

import pytest
import time_machine
from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from hypothesis import given
from hypothesis import strategies as st

from clinic.typed.dates import (
    BIRTH,
    BOOKING,
    DUTY,
    PAST,
    DayField,
    DayInput,
    MomentField,
    MomentInput,
    read_day,
    read_moment,
)

THIRD = date(2026, 12, 3)


def in_zone(name):
    return timezone.override(zoneinfo.ZoneInfo(name))


@pytest.mark.parametrize(
    "typed",
    [
        "2026-12-03",
        "2026/12/3",
        "2026.12.03",
        "2026年12月3日",
        "3 Dec 2026",
        "3 December 2026",
        "3. Dec 2026",
        "3rd December 2026",
        "Thu, 3 Dec 2026",
        "December 3, 2026",
        "Dec 3 2026",
        "3.12.2026",
        "３.１２.２０２６",
        "٢٠٢٦-١٢-٠٣",
    ],
)
def test_day_is_understood(typed):
    assert read_day(typed) == THIRD


@pytest.mark.parametrize(
    "typed",
    ["Thu 3.12.2026", "3 Dec 2026 (Thursday)", "Thurs. 2026-12-03", "December 3, 2026, Thu", "thu 2026年12月3日"],
)
def test_right_day_of_the_week_is_read_in_every_notation(typed):
    assert read_day(typed) == THIRD


@pytest.mark.parametrize(
    "typed",
    ["Mon 3 Dec 2026", "Monday, 3.12.2026", "3 Dec 2026 (Fri)", "Wed. December 3, 2026", "Sunday 2026-12-03"],
)
def test_wrong_day_of_the_week_is_refused_and_both_are_named(typed):
    for read, text in ((read_day, typed), (read_moment, f"{typed} 14:30")):
        with pytest.raises(ValidationError) as refused:
            read(text)
        assert typed in refused.value.messages[0]
        assert "Thursday" in refused.value.messages[0]


@pytest.mark.parametrize("typed", ["Foo 3 Dec 2026", "T 3 Dec 2026", "S. 3.12.2026"])
def test_what_is_no_day_of_the_week_is_not_dropped(typed):
    with pytest.raises(ValidationError, match="not a date"):
        read_day(typed)


@pytest.mark.parametrize(
    ("zone", "month"), [("Europe/London", 12), ("Australia/Sydney", 12), ("America/New_York", 3)]
)
def test_numbers_are_in_the_order_of_the_clinics_country(zone, month):
    with in_zone(zone):
        assert read_day("3/12/2026").month == month


def test_numbers_are_refused_where_both_orders_are_in_use():
    with in_zone("America/Toronto"):
        with pytest.raises(ValidationError, match="two ways"):
            read_day("3/12/2026")
        assert read_day("13/12/2026") == read_day("12/13/2026") == date(2026, 12, 13)


@pytest.mark.parametrize(
    "typed",
    [
        *("2026-02-30", "30 Feb 2026", "31.4.2026", "0000-01-01", "tomorrow", "3 Dec 26"),
        *("①.12.2026", "3 Foo 2026", "99999999999", "2026-13-01", "-1", "2026-00-00", "\x00"),
    ],
)
def test_day_is_refused_with_a_sentence_that_names_it(typed):
    with pytest.raises(ValidationError) as refused:
        read_day(typed)
    assert typed in refused.value.messages[0]
    assert "3 Dec 2026" in refused.value.messages[0]


@pytest.mark.parametrize(
    "typed", ["2026-12-03T14:30", "2026-12-03 14:30", "3 Dec 2026 14:30", "3.12.2026, 14.30", "3 Dec 2026 2:30 pm"]
)
def test_moment_is_understood(typed):
    assert read_moment(typed) == datetime(2026, 12, 3, 14, 30)  # noqa: DTZ001 - a wall time


@given(st.text(max_size=20))
def test_any_text_is_a_day_or_a_sentence(typed):
    for read in (read_day, read_moment):
        try:
            read(typed)
        except ValidationError as refused:
            assert refused.messages[0]


class Dated(forms.Form):
    """One of each."""

    born_on = DayField(span=BIRTH, required=False)
    diagnosed_on = DayField(span=PAST, required=False)
    starts_at = MomentField(span=BOOKING, required=False)
    ends_at = MomentField(span=DUTY, required=False)


@pytest.fixture
def today():
    with time_machine.travel(datetime(2026, 11, 29, 12, tzinfo=UTC), tick=False):
        yield


@pytest.mark.usefixtures("today")
@pytest.mark.parametrize(
    ("field", "typed", "words"),
    [
        ("diagnosed_on", "2026-12-20", "Sunday 20 Dec 2026 is in the future"),
        ("born_on", "2027-01-01", "in the future"),
        ("born_on", "1901-01-01", None),
        ("starts_at", "2036-12-03T10:00", "too far away"),
        ("ends_at", "9999-12-31T23:59", "Enter a date from Friday 28 Nov 2025 to"),
        ("starts_at", "0001-01-01T00:00", "1 Jan 0001 is too far away"),
        ("starts_at", "2026-02-30T10:00", "not a day of the calendar"),
        ("starts_at", "2026-12-03T25:00", "no such time"),
    ],
)
def test_impossible_dates_are_refused_with_a_sentence(field, typed, words):
    form = Dated({field: typed})
    if words is None:
        assert form.is_valid()
        return
    assert words in form.errors[field][0]


@pytest.mark.usefixtures("today")
@given(st.dates(), st.times())
def test_no_moment_overflows(day, clock):
    for zone in ("Pacific/Kiritimati", "Pacific/Pago_Pago"):
        with in_zone(zone):
            form = Dated({"starts_at": f"{day.isoformat()}T{clock:%H:%M}"})
            if form.is_valid():
                assert abs(form.cleaned_data["starts_at"] - timezone.now()) < timedelta(days=3 * 366)


def test_day_is_said_in_words_beside_the_picker():
    html = DayInput().render("on", THIRD, {"id": "id_on"})
    assert 'type="date"' in html
    assert 'value="2026-12-03"' in html
    assert "Thursday 3 Dec 2026, " in html


def test_text_that_is_a_day_fills_the_picker():
    html = DayInput().render("on", "3 Dec 2026", {"id": "id_on"})
    assert 'value="2026-12-03"' in html


def test_text_that_is_no_day_stays_as_typed():
    html = MomentInput().render("at", "30 Feb 2026 10:00", {"id": "id_at"})
    assert 'type="text"' in html
    assert 'value="30 Feb 2026 10:00"' in html


def test_moment_is_said_in_words():
    html = MomentInput().render("at", "2026-12-03T14:30", {"id": "id_at"})
    assert "Thursday 3 Dec 2026, 14:30, " in html
