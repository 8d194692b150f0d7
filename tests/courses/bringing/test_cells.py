"""One cell: understood as what it means, or refused with a sentence."""

from __future__ import annotations

from datetime import date, datetime, time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.bringing.cells import (
    Order,
    Refused,
    read_birth,
    read_clock,
    read_day,
    read_names,
    read_score,
    read_yes_no,
    split_moment,
)
from courses.bringing.columns import COLUMNS, guess_columns, plain_heading
from courses.bringing.safe_csv import csv_lines, plain_cell, safe_cell

TODAY = date(2026, 3, 11)


@pytest.mark.parametrize(
    ("cell", "meant"),
    [("7", 7), ("7/10", 7), ("7 of 10", 7), ("7.0", 7), ("7,0", 7), ("٧", 7), ("0", 0), ("", None)],
)
def test_scores_that_are_understood(cell, meant):
    assert read_score("Pain before", cell) == meant


@pytest.mark.parametrize(
    "cell", ["6-7", "3,5", "3.5", "11", "-1", "65 mm", "70/100", "high", "7/5", date(2025, 10, 7), time(7, 10)]
)
def test_scores_that_are_refused_by_name(cell):
    with pytest.raises(Refused, match="Pain before"):
        read_score("Pain before", cell)


def test_order_of_dates_is_what_was_chosen():
    assert read_birth("03/04/1980", order=Order.DAY_FIRST, today=TODAY).on == date(1980, 4, 3)
    assert read_birth("03/04/1980", order=Order.MONTH_FIRST, today=TODAY).on == date(1980, 3, 4)
    for order in Order:
        assert read_birth("1980-04-03", order=order, today=TODAY).on == date(1980, 4, 3)
        assert read_birth(date(1980, 4, 3), order=order, today=TODAY).on == date(1980, 4, 3)
    with pytest.raises(Refused, match="read as month/day/year"):
        read_birth("31/05/1980", order=Order.MONTH_FIRST, today=TODAY)


def test_birth_date_may_be_a_year_or_unknown_and_a_session_may_not():
    assert read_birth("1950", order=Order.DAY_FIRST, today=TODAY).year == 1950
    assert read_birth("", order=Order.DAY_FIRST, today=TODAY).known_year is None
    with pytest.raises(Refused):
        read_day("Session date", "2025", order=Order.DAY_FIRST, today=TODAY)


@pytest.mark.parametrize(
    ("cell", "clock"),
    [
        ("2025-03-01 14:30", time(14, 30)),
        ("01/03/2025 2:30 PM", time(14, 30)),
        ("01/03/2025 12:05 am", time(0, 5)),
        ("2025-03-01T09:15:00", time(9, 15)),
        (datetime.fromisoformat("2025-03-01T08:00"), time(8, 0)),
        (date(2025, 3, 1), None),
        ("1 March 2025", None),
    ],
)
def test_a_moment_is_a_day_and_a_time(cell, clock):
    day, rest = split_moment(cell)
    assert read_day("Session date", day, order=Order.DAY_FIRST, today=TODAY) == date(2025, 3, 1)
    assert read_clock(rest) == clock


@pytest.mark.parametrize(
    ("given_cell", "family", "full", "names"),
    [
        ("Anna", "Lee", "", ("Anna", "Lee")),
        ("", "", "Lee, Anna", ("Anna", "Lee")),
        ("", "", "Anna Maria Lee", ("Anna Maria", "Lee")),
        ("", "", "王秀英", ("", "王秀英")),
        ("", "Lee", "", ("", "Lee")),
    ],
)
def test_names(given_cell, family, full, names):
    found = read_names(given_cell, family, full)
    assert (found.given, found.family) == names


def test_yes_and_no():
    assert [read_yes_no("Needles used", one) for one in ("Yes", "x", "nein", "0", "")] == [
        True,
        True,
        False,
        False,
        None,
    ]


@pytest.mark.parametrize(
    ("headings", "meant"),
    [
        (
            "Patient Number|First Name|Last Name|Birth Date|Mobile Phone|Email",
            "reference given family birth phone email",
        ),
        ("Client Name|DOB|Date of Service|Clinician", "name birth session_on practitioner"),
        ("pid|fname|lname|DOB|phone_home|phone_cell|email", "reference given family birth  phone email"),
        ("Given Name|Surname|Date of birth|E-mail|Phone numbers", "given family birth email phone"),
        ("Client|Visit date|VAS before|VAS after", "name session_on before after"),
        ("Patient|First name|Last name|Pain (before)", " given family before"),
        ("Line|Why it was refused|Name|Record here (number, or “new”)", "  name record"),
        ("Colour|Shoe size", " "),
    ],
)
def test_headings_of_other_software(headings, meant):
    assert guess_columns(headings.split("|")) == meant.split(" ")


def test_no_heading_means_two_things_and_every_own_label_is_known():
    known = [heading for column in COLUMNS for heading in column.headings]
    assert len(known) == len(set(known))
    assert {column.key for column in COLUMNS if plain_heading(str(column.label)) not in column.headings} <= {
        "before", "after", "needled", "course", "ended", "note", "reference", "record",
    } - {column.key for column in COLUMNS if plain_heading(str(column.label)) in column.headings}  # fmt: skip


@given(st.text(max_size=30))
def test_no_cell_is_a_formula_and_none_changes_on_the_way_back(text):
    cell = safe_cell(text)
    first = cell.lstrip(" \u00a0")[:1]
    assert first not in {"=", "@", "\t", "\r", "\n"}
    if first in {"+", "-"}:
        assert not any(sign.isalpha() or sign in "!|'\"=" for sign in cell)
    if not text.startswith("'"):
        assert plain_cell(cell) == text


def test_formulas_are_written_as_text():
    line = "".join(csv_lines([["=1+1", "+49 30 1", "-5", "@SUM(A1)", "-2+3", "\t=1", None, True]]))
    assert line == "\ufeff'=1+1,+49 30 1,-5,'@SUM(A1),'-2+3,'\t=1,,yes\r\n"
