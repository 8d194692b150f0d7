"""Whether the line follows the patient, and what its projection covers: every CSV series in CURVE_SERIES.

The line is drawn under the Prior of the folds without the patient, from all scores of the course: the last three
points of the line are compared with the mean of the last three scores. The projection after each score, from the
second on, is compared with the later scores.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from courses.curve import CourseScores, Panel, Prior, Timing, condition, fit_prior
from courses.curve.study.evaluation import read_series
from courses.curve.study.folds import patient_folds

LEAST_SCORES, N_ENDS, CLEAR = 6, 3, 2.0
N_FOLDS = 5
HORIZONS = ((0.0, 3.0), (3.0, 6.0), (6.0, 12.0))


@dataclass(frozen=True)
class Followed:
    """How one course changed from its first to its last three scores, and its line; the distance at their ends."""

    change: float
    line_change: float
    end_apart: float


@dataclass(frozen=True)
class Ahead:
    """One later score: weeks ahead, its distance from the projection, how much of its point is in each band."""

    gap: float
    error: float
    in50: float
    in90: float


def courses_of(path: Path) -> Iterator[tuple[Prior, CourseScores]]:
    """Each course of a series with a Prior that has not seen it."""
    with path.open(encoding="utf-8", newline="") as file:
        panel = read_series(file).panel
    folds = patient_folds(panel, n_folds=N_FOLDS, seed=0)
    for fold in range(N_FOLDS):
        prior = fit_prior(panel.select(folds != fold), version="fold", fitted_on="")
        yield from ((prior, _course(panel, int(number))) for number in np.flatnonzero(folds == fold))


def followed(prior: Prior, course: CourseScores) -> Followed:
    """The line beside the scores."""
    line, scores = condition(prior, course).level(course.weeks, Timing.BEFORE), course.scores
    first, last = slice(None, N_ENDS), slice(-N_ENDS, None)
    return Followed(
        float(scores[last].mean() - scores[first].mean()),
        float(line[last].mean() - line[first].mean()),
        float(abs(line[last].mean() - scores[last].mean())),
    )


def ahead(prior: Prior, course: CourseScores) -> Iterator[Ahead]:
    """Every projection of a course beside every later score."""
    for n in range(2, len(course)):
        known = course.until(float(course.weeks[n - 1]))
        coming = course.weeks > known.weeks.max()
        if not coming.any():
            continue
        weeks, scores = course.weeks[coming], course.scores[coming]
        bands = condition(prior, known).bands(weeks, Timing.BEFORE)
        for place, (week, score) in enumerate(zip(weeks, scores, strict=True)):
            yield Ahead(
                float(week - known.weeks.max()),
                float(abs(bands.mean[place] - score)),
                _inside(int(score), bands.lower50[place], bands.upper50[place]),
                _inside(int(score), bands.lower90[place], bands.upper90[place]),
            )


def _inside(score: int, low: float, high: float) -> float:
    """The share of the point around a score that is inside a band: the average of the randomised PIT."""
    low, high = (-0.5 if low <= 0 else low), (10.5 if high >= 10 else high)
    return float(np.clip(min(high, score + 0.5) - max(low, score - 0.5), 0.0, 1.0))


def measure() -> list[dict[str, object]]:
    """Return the figures over all series together; empty if CURVE_SERIES names no folder."""
    folder = os.environ.get("CURVE_SERIES")
    pairs = [pair for path in sorted(Path(folder).glob("*.csv")) for pair in courses_of(path)] if folder else []
    if not pairs:
        return []
    lines = [followed(prior, course) for prior, course in pairs if len(course) >= LEAST_SCORES]
    came = [one for prior, course in pairs for one in ahead(prior, course)]
    return [*_line_rows(lines), *_projection_rows(came)]


def _line_rows(lines: list[Followed]) -> list[dict[str, object]]:
    rose = [one for one in lines if one.change >= CLEAR]
    fell = [one for one in lines if one.change <= -CLEAR]
    far = sum(one.end_apart > 1.5 for one in lines)
    return [
        _row("rose by 2: line rises by 1", sum(one.line_change >= 1 for one in rose), "courses", len(rose)),
        _row("rose by 2: line falls", sum(one.line_change < 0 for one in rose), "courses", len(rose)),
        _row("fell by 2: line falls by 1", sum(one.line_change <= -1 for one in fell), "courses", len(fell)),
        _row("line ends 1.5 from the scores", far / max(len(lines), 1), "share", len(lines)),
    ]


def _projection_rows(came: list[Ahead]) -> list[dict[str, object]]:
    rows = []
    for low, high in HORIZONS:
        some = [one for one in came if low < one.gap <= high]
        if some:
            about = f"{low:.0f} to {high:.0f} weeks ahead"
            rows += [
                _row(f"{about}: mean error", float(np.mean([one.error for one in some])), "points", len(some)),
                _row(
                    f"{about}: inside the usual range",
                    float(np.mean([one.in50 for one in some])),
                    "share",
                    len(some),
                ),
                _row(
                    f"{about}: inside the wide range",
                    float(np.mean([one.in90 for one in some])),
                    "share",
                    len(some),
                ),
            ]
    return rows


def _course(panel: Panel, number: int) -> CourseScores:
    rows = slice(panel.starts[number], panel.starts[number + 1])
    return CourseScores.of_one_timing(panel.weeks[rows], scores=panel.scores[rows])


def _row(name: str, value: float, unit: str, n: int) -> dict[str, object]:
    return {"name": f"line: {name}", "value": float(value), "unit": unit, "versus": "", "ratio": None, "n": n}


if __name__ == "__main__":
    for line in measure():
        print(line)
