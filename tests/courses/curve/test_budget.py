from dataclasses import asdict, replace

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.curve import (
    SHIPPED_PRIOR,
    SHIPPED_THRESHOLD,
    AlertThreshold,
    HeldOut,
    Panel,
    Sessions,
    calibrate,
    held_out,
    predicted_by,
    threshold_for,
)
from courses.curve.alarm.alert_threshold import LEAST_THRESHOLD, exceeded_by
from courses.curve.alarm.joint import SINGLE_SHARE
from courses.curve.alarm.reference import pseudo_statistics, reference_statistics
from courses.curve.alarm.shift_memory import NEUTRAL_MEMORY
from courses.curve.study.budget_study import realised, series_check
from courses.curve.study.simulation import regular_panel, simulate


def no_sessions() -> Sessions:
    return Sessions(np.zeros(0), np.zeros(0, dtype=bool), 0, 0)


def drawn(n: int, *, factor: float = 1.0, fixed: float = 0.0, seed: int = 0) -> Sessions:
    """Return sessions drawn from the reference, their ratios multiplied, a share with alarms of fixed rules."""
    rng = np.random.default_rng(seed)
    statistic = factor * rng.choice(reference_statistics(), size=n)
    return Sessions(statistic, rng.random(n) < fixed, n, 100)


def test_shipped_threshold_is_that_of_no_sessions() -> None:
    found = asdict(threshold_for(no_sessions()))
    for name, value in asdict(SHIPPED_THRESHOLD).items():
        assert found[name] == (value if value is None else pytest.approx(value, rel=0.01)), name


def test_pseudo_values_are_four_hundred_with_their_first_sessions() -> None:
    assert len(pseudo_statistics()) == 480


def test_many_sessions_meet_the_budget() -> None:
    found = threshold_for(drawn(20_000), has_fixed_rules=False)
    assert found.realised_per_100 == pytest.approx(5.0, abs=0.05)
    assert not found.is_clamped


def test_fixed_rules_and_ratio_meet_the_budget_together() -> None:
    found = threshold_for(drawn(20_000, fixed=0.02))
    assert found.fixed_per_100 == pytest.approx(2.0, abs=0.3)
    assert found.realised_per_100 == pytest.approx(5.0, abs=0.05)


def test_ratio_keeps_one_in_a_hundred_beside_busy_fixed_rules() -> None:
    sessions = drawn(20_000, fixed=0.2)
    found = threshold_for(sessions)
    assert found.is_fixed_rules_over_budget
    assert found.realised_per_100 - found.fixed_per_100 == pytest.approx(1.0, abs=0.05)


def test_budget_below_fixed_rules_and_one_in_a_hundred_is_not_met() -> None:
    """Fixed rules of 2 in 100 and a budget of 2.5: the rate is 3, and the page says so."""
    found = threshold_for(drawn(20_000, fixed=0.02), budget_per_100=2.5)
    assert not found.is_fixed_rules_over_budget
    assert found.is_budget_below_least
    assert found.realised_per_100 == pytest.approx(found.least_per_100, abs=0.05)


def test_least_is_never_above_what_is_spendable() -> None:
    found = threshold_for(drawn(5_000, factor=0.001))
    assert found.spendable_per_100 is not None
    assert found.least_per_100 == pytest.approx(min(1.0, found.spendable_per_100))
    assert not found.is_budget_below_least


def test_threshold_is_held_at_three_times_the_reference() -> None:
    found = threshold_for(drawn(5_000, factor=100.0))
    assert found.is_clamped
    assert found.threshold == found.reference_threshold * 3


def test_nothing_holds_the_threshold_up_but_that_scores_must_speak_for_a_rise() -> None:
    """If few scores are unusual the threshold falls; the page shows the rest of the budget."""
    found = threshold_for(drawn(5_000, factor=0.01))
    assert not found.is_clamped
    assert found.threshold == LEAST_THRESHOLD < found.reference_threshold / 3
    assert found.spendable_per_100 == pytest.approx(found.realised_per_100)
    assert found.unspendable_per_100 == pytest.approx(5.0 - found.realised_per_100)
    assert found.unspendable_per_100 > 3


@pytest.fixture(scope="module")
def diary() -> HeldOut:
    panel = regular_panel(n_courses=500, n_scores=12)
    panel = panel.with_scores(simulate(SHIPPED_PRIOR, panel, rng=np.random.default_rng(8)))
    return predicted_by(SHIPPED_PRIOR, panel, has_memory=True)


@pytest.mark.parametrize("budget", [1.0, 2.5, 5.0])
def test_ratio_and_memory_meet_the_budget_together(diary: HeldOut, budget: float) -> None:
    sessions = Sessions.of(diary)
    found = threshold_for(sessions, budget_per_100=budget, has_fixed_rules=False)
    assert found.realised_per_100 == pytest.approx(budget, abs=0.06)
    alone = sessions.rate_per_100(found.threshold)
    assert alone == pytest.approx(SINGLE_SHARE * budget, rel=0.05)


def test_memory_and_fixed_rules_share_one_budget(diary: HeldOut) -> None:
    fixed = np.random.default_rng(1).random(diary.panel.n_scores) < 0.02
    found = threshold_for(Sessions.of(diary, is_fixed_alarm=fixed))
    assert found.realised_per_100 == pytest.approx(5.0, abs=0.1)
    assert NEUTRAL_MEMORY < found.memory_threshold < np.inf


def test_memory_takes_what_single_scores_cannot_spend(diary: HeldOut) -> None:
    """A clinic with fewer unusual scores: without LR*, memory gets the whole budget."""
    mute = replace(diary, raised=diary.p)
    found = threshold_for(Sessions.of(mute), budget_per_100=3.0, has_fixed_rules=False)
    assert found.realised_per_100 == pytest.approx(3.0, abs=0.06)


def test_earlier_rows_without_memory_work_with_the_shipped_one() -> None:
    numbers = {name: value for name, value in asdict(SHIPPED_THRESHOLD).items() if "memory" not in name}
    del numbers["spendable_per_100"]
    assert AlertThreshold(**numbers).memory_threshold == SHIPPED_THRESHOLD.memory_threshold


@given(budget=st.floats(0, 100), n=st.integers(0, 60), seed=st.integers(0, 5))
def test_threshold_is_finite_for_any_budget(budget: float, n: int, seed: int) -> None:
    found = threshold_for(drawn(n, seed=seed), budget_per_100=budget)
    assert 1.0 <= found.threshold <= found.quarter_threshold < np.inf


def test_larger_budget_never_raises_the_threshold() -> None:
    thresholds = [threshold_for(drawn(800), budget_per_100=b).threshold for b in (1, 3, 5, 8, 20)]
    assert thresholds == sorted(thresholds, reverse=True)


def test_few_patients_are_provisional(forty: Panel) -> None:
    few = calibrate(forty.select(np.arange(10)), fit=lambda _: SHIPPED_PRIOR)
    many = calibrate(forty, fit=lambda _: SHIPPED_PRIOR)
    assert few.is_provisional
    assert not many.is_provisional
    assert many.n_scores == forty.n_scores - 2 * 40


def test_jump_of_the_threshold_needs_approval() -> None:
    calm, loud = (threshold_for(drawn(5_000, factor=factor)) for factor in (1.0, 1.5))
    assert loud.needs_approval(earlier=calm)
    assert not calm.needs_approval(earlier=calm)


def test_mass_between_order_statistics_is_linear() -> None:
    values, weights = np.array([1.0, 4.0, 2.0]), np.array([1.0, 1.0, 2.0])
    assert exceeded_by(values, weights=weights, mass=2.0) == pytest.approx(3.0)


def test_series_meets_its_budget(clinic: Panel) -> None:
    predictions = held_out(clinic, fit=lambda _: SHIPPED_PRIOR, has_memory=True)
    rate, error = series_check(predictions, budget_per_100=2.5, n_resamples=60)
    assert abs(rate - 2.5) < 2.5 * error


def test_simulated_clinics_meet_their_budget() -> None:
    rates = np.array([realised(seed=seed, n_patients=25).per_100 for seed in range(3)])
    assert abs(rates.mean() - 5.0) < 2.0
