"""A clinic's courses for the nightly fit: arrays, with the facts of each row and each session."""

from __future__ import annotations

from collections.abc import Callable, Hashable
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np

from clinic.models import Clinic
from courses import curve
from courses.curve.predictive import SCORE_VALUES
from courses.priors.adopted import bounds_of
from courses.priors.course_records import Record, ScoreRow, clinic_records
from courses.priors.fixed_rules import fixed_alarms, sessions_of
from courses.rules.bounds import SHIPPED_BOUNDS, RuleBounds
from courses.rules.facts import Expectation

MILD, MODERATE = 3, 6


@dataclass(frozen=True)
class Evidence:
    """All courses of a clinic at one time."""

    clinic: Clinic
    records: tuple[Record, ...]
    bounds: RuleBounds = SHIPPED_BOUNDS

    @classmethod
    def of(cls, clinic: Clinic, *, at: datetime) -> Evidence:
        """Every course but those of test patients."""
        return cls(clinic, tuple(clinic_records(clinic, at=at)), bounds_of(clinic))

    @cached_property
    def panel(self) -> curve.Panel:
        """The scores as arrays."""
        return curve.Panel.of([record.scores() for record in self.records])

    @cached_property
    def rows(self) -> list[tuple[Record, ScoreRow]]:
        """Each score with its course, in the order in which the panel got them."""
        return [(record, row) for record in self.records for row in record.rows]

    @cached_property
    def session_numbers(self) -> list[int]:
        """The session of each row, in the order of `rows`."""
        return sessions_of(self.records)

    def is_recorded_after(self, at: datetime | None) -> np.ndarray:
        """For each row of the panel, whether it was recorded after a time; always true without a time."""
        facts = [
            at is None or (row.recorded_at is not None and row.recorded_at > at) for _record, row in self.rows
        ]
        return np.array(facts, dtype=bool)[self.panel.source]

    def sessions(self, predictions: curve.HeldOut) -> curve.Sessions:
        """What raises an alarm at each session under some predictions, fixed rules included."""
        in_order = np.argsort(self.panel.source)
        every = expectations_of(predictions)
        expected = iter([every[place] for place in in_order])
        alarms = [
            alarm
            for record in self.records
            for alarm in fixed_alarms(record, [next(expected) for _row in record.rows], bounds=self.bounds)
        ]
        numbers = np.array(self.session_numbers, dtype=np.int64)
        source = self.panel.source
        return curve.Sessions.of(
            predictions,
            is_fixed_alarm=np.array(alarms, dtype=bool)[source],
            session=numbers[source],
            least_excess=self.bounds.excess,
        )

    def label_sessions(self, label: Callable[[Record, ScoreRow], Hashable]) -> list[Hashable]:
        """A label for each session, in the order of `sessions`, from its first score."""
        first: dict[int, Hashable] = {}
        for number, (record, row) in zip(self.session_numbers, self.rows, strict=True):
            first.setdefault(number, label(record, row))
        return list(first.values())

    def month(self, _record: Record, row: ScoreRow) -> str:
        """The clinic's month in which a score was taken."""
        return f"{self.clinic.local(row.scored_at):%Y-%m}"


def expectations_of(predictions: curve.HeldOut) -> list[Expectation | None]:
    """The values that the fixed rules need from each row's prediction, in the order of the panel."""
    p, can_tell = predictions.p, predictions.can_tell
    means, points90 = p @ SCORE_VALUES, (np.cumsum(p, axis=1) < 0.9).sum(axis=1)
    return [
        _bare(mean, point90) if is_told else None
        for mean, point90, is_told in zip(means.tolist(), points90.tolist(), can_tell.tolist(), strict=True)
    ]


def _bare(mean: float, point90: int) -> Expectation:
    """An expectation with only the values for the fixed rules."""
    nothing = (0.0,) * 11
    return Expectation(mean, 0, 10, 0, 10, point90, lr_star=nothing, one_in=nothing, n_scores=0, prior_version="")


def start_band(record: Record, _row: ScoreRow) -> str:
    """How a course began: mild, moderate or severe pain."""
    start = record.rows[0].score
    return "0-3" if start <= MILD else "4-6" if start <= MODERATE else "7-10"


def session_number(_record: Record, row: ScoreRow) -> str:
    """The number of the session in its course; the late ones together."""
    number = row.session_number or 0
    return str(number) if number < 10 else "10+"
