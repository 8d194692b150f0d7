"""Predicted against observed, counted again in a simple way."""

from __future__ import annotations

from math import comb

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from courses.curve.reliability import (
    RARITY_EDGES,
    SaidSeen,
    exact_interval,
    held_by_wide_range,
    rarities,
)


def drawn(seed: int, n: int, *, sharper: float = 1.0) -> tuple[np.ndarray, np.ndarray]:
    """Chances of all kinds, and scores drawn from them, or from chances that are sharper."""
    rng = np.random.default_rng(seed)
    p = rng.dirichlet(rng.uniform(0.2, 3.0, 11), size=n)
    truth = p**sharper
    truth /= truth.sum(axis=1, keepdims=True)
    scores = (truth.cumsum(axis=1) < rng.random((n, 1))).sum(axis=1).clip(max=10)
    return p, scores


@given(st.integers(0, 10_000), st.integers(0, 60))
def test_bins_are_those_of_a_plain_recount(seed: int, n: int) -> None:
    p, scores = drawn(seed, n)
    for low, high, found in rarities(p, scores):
        expected, seen = 0.0, 0
        for chances, score in zip(p.tolist(), scores.tolist(), strict=True):
            for value in range(11):
                one_in = 1 / sum(chances[value:])
                if one_in >= low - 1e-9 and (high is None or one_in < high - 1e-9):
                    expected += chances[value]
                    seen += value == score
        assert (found.n, found.seen) == (n, seen)
        assert found.expected == pytest.approx(expected, abs=1e-9)


@given(st.integers(0, 10_000), st.integers(0, 60))
def test_wide_range_is_that_of_a_plain_recount(seed: int, n: int) -> None:
    p, scores = drawn(seed, n)
    chances, held = held_by_wide_range(p, scores)
    for row, score, chance, is_held in zip(p.tolist(), scores.tolist(), chances, held, strict=True):
        low = next(value for value in range(11) if sum(row[: value + 1]) >= 0.05 - 1e-12)
        high = next(value for value in range(11) if sum(row[: value + 1]) >= 0.95 - 1e-12)
        assert is_held == (low <= score <= high)
        assert chance == pytest.approx(sum(row[low : high + 1]))
        assert chance >= 0.9 - 1e-9


@pytest.mark.parametrize(("seen", "n"), [(0, 7), (1, 7), (3, 20), (20, 20), (41, 900)])
def test_interval_is_that_of_the_binomial_tails(seen: int, n: int) -> None:
    def at_most(k: int, share: float) -> float:
        return sum(comb(n, i) * share**i * (1 - share) ** (n - i) for i in range(k + 1))

    low, high = exact_interval(seen, n)
    assert low == 0 if seen == 0 else 1 - at_most(seen - 1, low) == pytest.approx(0.025, abs=1e-6)
    assert high == 1 if seen == n else at_most(seen, high) == pytest.approx(0.025, abs=1e-6)


def test_true_chances_are_called_off_no_more_often_than_by_chance() -> None:
    rows = [found for seed in range(60) for *_bin, found in rarities(*drawn(seed, 1_000)) if found.is_enough]
    assert len(rows) > 200
    assert sum(found.is_off for found in rows) / len(rows) <= 0.07


def test_chances_that_are_too_wide_are_found_out() -> None:
    rows = [found for *_bin, found in rarities(*drawn(3, 4_000, sharper=3.0)) if found.is_enough]
    assert len(rows) >= 4
    assert all(found.is_off and found.share < found.said for found in rows)


@pytest.mark.parametrize(
    ("n", "expected", "is_enough"), [(0, 0.0, False), (100, 4.9, False), (100, 5.0, True), (100, 95.1, False)]
)
def test_too_few_is_too_few_to_come_or_not_to_come(n: int, expected: float, is_enough: bool) -> None:
    assert SaidSeen(n, expected, 0).is_enough is is_enough


def test_nothing_was_said_of_no_score() -> None:
    found = rarities(np.empty((0, 11)), np.empty(0, dtype=int))
    assert [low for low, _high, _said in found] == list(RARITY_EDGES)
    assert all((said.n, said.said, said.share, said.interval) == (0, 0.0, 0.0, (0.0, 1.0)) for *_b, said in found)
