"""The level of a yes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.rules.facts import Severity, most_severe
from courses.rules.red_flag import FlagAnswer, FlagContext, find_red_flags, is_newly_severe, level_of

E0, E1, E2, C = Severity.E0, Severity.E1, Severity.E2, Severity.C
ALONE = FlagContext(n_flags=1)
SEVERE = {"yes": E1, "not_sure": E1, "usual": C}


def swelling(answer: str) -> FlagAnswer:
    return FlagAnswer("swelling_neck", E0, answer, {"yes": E0, "no": E1})


def severe(answer: str) -> FlagAnswer:
    return FlagAnswer("severe_pain", E1, answer, SEVERE)


def test_flag_without_a_question_has_its_level():
    assert level_of(FlagAnswer("trauma", E1), ALONE) == E1


@pytest.mark.parametrize(("answer", "level"), [("yes", E0), ("no", E1)])
def test_answer_gives_the_level(answer, level):
    assert level_of(swelling(answer), ALONE) == level


@pytest.mark.parametrize("answer", ["", "not_sure", "whatever"])
def test_unanswered_or_unknown_takes_the_highest(answer):
    assert level_of(swelling(answer), ALONE) == E0


def test_highest_is_looked_for_among_level_and_answers():
    flag = FlagAnswer("drop_blackout", E1, "", {"no": E0, "yes": E2})
    assert level_of(flag, ALONE) == E0


@pytest.mark.parametrize("answer", ["yes", "not_sure", ""])
def test_severe_pain_alone_is_for_a_doctor_today(answer):
    assert level_of(severe(answer), ALONE) == E1


@pytest.mark.parametrize("answer", ["yes", "not_sure", ""])
def test_severe_pain_with_another_flag_is_an_emergency(answer):
    assert level_of(severe(answer), FlagContext(n_flags=2)) == E0


@pytest.mark.parametrize(("is_new", "level"), [(True, E1), (False, C)])
def test_usual_severe_pain_is_a_call_back_unless_new_after_needling(is_new, level):
    context = FlagContext(1, is_newly_severe_after_needling=is_new)
    assert level_of(severe("usual"), context) == level


@pytest.mark.parametrize(
    ("values", "is_new"),
    [
        ({}, True),
        ({"later": 7}, False),
        ({"later": None}, False),
        ({"before": 8}, False),
        ({"before": None}, True),
        ({"is_needled": False}, False),
        ({"had_severe": True}, False),
    ],
)
def test_pain_is_newly_severe_where_the_first_eight_came_after_needling(values, is_new):
    facts = {"had_severe": False, "is_needled": True, "before": 7, "later": 8, **values}
    assert is_newly_severe(**facts) is is_new


@pytest.mark.parametrize("usual", [E0, E1, E2, C])
def test_new_after_needling_never_lowers_what_a_clinic_made_of_usual_pain(usual):
    flag = FlagAnswer("severe_pain", E0, "usual", {**SEVERE, "usual": usual})
    context = FlagContext(1, is_newly_severe_after_needling=True)
    assert level_of(flag, context) == most_severe([E1, usual])


def test_usual_severe_pain_beside_another_flag_stays_usual():
    assert level_of(severe("usual"), FlagContext(n_flags=2)) == C


def test_other_flag_is_not_raised_by_severe_pain():
    found = find_red_flags([severe("yes"), swelling("no")], is_newly_severe_after_needling=False)
    assert [finding.severity for finding in found] == [E0, E1]


LEVELS = st.sampled_from([E0, E1, E2, C])
FLAGS = st.builds(
    FlagAnswer,
    code=st.sampled_from(["severe_pain", "swelling_neck", "trauma", "lhermitte", "mood"]),
    level=LEVELS,
    answer=st.sampled_from(["", "yes", "no", "usual", "not_sure"]),
    levels_by_answer=st.none() | st.dictionaries(st.sampled_from(["yes", "no", "usual"]), LEVELS),
    least=st.none() | LEVELS,
)


@given(st.lists(FLAGS, max_size=8), st.booleans())
def test_every_yes_gets_exactly_one_finding_in_order(flags, is_new):
    found = find_red_flags(flags, is_newly_severe_after_needling=is_new)
    assert [finding.evidence["flag"] for finding in found] == [flag.code for flag in flags]
    assert {finding.rule for finding in found} <= {"red_flag"}


@given(FLAGS, st.integers(1, 5), st.booleans())
def test_unanswered_is_never_below_any_answer(flag, n_flags, is_new):
    context = FlagContext(n_flags, is_new)
    silent = FlagAnswer(flag.code, flag.level, "", flag.levels_by_answer)
    possible = [flag.level, *(flag.levels_by_answer or {}).values()]
    assert level_of(silent, context).rank <= most_severe(possible).rank


@given(FLAGS, st.booleans())
def test_another_flag_never_lowers_a_level(flag, is_new):
    alone = level_of(flag, FlagContext(1, is_new))
    assert level_of(flag, FlagContext(2, is_new)).rank <= alone.rank


@given(FLAGS, st.integers(1, 5))
def test_being_new_after_needling_never_lowers_a_level(flag, n_flags):
    known = level_of(flag, FlagContext(n_flags, is_newly_severe_after_needling=False))
    assert level_of(flag, FlagContext(n_flags, is_newly_severe_after_needling=True)).rank <= known.rank


@given(FLAGS, st.integers(1, 5), st.booleans())
def test_a_level_that_was_given_before_is_the_least(flag, n_flags, is_new):
    level = level_of(flag, FlagContext(n_flags, is_new))
    assert flag.least is None or level.rank <= flag.least.rank
