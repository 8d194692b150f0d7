"""The calculation of an alert, in words."""

from __future__ import annotations

import pytest

from courses.alerts.sums import sums_of
from courses.models import Alert, AlertThreshold, Prior
from courses.rules.facts import Finding, Severity
from tests.courses.rules.making import expects, pain

pytestmark = pytest.mark.django_db


def found(rule="beyond_bounds", **evidence):
    return Finding(rule, 1, Severity.RED, evidence).as_json()


def frozen(score=7, **more):
    """The evidence for a score after a session that began with 4 and was expected to end with 4.2."""
    return {**pain(score, before=4, expected=expects(4.2)).evidence(**more)}


@pytest.fixture
def alert(clinic):
    """An alert of this clinic with some findings."""
    return lambda *findings: Alert(clinic=clinic, rule=Alert.Rule.PAIN, findings=list(findings))


def lines(one):
    return dict(one.lines)


def test_says_observed_expected_range_and_odds(alert):
    (one,) = sums_of(alert(found(**frozen())))
    assert one.observed == 7
    assert one.says == "Expected about 4, wide range 2 to 6 (9 in 10 scores). A score this high: about 1 in 8."
    assert lines(one)["Before this session"] == "4, a change of +3"
    assert lines(one)["Expected"] == "4.2; wide range 2 to 6 (9 in 10 scores)"
    assert lines(one)["Odds of this or higher"] == "about 1 in 8"
    assert lines(one)["This course's scores used"] == "6"
    assert "range-bar" in one.bar


def test_findings_of_one_score_are_one_sum_with_a_reason_each(alert):
    both = [found("plain_rise", **frozen()), found(**frozen(threshold=7.79, threshold_version="shipped"))]
    (one,) = sums_of(alert(*both))
    assert one.reasons == ("Fixed rule.", "Far above what was expected.")
    assert lines(one)["Alerts above"] == "7.8 (threshold as shipped)"


def test_newest_score_comes_first(alert):
    first, later = frozen(7), {**frozen(9), "session": 6}
    assert [one.observed for one in sums_of(alert(found(**first), found(**later)))] == [9, 7]


@pytest.mark.parametrize(("ratio", "words"), [(7.786, "7.8"), (64.2, "64"), (817.9, "820"), (12345.6, "12,000")])
def test_likelihood_ratio_is_said_no_finer_than_it_is_known(alert, ratio, words, settings):
    settings.USE_THOUSAND_SEPARATOR = True
    (one,) = sums_of(alert(found(**{**frozen(), "lr": ratio})))
    assert lines(one)["Likelihood ratio (LR*)"].startswith(f"{words} times likelier")


def test_prior_and_threshold_name_their_data(alert, clinic, at):
    Prior.objects.create(
        clinic=clinic, version=3, numbers={"version": "linden-3"}, n_patients=120, n_courses=130, n_scores=1862,
        fitted_at=at,
    )  # fmt: skip
    numbers = {"n_patients": 12, "n_scores": 1, "is_provisional": True}
    AlertThreshold.objects.create(
        clinic=clinic, version=2, budget_per_100=5, numbers=numbers, calibrated_at=at, is_in_use=True
    )
    evidence = {**frozen(threshold=7.79, threshold_version="v2"), "prior": "linden-3"}
    (one,) = sums_of(alert(found(**evidence)))
    assert lines(one)["Prior"] == "linden-3: learnt from 120 patients and 1,862 scores of this clinic"
    assert lines(one)["Alerts above"] == "7.8 (threshold v2, from 12 patients and 1 score, provisional)"


def test_another_clinics_prior_is_not_read(alert, stranger, at):
    Prior.objects.create(
        clinic=stranger.clinic, version=1, numbers={"version": "x-1"}, n_patients=9, n_courses=9, n_scores=99,
        fitted_at=at,
    )  # fmt: skip
    (one,) = sums_of(alert(found(**{**frozen(), "prior": "x-1"})))
    assert lines(one)["Prior"] == "x-1"


def test_without_a_curve_says_so_and_shows_no_range(alert):
    (one,) = sums_of(alert(found("plain_rise", **pain(9).evidence(because="high_and_rising"))))
    assert one.says == "The curve had no estimate yet. The fixed rules were applied."
    assert (one.bar, "Expected" in lines(one)) == ("", False)


def test_course_off_track_says_gain_and_chance(alert):
    evidence = {"gain": -0.061, "relief30": 0.001, "session": 5, "prior": "shipped", "n_scores": 10}
    (one,) = sums_of(alert(found("off_course", **evidence)))
    assert (
        one.says
        == "Pain so far 6% more than at the start; 1% chance of at least 30% less pain by the planned end."
    )
    assert lines(one)["Prior"].startswith("shipped: from published figures")


def test_red_flag_has_no_sum(alert):
    assert sums_of(alert(found("red_flag", flag="trauma"))) == []
