"""Where an answer lowers the level, other words for any answer need a second person: of every shipped flag."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest

from clinic.presets import load_rows
from courses.flag_list.versions import levels_of
from courses.presets import DATA
from courses.rules.facts import Severity
from courses.rules.second_person import FlagLevels, Why, second_person_for

SHIPPED = {
    row["code"]: levels_of(row["level"], row["follow_up"], row["follow_up_levels"])
    for row in load_rows(DATA / "red_flags.json")
    if row.get("follow_up_levels")
}
LOWERING = {code: flag for code, flag in SHIPPED.items() if any(one.level != flag.highest for one in flag.answers)}
ANSWERS = [(code, place) for code, flag in LOWERING.items() for place in range(len(flag.answers))]
PAIRS = [(code, pair) for code, flag in LOWERING.items() for pair in combinations(range(len(flag.answers)), 2)]


def worded(flag: FlagLevels, words: dict[int, str]) -> FlagLevels:
    answers = [replace(one, wording=words.get(place, one.wording)) for place, one in enumerate(flag.answers)]
    return replace(flag, answers=tuple(answers))


def test_the_list_has_flags_with_a_lower_answer():
    assert len(ANSWERS) > len(LOWERING) > 1


@pytest.mark.parametrize(("code", "place"), ANSWERS)
def test_any_answer_in_other_words(code, place):
    """ "Within one minute" instead of "suddenly" sends everybody else down to the lower answer."""
    flag = LOWERING[code]
    assert second_person_for(worded(flag, {place: "Within one minute"}), flag) == [Why.ANSWER_REWORDED]


@pytest.mark.parametrize(("code", "pair"), PAIRS)
def test_any_two_answers_that_change_places(code, pair):
    flag, (one, other) = LOWERING[code], pair
    words = {one: flag.answers[other].wording, other: flag.answers[one].wording}
    assert Why.ANSWER_REWORDED in second_person_for(worded(flag, words), flag)


@pytest.mark.parametrize("code", LOWERING)
def test_an_answer_that_is_gone_or_new(code):
    flag = LOWERING[code]
    lowest = max(flag.answers, key=lambda answer: answer.level.rank)
    most_urgent = min(flag.answers, key=lambda answer: answer.level.rank)
    without = replace(flag, answers=tuple(one for one in flag.answers if one != most_urgent))
    if any(one.level.rank > without.highest.rank for one in without.answers):
        assert second_person_for(without, flag)
    more = replace(flag, answers=(*flag.answers, replace(lowest, code="another", wording="Something else")))
    assert second_person_for(more, flag)


@pytest.mark.parametrize("code", SHIPPED)
def test_where_no_answer_lowers_the_level_one_person_words_them(code):
    flag = SHIPPED[code]
    raised = replace(flag, answers=tuple(replace(one, level=flag.highest) for one in flag.answers))
    assert second_person_for(worded(raised, {0: "In other words"}), flag) == []


@pytest.mark.parametrize("code", SHIPPED)
def test_the_same_words_with_other_spaces_are_the_same(code):
    flag = SHIPPED[code]
    spaced = worded(flag, {place: f" {one.wording} " for place, one in enumerate(flag.answers)})
    assert second_person_for(spaced, flag) == []
    assert flag.highest == min((Severity(one.level) for one in flag.answers), key=lambda level: level.rank)
