"""Many courses as flat arrays: one row per score, sorted by course, week, timing and score."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np

from courses.curve.scores import LATER_CODES, TIMING_CODE, TIMINGS, Bools, CourseScores, Floats, Ints


@dataclass(frozen=True, eq=False)
class Panel:
    """Ragged courses without objects: `starts[i]:starts[i + 1]` are the rows of course i.

    Rows: weeks, scores and timing codes (n_scores,). Courses: groups (indices into
    group_names), patients and planned ends in weeks (n_courses,), infinite if no end is planned.
    `source` (n_scores,) is each row's position in the given order: `facts[panel.source]` sorts facts alike.
    """

    starts: Ints
    weeks: Floats
    scores: Floats
    timings: Ints
    group_names: tuple[str, ...]
    groups: Ints
    patients: Ints
    planned_end_weeks: Floats
    source: Ints

    @classmethod
    def of(cls, courses: Sequence[CourseScores]) -> "Panel":
        """Return the panel of these courses, in their order; courses without scores keep their place."""
        lengths = np.array([len(course) for course in courses], dtype=np.int64)
        names = tuple(sorted({course.group for course in courses}))
        codes = [TIMING_CODE[timing] for course in courses for timing in course.timings]
        return cls.of_rows(
            np.repeat(np.arange(len(courses)), lengths),
            weeks=np.concatenate([course.weeks for course in courses]) if courses else np.zeros(0),
            scores=np.concatenate([course.scores for course in courses]) if courses else np.zeros(0),
            timings=np.array(codes, dtype=np.int64),
            group_names=names,
            groups=np.array([names.index(course.group) for course in courses], dtype=np.int64),
            patients=np.array([course.patient for course in courses], dtype=np.int64),
            planned_end_weeks=np.array(
                [np.inf if course.planned_end_week is None else course.planned_end_week for course in courses]
            ),
        )

    @classmethod
    def of_rows(
        cls,
        course: Ints,
        *,
        weeks: Floats,
        scores: Floats | Ints,
        timings: Ints,
        group_names: tuple[str, ...],
        groups: Ints,
        patients: Ints,
        planned_end_weeks: Floats,
    ) -> "Panel":
        """Return the panel of rows in any order; `course` (n_scores,) numbers the course of each row."""
        order = np.lexsort((scores, timings, weeks, course))
        starts = np.concatenate([[0], np.cumsum(np.bincount(course, minlength=len(groups)))])
        return cls(
            starts=starts.astype(np.int64),
            weeks=np.asarray(weeks, dtype=float)[order],
            scores=np.asarray(scores, dtype=float)[order],
            timings=np.asarray(timings, dtype=np.int64)[order],
            group_names=group_names,
            groups=np.asarray(groups, dtype=np.int64),
            patients=np.asarray(patients, dtype=np.int64),
            planned_end_weeks=np.asarray(planned_end_weeks, dtype=float),
            source=order,
        )

    @property
    def n_courses(self) -> int:
        return len(self.groups)

    @property
    def n_scores(self) -> int:
        return len(self.weeks)

    @property
    def n_patients(self) -> int:
        return len(np.unique(self.patients))

    @cached_property
    def lengths(self) -> Ints:
        """Number of scores of each course, (n_courses,)."""
        return np.diff(self.starts)

    @cached_property
    def course(self) -> Ints:
        """Course of each row, (n_scores,)."""
        return np.repeat(np.arange(self.n_courses), self.lengths)

    @cached_property
    def step(self) -> Ints:
        """Number of earlier rows of the same course, (n_scores,)."""
        return np.arange(self.n_scores) - self.starts[self.course]

    @cached_property
    def session(self) -> Ints:
        """Session of each row (n_scores,), numbered over the panel; day-1 and day-3 scores join the last one."""
        is_first = self.step == 0
        is_same_time = np.append(False, self.weeks[1:] == self.weeks[:-1]) & ~is_first
        is_later = np.isin(self.timings, LATER_CODES) & ~is_first
        return np.asarray(np.cumsum(~(is_same_time | is_later)) - 1)

    @cached_property
    def previous_of_timing(self) -> Ints:
        """Row of the last earlier score of the same course and timing, -1 for none, (n_scores,)."""
        order = np.lexsort((np.arange(self.n_scores), self.timings, self.course))
        series = self.course[order] * len(TIMINGS) + self.timings[order]
        previous = np.full(self.n_scores, -1)
        previous[order[1:]] = np.where(series[1:] == series[:-1], order[:-1], -1)
        return previous

    def back_of_timing(self, n: int) -> Ints:
        """Row of the last, second last ... n-th last earlier score of the timing, -1 for none, (n_scores, n)."""
        previous = np.append(self.previous_of_timing, -1)
        rows, columns = previous[:-1], []
        for _ in range(n):
            columns.append(rows)
            rows = previous[rows]
        return np.stack(columns, axis=1)

    @cached_property
    def lowest_earlier_of_timing(self) -> Floats:
        """The lowest earlier score of the same course and timing, infinite where there is none, (n_scores,)."""
        lowest = np.full(self.n_scores, np.inf)
        by_rank = np.argsort(self.n_earlier_of_timing, kind="stable")
        for rows in np.split(by_rank, np.cumsum(np.bincount(self.n_earlier_of_timing)))[1:]:
            last = self.previous_of_timing[rows]
            lowest[rows] = np.minimum(self.scores[last], lowest[last])
        return lowest

    @cached_property
    def is_repeat(self) -> Bools:
        """Whether the score equals the last earlier one of the same course and timing, (n_scores,)."""
        previous = self.previous_of_timing
        return np.asarray((previous >= 0) & (self.scores[previous] == self.scores))

    @cached_property
    def n_earlier_of_timing(self) -> Ints:
        """Number of earlier scores of the same course and timing, (n_scores,)."""
        return self._count_earlier(np.ones(self.n_scores, dtype=bool))

    @cached_property
    def n_earlier_repeats(self) -> Ints:
        """Number of earlier scores of the same course and timing that were repeats, (n_scores,)."""
        return self._count_earlier(self.is_repeat)

    def _count_earlier(self, counts: Bools) -> Ints:
        """Return how many earlier rows of the same course and timing count, (n_scores,)."""
        earlier = np.zeros(self.n_scores, dtype=np.int64)
        for code in np.unique(self.timings):
            is_counted = counts & (self.timings == code)
            running = np.append(0, np.cumsum(is_counted))
            since_start = running[:-1] - running[self.starts[self.course]]
            earlier = np.where(self.timings == code, since_start, earlier)
        return earlier

    def with_next(self, *, weeks: Floats, timings: Ints) -> "Panel":
        """Return the panel with a coming score, 0 for now, last in each course; arguments (n_courses,)."""
        ends = self.starts[1:]
        return replace(
            self,
            starts=self.starts + np.arange(self.n_courses + 1),
            weeks=np.insert(self.weeks, ends, weeks),
            scores=np.insert(self.scores, ends, 0.0),
            timings=np.insert(self.timings, ends, timings),
            source=np.insert(self.source, ends, -1),
        )

    def with_scores(self, scores: Floats) -> "Panel":
        """Return the panel with other scores (n_scores,) in the same rows."""
        return replace(self, scores=np.asarray(scores, dtype=float))

    def select(self, courses: Ints | Bools) -> "Panel":
        """Return the panel of some courses, given by number or by mask, in the order given."""
        chosen = np.flatnonzero(courses) if courses.dtype == np.bool_ else np.asarray(courses, dtype=np.int64)
        lengths = self.lengths[chosen]
        starts = np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64)
        offsets = np.arange(starts[-1]) - np.repeat(starts[:-1], lengths)
        rows = np.repeat(self.starts[chosen], lengths) + offsets
        return Panel(
            starts=starts,
            weeks=self.weeks[rows],
            scores=self.scores[rows],
            timings=self.timings[rows],
            group_names=self.group_names,
            groups=self.groups[chosen],
            patients=self.patients[chosen],
            planned_end_weeks=self.planned_end_weeks[chosen],
            source=self.source[rows],
        )

    def only_rows(self, kept: Bools) -> "Panel":
        """Return the panel with only the selected rows (n_scores,); courses keep their places."""
        return Panel.of_rows(
            self.course[kept],
            weeks=self.weeks[kept],
            scores=self.scores[kept],
            timings=self.timings[kept],
            group_names=self.group_names,
            groups=self.groups,
            patients=self.patients,
            planned_end_weeks=self.planned_end_weeks,
        )
