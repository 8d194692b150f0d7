"""The evaluation protocol: 5 folds by subject, every score of a file predicted from its earlier ones."""

import csv
import re
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TextIO

import numpy as np

from courses.curve.fit import fit_prior
from courses.curve.panel import Panel
from courses.curve.predictive import SCORE_VALUES
from courses.curve.prior import Prior
from courses.curve.scores import HIGHEST_SCORE, N_SCORE_VALUES, Bools, Floats
from courses.curve.study.folds import HeldOut, Progress, held_out
from courses.curve.study.rises import RiseFigures, Rises, as_numbers, figures_of, predict_rises
from courses.curve.study.scoring import (
    caught_rises,
    error_by_subject,
    likelihood_ratio_statistic,
    quality_values,
    tail_statistic,
)

COLUMNS = ("subject", "week", "score")
NUMBER = re.compile(r"[+-]?([0-9]+\.?[0-9]*|\.[0-9]+)(e[+-]?[0-9]{1,3})?", re.IGNORECASE)
# A hundred years: anything later is in another unit, and its square would leave no digit for the score.
LATEST_WEEK = 5_200
PREDICTION_COLUMNS = (
    *COLUMNS,
    "mean",
    *(f"p{score}" for score in range(N_SCORE_VALUES)),
    "lr",
    "alarm",
    "fold",
)


class BadFileError(ValueError):
    """The file cannot be evaluated; the message names the line and the reason."""


@dataclass(frozen=True, eq=False)
class Series:
    """The subjects of a file, in the order of their names, and their scores as a panel."""

    subjects: tuple[str, ...]
    panel: Panel


def decoded(content: bytes) -> str:
    """Return the text of a UTF-8 file; BadFileError names the first line that is not."""
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        raise BadFileError(f"line {line}: not UTF-8 text ({error.reason})") from error


def read_series(file: TextIO) -> Series:
    """Return the series of a CSV file (subject, week, score); BadFileError names the first bad line."""
    reader = csv.reader(file, strict=True)
    try:
        header = [name.strip() for name in next(reader, [])]
        places = _places(header)
        rows = [_parsed(row, places=places, header=header, line=reader.line_num) for row in reader if row]
    except csv.Error as error:
        raise BadFileError(f"line {reader.line_num}: {error}") from error
    if not rows:
        raise BadFileError(f"line {max(reader.line_num, 1)}: no scores")
    return _series(rows)


def _places(header: Sequence[str]) -> tuple[int, int, int]:
    header = [name.removeprefix("\ufeff") for name in header]
    for name in COLUMNS:
        if header.count(name) != 1:
            raise BadFileError(
                f"line 1: column {name!r} must be there once, found: {', '.join(header) or 'nothing'}"
            )
    subject, week, score = (header.index(name) for name in COLUMNS)
    return subject, week, score


def _parsed(
    row: Sequence[str], *, places: tuple[int, int, int], header: Sequence[str], line: int
) -> tuple[str, float, int]:
    if len(row) != len(header):
        raise BadFileError(f"line {line}: {len(row)} fields where the header has {len(header)}")
    subject, week, score = (row[place].strip() for place in places)
    if not subject:
        raise BadFileError(f"line {line}: subject is empty")
    return subject, _week(week, line=line), _score(score, line=line)


def _week(text: str, *, line: int) -> float:
    if not NUMBER.fullmatch(text):
        raise BadFileError(f"line {line}: week {text!r} is not a number")
    week = float(text)
    if not 0 <= week <= LATEST_WEEK:
        raise BadFileError(f"line {line}: week {text!r} must be from 0 to {LATEST_WEEK}")
    return week


def _score(text: str, *, line: int) -> int:
    if not NUMBER.fullmatch(text):
        raise BadFileError(f"line {line}: score {text!r} is not a number")
    score = float(text)
    if not 0 <= score <= HIGHEST_SCORE:
        raise BadFileError(f"line {line}: score {text!r} must be a whole number 0 to 10")
    if score != int(score):
        raise BadFileError(f"line {line}: score {text!r} must be a whole number 0 to 10: round first")
    return int(score)


def _series(rows: Sequence[tuple[str, float, int]]) -> Series:
    number = {subject: place for place, subject in enumerate(sorted({row[0] for row in rows}, key=_in_order))}
    n_subjects = len(number)
    panel = Panel.of_rows(
        np.array([number[row[0]] for row in rows]),
        weeks=np.array([row[1] for row in rows]),
        scores=np.array([row[2] for row in rows]),
        timings=np.zeros(len(rows), dtype=np.int64),
        group_names=("",),
        groups=np.zeros(n_subjects, dtype=np.int64),
        patients=np.arange(n_subjects),
        planned_end_weeks=np.full(n_subjects, np.inf),
    )
    return Series(tuple(number), panel)


def _in_order(subject: str) -> list[tuple[int, int, str]]:
    """The sort key of a subject, whatever the order of the rows: 2 before 10, as people count."""
    parts = re.split("([0-9]+)", subject)
    return [(0, int(part), part) if part.isdecimal() else (1, 0, part) for part in parts]


def _fitted(panel: Panel) -> Prior:
    return fit_prior(panel, version="fold", fitted_on="")


def predict_series(
    series: Series,
    *,
    n_folds: int = 5,
    seed: int = 0,
    has_memory: bool = False,
    progress: Progress | None = None,
) -> HeldOut:
    """Predict every score, from the third of its subject on, under a Prior fitted to the other folds."""
    return held_out(
        series.panel, fit=_fitted, n_folds=n_folds, seed=seed, has_memory=has_memory, progress=progress
    )


def summarise(predictions: HeldOut, *, seconds: float) -> dict[str, float | int | None]:
    """Return the protocol's figures as plain numbers, each with its standard error by subject (`_se`); None
    if no score was predicted.
    """
    told, panel = predictions.can_tell, predictions.panel
    scores, p, curve = predictions.scores[told], predictions.p[told], predictions.curve[told]
    statistics = {
        "sens3_at_025_lr": likelihood_ratio_statistic(curve, raised=predictions.raised[told]),
        "sens3_at_025_tail": tail_statistic(p),
    }
    values: dict[str, Floats | Bools] = {**quality_values(p, scores=scores)} if len(scores) else {}
    for name, statistic in statistics.items() if len(scores) else ():
        values[name] = caught_rises(statistic, scores=scores)
    subjects = panel.patients[panel.course[told]]
    names = ("log_score", "crps", "coverage90", "upper975", *statistics)
    errors = {name: error_by_subject(value, subjects=subjects) for name, value in values.items()}
    return {
        "n_subjects": panel.n_patients,
        "n_scores": panel.n_scores,
        "n_predicted": len(scores),
        **{name: float(values[name].mean()) if name in values else None for name in names},
        **{f"{name}_se": errors.get(name) for name in names},
        "seconds": round(seconds, 3),
    }


def write_predictions(predictions: HeldOut, *, joint: Floats, subjects: Sequence[str], file: TextIO) -> None:
    """Write one CSV row per predicted score, by subject and week; `joint` (n_scores,) above 1 is an alarm."""
    writer = csv.writer(file, lineterminator="\n")
    writer.writerow(PREDICTION_COLUMNS)
    panel, lr_star = predictions.panel, predictions.lr_star()
    for row in np.flatnonzero(predictions.can_tell):
        p = predictions.p[row]
        writer.writerow(
            [
                subjects[panel.course[row]],
                repr(float(panel.weeks[row])),
                int(panel.scores[row]),
                f"{p @ SCORE_VALUES:.6f}",
                *(f"{value:.8g}" for value in p),
                f"{lr_star[row]:.8g}",
                f"{joint[row]:.8g}",
                int(predictions.fold[row]),
            ]
        )


@dataclass(frozen=True, eq=False)
class Evaluation:
    """The results of the protocol: predictions, figures, and the rises (only the untouched series without any)."""

    predictions: HeldOut
    figures: dict[str, float | int | None]
    found: list[Rises]
    rises: RiseFigures

    def joint(self) -> Floats:
        """Return the joint statistic of each score: above 1 there is an alarm, at 2.5 % of predicted scores."""
        return self.rises.joint_statistic(self.found[0])


def evaluate(
    series: Series,
    *,
    n_folds: int = 5,
    seed: int = 0,
    kinds: Sequence[str] = (),
    progress: Progress | None = None,
) -> Evaluation:
    """Run the protocol; `kinds` of rises are added to the held-out courses, which are then predicted again."""
    started = time.perf_counter()
    predictions, found = predict_rises(
        series.panel, fit=_fitted, n_folds=n_folds, seed=seed, kinds=kinds, progress=progress
    )
    rises = figures_of(found)
    figures = summarise(predictions, seconds=time.perf_counter() - started)
    return Evaluation(predictions, {**figures, **(as_numbers(rises) if kinds else {})}, found, rises)
