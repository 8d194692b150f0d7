"""A new clinic's red flags, points, plans and adverse events."""

from __future__ import annotations

import pytest

from clinic.presets import load_rows
from courses.models import AdverseEventItem, Point, Protocol, RedFlag
from courses.presets import DATA, install_presets
from courses.rules.facts import Severity, most_severe
from patients.clearance import WITHDRAWING_FLAGS

pytestmark = pytest.mark.django_db

FILES = ["red_flags.json", "points.json", "protocols.json", "adverse_events.json"]
# The level of an unanswered yes: the highest that the clinical facts name for the flag.
LEVELS = {
    "limb_weakness_new": "E0",
    "coordination_gait": "E0",
    "hand_clumsy": "E1",
    "bladder_bowel": "E0",
    "saddle_numb": "E0",
    "lhermitte": "E1",
    "arms_legs_numb_both": "E1",
    "radic_progress": "E1",
    "thunderclap": "E0",
    "dissection_5d3n": "E0",
    "drop_blackout": "E0",
    "chest_breath": "E0",
    "fever_infection": "E0",
    "skin_infect": "E1",
    "swelling_neck": "E0",
    "severe_pain": "E1",
    "pain_72h": "C",
    "bleeding": "E1",
    "faint_after": "E1",
    "allergy": "E0",
    "burn_blister": "E1",
    "trauma": "E1",
    "cancer_wtloss": "E2",
    "age_new": "E2",
    "gca": "E0",
    "stroke_fast": "E0",
    "cardiac": "E0",
    "pregnancy_bleed": "E0",
    "mood": "E0",
}


@pytest.mark.parametrize("name", FILES)
def test_every_row_names_its_source(name):
    assert all(row["source"].strip() for row in load_rows(DATA / name))


@pytest.mark.parametrize(("code", "level"), LEVELS.items())
def test_every_flag_is_there_with_the_level_of_an_unanswered_yes(clinic, code, level):
    flag = RedFlag.objects.for_clinic(clinic).current().get(code=code)
    answers = [Severity(row["level"]) for row in flag.follow_up_levels]
    assert most_severe([Severity(flag.level), *answers]) == level


def test_flag_that_asks_has_answers_and_words_for_them(clinic):
    for flag in RedFlag.objects.for_clinic(clinic):
        assert bool(flag.follow_up) is bool(flag.follow_up_levels), flag.code
        assert all(row["answer"] and row["wording"] for row in flag.follow_up_levels), flag.code


@pytest.mark.parametrize(
    ("code", "levels"),
    [
        ("severe_pain", {"yes": "E1", "not_sure": "E1", "usual": "C"}),
        ("swelling_neck", {"yes": "E0", "no": "E1"}),
        ("lhermitte", {"new": "E1", "known": "E2"}),
        ("dissection_5d3n", {"more": "E0", "constant": "E1", "mild": "C"}),
    ],
)
def test_answers_have_the_levels_of_the_facts(clinic, code, levels):
    flag = RedFlag.objects.for_clinic(clinic).get(code=code)
    assert {row["answer"]: row["level"] for row in flag.follow_up_levels} == levels


def test_flags_that_withdraw_a_clearance_are_asked(clinic):
    asked = RedFlag.objects.for_clinic(clinic).filter(asked="always").values_list("code", flat=True)
    assert set(asked) >= WITHDRAWING_FLAGS


@pytest.mark.parametrize(
    ("code", "weeks", "n_sessions"),
    [
        ("intensive", [3, 3, 2, 2], 10),
        ("standard", [2] * 5 + [1] * 3, 13),
        ("weekly", [1] * 12, 12),
        ("yang", [2] * 5, 10),
    ],
)
def test_protocols_are_those_of_their_sources(clinic, code, weeks, n_sessions):
    protocol = Protocol.objects.get(clinic=clinic, code=code)
    assert (protocol.weekly_sessions, protocol.n_sessions, protocol.n_weeks) == (weeks, n_sessions, len(weeks))


def test_every_protocol_names_style_reasoning_and_source_and_waits_for_sign_off(clinic):
    for protocol in Protocol.objects.for_clinic(clinic):
        assert protocol.style, protocol.code
        assert protocol.reasoning, protocol.code
        assert protocol.source, protocol.code
        assert protocol.needs_sign_off, protocol.code


def test_no_protocol_promises_a_cure_or_calls_worse_healing(clinic):
    for protocol in Protocol.objects.for_clinic(clinic):
        words = f"{protocol.style} {protocol.reasoning}".lower()
        assert not {"cure", "heal", "guarantee"} & set(words.replace(",", " ").split()), protocol.code


def test_every_protocol_is_reviewed_within_its_plan(clinic):
    for protocol in Protocol.objects.for_clinic(clinic):
        assert 4 <= protocol.review_sessions[0] <= 6, protocol.code
        assert protocol.review_sessions[-1] <= protocol.n_sessions, protocol.code


def test_there_is_a_specialised_plan_for_mixed_with_vertigo(clinic):
    (protocol,) = Protocol.objects.for_clinic(clinic).filter(is_specialised=True)
    assert "mixed" in protocol.for_types


@pytest.mark.parametrize(
    ("code", "risk", "tags"),
    [
        ("GB21", "caution", {"pneumothorax", "pregnancy"}),
        ("LI4", "ordinary", {"pregnancy"}),
        ("GV16", "restricted", set()),
        ("ST9", "restricted", set()),
        ("SI3", "ordinary", set()),
    ],
)
def test_points_carry_their_risks(clinic, code, risk, tags):
    point = Point.objects.get(clinic=clinic, code=code)
    assert point.risk == risk
    assert tags <= set(point.risk_tags)


def test_installing_again_keeps_the_clinics_own_edits(clinic):
    RedFlag.objects.filter(code="mood").update(wording="Our words")
    n_rows = [model.objects.count() for model in (RedFlag, Point, Protocol, AdverseEventItem)]
    install_presets(clinic)
    assert RedFlag.objects.get(code="mood").wording == "Our words"
    assert [model.objects.count() for model in (RedFlag, Point, Protocol, AdverseEventItem)] == n_rows
