"""Needling without clearance, or against its limits."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.rules.breach import DEEP_FROM_MM, NeedleFact, VisitFacts, find_breach, forbidden
from courses.rules.facts import Severity

LIMITS = ("deep", "electro", "press_needle", "pregnancy", "site")
NEEDLES = st.builds(
    NeedleFact,
    name=st.sampled_from(["LI4 Hegu", "GB20 Fengchi", "left shoulder"]),
    tags=st.lists(st.sampled_from(["pregnancy", "spinal_canal"]), unique=True).map(tuple),
    depth_mm=st.none() | st.integers(0, 60),
    stimulation=st.sampled_from(["none", "manual", "electrical", "press_needle"]),
)
VISITS = st.builds(
    VisitFacts,
    number=st.integers(1, 20),
    is_needled=st.booleans(),
    is_cleared=st.booleans(),
    reasons=st.lists(st.sampled_from(["no_consent", "on_hold"]), min_size=1, unique=True).map(tuple),
    limits=st.lists(st.sampled_from(LIMITS), unique=True).map(tuple),
    needles=st.lists(NEEDLES, max_size=4).map(tuple),
)


def visit(*needles: NeedleFact, limits=(), is_needled=True, is_cleared=True) -> VisitFacts:
    return VisitFacts(3, is_needled, is_cleared, () if is_cleared else ("no_consent",), limits, needles)


@pytest.mark.parametrize(
    ("depth_mm", "limits", "found"),
    [(19, ("deep",), []), (20, ("deep",), ["deep (LI4)"]), (None, ("deep",), ["deep (LI4)"]), (40, (), [])],
)
def test_deep_needling_is_deep_and_unknown_depth_too(depth_mm, limits, found):
    assert forbidden(visit(NeedleFact("LI4", depth_mm=depth_mm), limits=limits)) == found


@pytest.mark.parametrize(
    ("stimulation", "limits", "found"),
    [
        ("electrical", ("electro",), ["electro (LI4)"]),
        ("press_needle", ("press_needle",), ["press_needle (LI4)"]),
        ("manual", ("electro", "press_needle"), []),
    ],
)
def test_modality_against_its_limit(stimulation, limits, found):
    assert forbidden(visit(NeedleFact("LI4", depth_mm=5, stimulation=stimulation), limits=limits)) == found


def test_finding_says_what_it_rests_on():
    found = find_breach(visit(NeedleFact("LI4", ("pregnancy",), 5), limits=("pregnancy",), is_cleared=False))
    assert found.severity == Severity.RED
    assert found.evidence == {"session": 3, "because": "no_consent, pregnancy (LI4)"}


def test_needles_used_without_points_are_a_breach_only_without_clearance():
    assert find_breach(visit(limits=("deep",))) is None
    assert find_breach(visit(is_cleared=False)) is not None


@given(VISITS)
def test_breach_needs_needles_and_a_reason(one):
    found = find_breach(one)
    assert (found is not None) is (one.is_needled and (not one.is_cleared or bool(forbidden(one))))
    assert found is None or found.evidence["because"]


@given(VISITS, NEEDLES)
def test_further_needle_never_removes_a_breach(one, needle):
    more = VisitFacts(one.number, one.is_needled, one.is_cleared, one.reasons, one.limits, (*one.needles, needle))
    assert find_breach(one) is None or find_breach(more) is not None


@given(VISITS.filter(lambda one: bool(one.needles)), st.integers(0, DEEP_FROM_MM - 1))
def test_shallower_needles_never_add_one(one, depth_mm):
    shallow = tuple(NeedleFact(n.name, n.tags, depth_mm, n.stimulation) for n in one.needles)
    less = VisitFacts(one.number, one.is_needled, one.is_cleared, one.reasons, one.limits, shallow)
    assert {words.split(" (")[0] for words in forbidden(less)} <= {
        words.split(" (")[0] for words in forbidden(one)
    }
