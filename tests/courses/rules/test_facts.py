"""The input of the rules, and their findings."""

from __future__ import annotations

import json

import pytest

from courses.rules.facts import Finding, Severity, most_severe
from tests.courses.rules.making import expects, pain


def test_severities_run_from_emergency_to_review():
    assert [str(severity) for severity in Severity] == ["E0", "E1", "E2", "red", "amber", "C", "review"]
    assert [severity.rank for severity in Severity] == list(range(7))


def test_most_severe_of_some():
    assert most_severe([Severity.AMBER, Severity.E1, Severity.RED]) == Severity.E1


def test_most_severe_of_none_is_an_error():
    with pytest.raises(ValueError, match="empty"):
        most_severe([])


def test_finding_is_frozen_as_plain_types():
    kept = Finding("drift", 1, Severity.AMBER, {"observed": 7, "expected": 4.2}).as_json()
    assert json.loads(json.dumps(kept)) == kept
    assert kept["severity"] == "amber"


def test_evidence_without_a_curve_names_only_what_was_seen():
    evidence = pain(7, before=4).evidence()
    assert evidence == {"timing": "after", "session": 5, "observed": 7, "before": 4, "bounds": "shipped"}


def test_evidence_with_a_curve_names_all_it_rests_on():
    evidence = pain(7, expected=expects(4.25)).evidence(threshold=10)
    assert evidence["expected"] == 4.25
    assert (evidence["low90"], evidence["high90"], evidence["one_in"], evidence["lr"]) == (2, 6, 8.0, 100.0)
    assert (evidence["prior"], evidence["n_scores"], evidence["threshold"]) == ("shipped", 6, 10)


@pytest.mark.parametrize(("score", "is_inside"), [(1, False), (2, True), (6, True), (7, False)])
def test_band_holds_its_ends(score, is_inside):
    assert expects().holds(score) is is_inside


def test_rises_are_unknown_without_something_to_compare_with():
    facts = pain(7)
    assert (facts.rise_in_session, facts.rise_over_last, facts.start) == (None, None, None)


def test_rises_are_taken_from_before_and_from_the_last_of_the_timing():
    facts = pain(7, before=4, earlier=(6, 5))
    assert (facts.rise_in_session, facts.rise_over_last, facts.start) == (3, 2, 6)
