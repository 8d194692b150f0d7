"""Recorded data: the scores of one course, and of many courses as flat arrays."""

from dataclasses import dataclass, replace
from enum import StrEnum

import numpy as np
import numpy.typing as npt

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Bools = npt.NDArray[np.bool_]

HIGHEST_SCORE = 10
N_SCORE_VALUES = HIGHEST_SCORE + 1
UNKNOWN_GROUP = ""


class Timing(StrEnum):
    """When a pain score was taken, relative to its session."""

    BEFORE = "before"
    AFTER = "after"
    DAY1 = "day1"
    DAY3 = "day3"
    OTHER = "other"


TIMINGS = tuple(Timing)
TIMING_CODE = {timing: code for code, timing in enumerate(TIMINGS)}
LATER_CODES = (TIMING_CODE[Timing.DAY1], TIMING_CODE[Timing.DAY3])


@dataclass(frozen=True, eq=False)
class CourseScores:
    """One course: week of each score since its first session, score 0-10 and timing, in any order.

    `group` is the type of neck pain; a type the Prior does not know uses the clinic's mean.
    `planned_end_week` None means that no end is planned. `patient` ties a patient's courses together.
    Raises ValueError naming the field that is wrong.
    """

    weeks: Floats
    scores: Ints
    timings: tuple[Timing, ...]
    group: str = UNKNOWN_GROUP
    planned_end_week: float | None = None
    patient: int = 0

    def __post_init__(self) -> None:
        object.__setattr__(self, "weeks", _weeks(self.weeks))
        object.__setattr__(self, "scores", _whole_scores(self.scores))
        object.__setattr__(self, "timings", tuple(Timing(timing) for timing in self.timings))
        if not len(self.weeks) == len(self.scores) == len(self.timings):
            raise ValueError("weeks, scores and timings must have the same length")
        end = self.planned_end_week
        if end is not None and not (np.isfinite(end) and end >= 0):
            raise ValueError("planned_end_week must be a finite number of weeks, not negative")

    @classmethod
    def of_one_timing(
        cls,
        weeks: npt.ArrayLike,
        *,
        scores: npt.ArrayLike,
        timing: Timing = Timing.BEFORE,
        group: str = UNKNOWN_GROUP,
        planned_end_week: float | None = None,
        patient: int = 0,
    ) -> "CourseScores":
        """Return the course with only the scores of one timing."""
        return cls(
            weeks=np.asarray(weeks, dtype=float),
            scores=np.asarray(scores),
            timings=(timing,) * np.size(weeks),
            group=group,
            planned_end_week=planned_end_week,
            patient=patient,
        )

    def __len__(self) -> int:
        return len(self.weeks)

    def until(self, week: float) -> "CourseScores":
        """Return the course with the scores taken up to a week."""
        kept = self.weeks <= week
        timings = tuple(timing for timing, is_kept in zip(self.timings, kept, strict=True) if is_kept)
        return replace(self, weeks=self.weeks[kept], scores=self.scores[kept], timings=timings)


def _weeks(weeks: Floats) -> Floats:
    values = np.asarray(weeks, dtype=float)
    if values.ndim != 1 or not np.all(np.isfinite(values)) or np.any(values < 0):
        raise ValueError("weeks must be finite numbers in one row, none negative")
    return values


def _whole_scores(scores: Ints) -> Ints:
    values = np.asarray(scores, dtype=float)
    in_range = (values >= 0) & (values <= HIGHEST_SCORE)
    if values.ndim != 1 or not np.all(in_range & (values == np.floor(values))):
        raise ValueError("scores must be whole numbers 0 to 10 in one row")
    return values.astype(np.int64)
