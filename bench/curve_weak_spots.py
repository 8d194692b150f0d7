"""Known weaknesses of the curve, as they were and with each attempt to fix them, on every series in CURVE_SERIES.

Four of them: the rise after a good session, gaps of more than 8 weeks, courses that rise, and rises when most
scores are 0. The successful attempts are in the product, so "as it was" is the product without that part.
All is held out; every figure has its number of scores and, in a row of its own, its standard error by subject.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from bench.rivals.rows import written_higher
from bench.weak_spots import Tried, tried
from courses.curve import Panel, fit_prior
from courses.curve.predictive import SCORE_VALUES, running_likelihood_ratio
from courses.curve.scores import HIGHEST_SCORE, Bools, Floats, Ints
from courses.curve.study.evaluation import read_series
from courses.curve.study.folds import patient_folds
from courses.curve.study.scoring import caught_rises, error_by_subject, log_scores, randomised_pit

N_FOLDS, SEED = 5, 0
FALL, BACK_UP, RISE, LONG_GAP = 2, 2, 2.0, 8.0


@dataclass(frozen=True, eq=False)
class Held:
    """The predicted scores of a series, (n,) each: observed values, subjects, and predictions tried, (n, 11)."""

    scores: Ints
    subjects: Ints
    last: Ints
    fell: Bools
    gap: Floats
    is_rising: Bools
    tried: Tried


def held(path: Path) -> Held:
    """Predict a series by folds of subjects in all the ways tried."""
    with path.open(encoding="utf-8", newline="") as file:
        panel = read_series(file).panel
    folds = patient_folds(panel, n_folds=N_FOLDS, seed=SEED)
    parts, places = [], []
    for fold in range(N_FOLDS):
        prior = fit_prior(panel.select(folds != fold), version="fold", fitted_on="")
        parts.append(tried(prior, panel.select(folds == fold)))
        places.append(np.flatnonzero((folds == fold)[panel.course]))
    back = np.argsort(np.concatenate(places), kind="stable")
    told = np.flatnonzero(panel.step >= 2)
    return _held(panel, Tried.joined(parts).rows(back[told]), told=told)


def _held(panel: Panel, found: Tried, *, told: Ints) -> Held:
    scores = panel.scores.astype(np.int64)
    first = panel.scores[panel.starts[panel.course[told]]]
    recent = np.array([panel.scores[max(row - 3, panel.starts[panel.course[row]]) : row].mean() for row in told])
    return Held(
        scores=scores[told],
        subjects=panel.patients[panel.course[told]],
        last=scores[told - 1],
        fell=scores[told - 2] - scores[told - 1] >= FALL,
        gap=panel.weeks[told] - panel.weeks[told - 1],
        is_rising=recent - first >= RISE,
        tried=found,
    )


def measure() -> list[dict[str, object]]:
    """Return the figures of every series; empty if CURVE_SERIES names no folder."""
    folder = os.environ.get("CURVE_SERIES")
    paths = sorted(Path(folder).glob("*.csv")) if folder else []
    return [line for path in paths for line in _rows(path.stem, held(path))]


def _rows(name: str, one: Held) -> Iterator[dict[str, object]]:
    yield from _good_sessions(name, one)
    yield from _long_gaps(name, one)
    yield from _rising(name, one)
    yield from _floor(name, one)


def _good_sessions(name: str, one: Held) -> Iterator[dict[str, object]]:
    """After a fall of 2: how often a score 2 above the last one was predicted, and observed."""
    can = one.fell & (one.last + BACK_UP <= HIGHEST_SCORE)
    seen = (one.scores >= one.last + BACK_UP)[can].astype(float)
    if not can.any():
        return
    yield from _mean(f"{name}, back up after a good session: seen", seen, one.subjects[can], "share")
    for label, p in (("as it was", one.tried.unkept), ("kept", one.tried.product)):
        said = np.array([row[last + BACK_UP :].sum() for row, last in zip(p[can], one.last[can], strict=True)])
        what = f"{name}, back up after a good session, {label}"
        yield from _mean(f"{what}: said", said, one.subjects[can], "share")
        yield from _mean(f"{what}: said minus seen", said - seen, one.subjects[can], "share")
    yield from _gain(f"{name}, good sessions kept: log score gained", one, one.tried.product, one.tried.unkept)


def _long_gaps(name: str, one: Held) -> Iterator[dict[str, object]]:
    """Coverage of scores that came after more than 8 weeks."""
    is_long = one.gap > LONG_GAP
    if not is_long.any():
        return
    for label, p in (("as it was", one.tried.unforgetting), ("widened", one.tried.product)):
        pit = randomised_pit(p, scores=one.scores, seed=0)
        inside = ((pit >= 0.05) & (pit <= 0.95))[is_long].astype(float)
        what = f"{name}, gaps over 8 weeks, {label}: inside the wide range"
        yield from _mean(what, inside, one.subjects[is_long], "share")
    what = f"{name}, gaps over 8 weeks widened: log score gained there"
    yield from _gain(what, one, one.tried.product, one.tried.unforgetting, where=is_long)


def _rising(name: str, one: Held) -> Iterator[dict[str, object]]:
    """How far scores are above the expected mean if the last three are 2 above the first."""
    rows = one.is_rising
    ways = {
        "as it is": one.tried.product,
        "three accounts .80 .15 .05": one.tried.three_accounts,
        "two accounts .85 .15": one.tried.two_accounts,
        "shifts weighed in": one.tried.shifted,
        "bad sessions kept": one.tried.bad_kept,
    }
    for label, p in ways.items():
        if rows.any():
            above = (one.scores - p @ SCORE_VALUES)[rows]
            yield from _mean(
                f"{name}, rising courses, {label}: score above expected", above, one.subjects[rows], "points"
            )
        if label != "as it is":
            yield from _gain(f"{name}, {label}: log score gained", one, p, one.tried.unkept)


def _floor(name: str, one: Held) -> Iterator[dict[str, object]]:
    """The share of scores raised by 3 that LR* catches at 2.5 % false alarms, for three readings of a rise."""
    curve, raised = one.tried.unkept, one.tried.raised
    statistics = {
        "mean raised, as it was": np.maximum.accumulate(raised / curve, axis=1),
        "written score raised": np.maximum.accumulate(written_higher(curve) / curve, axis=1),
        "three parts mean, one part written": running_likelihood_ratio(curve, raised=raised),
    }
    caught = {label: caught_rises(value, scores=one.scores).astype(float) for label, value in statistics.items()}
    before = caught["mean raised, as it was"]
    for label, values in caught.items():
        yield from _mean(f"{name}, rise by 3, {label}: caught", values, one.subjects, "share")
        if values is not before:
            yield from _mean(f"{name}, rise by 3, {label}: more caught", values - before, one.subjects, "share")


def _gain(
    label: str, one: Held, p: Floats, before: Floats, *, where: Bools | None = None
) -> Iterator[dict[str, object]]:
    gained = log_scores(p, scores=one.scores) - log_scores(before, scores=one.scores)
    rows = np.ones(len(gained), dtype=bool) if where is None else where
    yield from _mean(label, gained[rows], one.subjects[rows], "nats")


def _mean(label: str, values: Floats, subjects: Ints, unit: str) -> Iterator[dict[str, object]]:
    base = {"unit": unit, "versus": "", "ratio": None, "n": len(values)}
    yield {"name": f"weak spots, {label}", "value": float(values.mean()), **base}
    error = error_by_subject(values, subjects=subjects)
    yield {"name": f"weak spots, {label}, standard error", "value": error, **base}


if __name__ == "__main__":
    for line in measure():
        print(line)
