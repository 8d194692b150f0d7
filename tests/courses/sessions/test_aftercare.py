"""Aftercare is suggested only if there is no objection."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from courses.sessions.aftercare import ADVICE, HEAT, SKIN, Fault, Measure, faults, suggest

COMPRESS = Measure("compress", HEAT, blocked_by=("no_sensation",), cautioned_by=("diabetes",))
GEL = Measure("gel", SKIN, blocked_by=("nsaid_allergy",))
PLASTER = Measure("plaster", SKIN, blocked_by=("plaster_allergy",), cautioned_by=("anticoagulant",))
MOXA = Measure("moxa", HEAT, blocked_by=("no_moxa_consent",))
REST = Measure("rest", ADVICE)
ALL = (COMPRESS, GEL, PLASTER, MOXA, REST)
CODES = sorted({code for one in ALL for code in (*one.blocked_by, *one.cautioned_by)})


def conditions(*codes):
    return {code: f"words of {code}" for code in codes}


def test_heat_comes_without_anything_on_the_skin():
    found = suggest(ALL, conditions=conditions("no_moxa_consent"), is_flag_open=False)
    assert found.suggested() == ("compress", "rest")


def test_what_is_blocked_says_why():
    found = suggest(ALL, conditions=conditions("no_sensation", "no_moxa_consent"), is_flag_open=False)
    assert found.measures[0].blocked_by == ("words of no_sensation",)
    assert found.suggested() == ("gel", "plaster", "rest")


def test_what_asks_for_care_comes_after_what_does_not():
    found = suggest(ALL, conditions=conditions("diabetes", "no_moxa_consent"), is_flag_open=False)
    assert found.suggested() == ("gel", "plaster", "rest")
    assert found.measures[0].is_allowed
    assert found.measures[0].cautioned_by == ("words of diabetes",)


def test_open_flag_leaves_contact_advice_alone():
    found = suggest(ALL, conditions={}, is_flag_open=True)
    assert found.measures == ()


@given(st.sets(st.sampled_from(CODES)), st.booleans())
def test_suggestions_have_no_fault(codes, is_flag_open):
    known = conditions(*codes)
    found = suggest(ALL, conditions=known, is_flag_open=is_flag_open)
    chosen = [one for one in ALL if one.code in found.suggested()]
    assert faults(chosen, conditions=known, is_flag_open=is_flag_open) == []
    assert sum(one.is_support for one in chosen) <= 2


def test_faults_of_a_choice():
    assert faults([COMPRESS, GEL], conditions={}, is_flag_open=False) == [(Fault.HEAT_OVER_SKIN, ())]
    three = [GEL, PLASTER, Measure("third", SKIN)]
    assert faults(three, conditions={}, is_flag_open=False) == [(Fault.TOO_MANY, ())]
    assert faults([GEL], conditions=conditions("nsaid_allergy"), is_flag_open=False) == [
        (Fault.BLOCKED, ("words of nsaid_allergy",))
    ]


def test_open_flag_forbids_supports_and_never_advice():
    assert faults([GEL], conditions={}, is_flag_open=True) == [(Fault.CONTACT_ONLY, ())]
    assert faults([REST], conditions={}, is_flag_open=True) == []
