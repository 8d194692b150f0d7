"""Numbers as people type them."""

from __future__ import annotations

from decimal import Decimal

import pytest
from django import forms
from django.core.exceptions import ValidationError
from hypothesis import given
from hypothesis import strategies as st

from clinic.typed.numbers import UNITS, DecimalNumberField, Reading, WholeNumberField

SCORE = Reading(out_of=10)
DEPTH = Reading(unit="mm")
ANGLE = Reading(unit="°")
MINUTES = Reading(unit="min")
WIDTH = Reading(unit="mm", is_whole=False)


@pytest.mark.parametrize(
    ("reading", "typed", "number"),
    [
        (SCORE, "7", "7"),
        (SCORE, " 7 ", "7"),
        (SCORE, "7/10", "7"),
        (SCORE, "7 / 10", "7"),
        (SCORE, "7 of 10", "7"),
        (SCORE, "7 out of 10", "7"),
        (SCORE, "7.0", "7"),
        (SCORE, "7,0", "7"),
        (SCORE, "٧", "7"),
        (SCORE, "７", "7"),
        (SCORE, "१०", "10"),
        (SCORE, "-1", "-1"),
        (SCORE, "−1", "-1"),
        (DEPTH, "25 mm", "25"),
        (DEPTH, "25mm", "25"),
        (DEPTH, "25 MM", "25"),
        (MINUTES, "20 min", "20"),
        (MINUTES, "20 minutes", "20"),
        (MINUTES, "20'", "20"),
        (ANGLE, "30°", "30"),
        (ANGLE, "30 deg", "30"),
        (WIDTH, "0,25", "0.25"),
        (WIDTH, "0.25 mm", "0.25"),
        (WIDTH, ",25", "0.25"),
        (WIDTH, "٠٫٢٥", "0.25"),
        (WIDTH, "0,125", "0.125"),
    ],
)
def test_is_read_as_meant(reading, typed, number):
    assert reading.read(typed) == Decimal(number)


@pytest.mark.parametrize(
    ("reading", "typed", "words"),
    [
        (SCORE, "1,5", "not a whole number"),
        (SCORE, "3.5", "not a whole number"),
        (SCORE, "6-7", "more than one number"),
        (SCORE, "6–7", "more than one number"),
        (SCORE, "6 to 7", "more than one number"),
        (SCORE, "7/11", "more than one number"),
        (SCORE, "①", "not a number"),
        (SCORE, "7²", "not a number"),
        (SCORE, "½", "not a number"),
        (SCORE, "Ⅶ", "not a number"),
        (SCORE, "seven", "not a number"),
        (SCORE, "1e1", "not a number"),
        (SCORE, "0x7", "not a number"),
        (SCORE, "7,", "not a number"),
        (SCORE, "1_0", "not a number"),
        (DEPTH, "1 cun", "not in mm"),
        (DEPTH, "2 cm", "not in mm"),
        (MINUTES, "1 h", "not in min"),
        (ANGLE, "30 mm", "not in °"),
        (DEPTH, "7/10", "more than one number"),
        (WIDTH, "1,000", "two ways"),
        (DEPTH, "1.000", "two ways"),
        (WIDTH, "NaN", "not a number"),
        (WIDTH, "Infinity", "not a number"),
        (DEPTH, "9" * 5000, "not a number"),
    ],
)
def test_is_refused_with_a_sentence_that_names_it(reading, typed, words):
    with pytest.raises(ValidationError) as refused:
        reading.read(typed)
    assert words in refused.value.messages[0]
    assert typed[:20] in refused.value.messages[0]


@pytest.mark.parametrize("typed", ["", "  "])
def test_nothing_is_nothing(typed):
    assert SCORE.read(typed) is None


@given(st.integers(-(10**9), 10**9), st.sampled_from(["0", "٠", "０", "०"]))
def test_every_whole_number_is_read_in_every_script(number, zero):
    written = "".join(chr(ord(zero) + int(sign)) if sign.isdigit() else sign for sign in str(number))
    assert Reading().read(written) == number


@given(st.decimals(allow_nan=False, allow_infinity=False, places=2, min_value=-999, max_value=999))
def test_comma_and_point_mean_the_same(number):
    reading = Reading(is_whole=False)
    written = str(number)
    assert reading.read(written) == reading.read(written.replace(".", ",")) == number


@given(st.text(max_size=12))
def test_any_text_is_read_or_refused_and_never_loses_a_digit(typed):
    try:
        number = Reading(is_whole=False).read(typed)
    except ValidationError:
        return
    digits = [sign for sign in typed if sign.isdecimal()]
    assert (number is None) == (not typed.strip())
    if number is not None:
        assert Decimal("".join(digits) or "0") == abs(number) * 10 ** max(0, -int(number.as_tuple().exponent))


@given(st.integers(0, 200), st.sampled_from(sorted(UNITS)), st.sampled_from(["", " "]))
def test_each_way_to_write_the_unit_is_read(number, unit, gap):
    for word in UNITS[unit]:
        assert Reading(unit=unit).read(f"{number}{gap}{word}") == number


class Typed(forms.Form):
    """One of each."""

    score = WholeNumberField(min_value=0, max_value=10, out_of=10)
    width = DecimalNumberField(unit="mm", max_digits=3, decimal_places=2, max_value=2)


def test_what_was_typed_is_in_the_returned_form():
    form = Typed({"score": "6-7", "width": "1 cun"})
    assert not form.is_valid()
    html = form.as_p()
    assert 'value="6-7"' in html
    assert 'value="1 cun"' in html
    assert 'inputmode="numeric"' in html
    assert 'inputmode="decimal"' in html
    assert 'type="number"' not in html


def test_bounds_hold():
    form = Typed({"score": "11", "width": "2,5"})
    assert set(form.errors) == {"score", "width"}
