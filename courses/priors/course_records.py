"""Scores as rows, and as the arrays for the healing curve."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

import numpy as np

from clinic.models import Clinic
from courses.curve import CourseScores, Timing
from courses.models import Course, PainScore
from courses.rules.worse_than_start import TimedScore, Worse, worse_than_start
from patients.counting import counted
from patients.models import PatientPainType
from patients.patient_file import curve_group, curve_groups

WEEK = timedelta(weeks=1)
# Columns of a score, in the order of ScoreRow.
FIELDS = ("pk", "timing", "score", "scored_at", "session__number", "recorded_at")


@dataclass(frozen=True)
class ScoreRow:
    """One score of a course with its time."""

    score_id: int | None
    timing: str
    score: int
    scored_at: datetime
    session_number: int | None = None
    recorded_at: datetime | None = None


@dataclass(frozen=True)
class Record:
    """What is known of one course at one time: its scores in order, its group, its planned end."""

    rows: tuple[ScoreRow, ...]
    group: str
    planned_end_week: float
    patient: int
    course: int | None = None

    def week(self, at: datetime) -> float:
        """Weeks since the course's first score, never negative."""
        return max((at - self.rows[0].scored_at) / WEEK, 0.0) if self.rows else 0.0

    def with_score(self, score: PainScore) -> Record:
        """The record with one more score."""
        rows = sorted([*self.rows, _row(score)], key=lambda row: row.scored_at)
        return replace(self, rows=tuple(rows))

    def worse_than_start(self) -> list[Worse]:
        """Timings whose latest scores are above the course's first."""
        return worse_than_start(
            [TimedScore(row.timing, row.score, row.scored_at, row.session_number) for row in self.rows]
        )

    def scores(self) -> CourseScores:
        """The record as input for the curve."""
        return CourseScores(
            weeks=np.array([self.week(row.scored_at) for row in self.rows], dtype=float),
            scores=np.array([row.score for row in self.rows], dtype=np.int64),
            timings=tuple(Timing(row.timing) for row in self.rows),
            group=self.group,
            planned_end_week=self.planned_end_week,
            patient=self.patient,
        )


def record_of(
    course: Course, *, at: datetime, rows: Sequence[PainScore] | None = None, group: str | None = None
) -> Record:
    """The record of one course, with the patient's type at the time unless it is given."""
    found = map(_row, rows) if rows is not None else _rows_of(course)
    return Record(
        rows=tuple(sorted(found, key=lambda row: row.scored_at)),
        group=group or curve_group(course.patient, on=course.clinic.local(at).date()),
        planned_end_week=float(len(course.weekly_sessions)),
        patient=course.patient_id,
        course=course.pk,
    )


def records_of(courses: Iterable[Course], *, clinic: Clinic, at: datetime) -> dict[int, Record]:
    """The records of many courses of a clinic by course id, in a fixed number of queries."""
    every = list(courses)
    groups = curve_groups(PatientPainType.objects.for_clinic(clinic), on=clinic.local(at).date())
    rows: dict[int, list[ScoreRow]] = {course.pk: [] for course in every}
    found = PainScore.objects.for_clinic(clinic).filter(course__in=every).order_by("course_id", "scored_at", "pk")
    for course_id, *values in found.values_list("course_id", *FIELDS):
        rows[course_id].append(ScoreRow(*values))
    return {
        course.pk: Record(
            rows=tuple(rows[course.pk]),
            group=groups.get(course.patient_id, "undiagnosed"),
            planned_end_week=float(len(course.weekly_sessions)),
            patient=course.patient_id,
            course=course.pk,
        )
        for course in every
    }


def worse_by_course(courses: Iterable[int], *, clinic: Clinic) -> dict[int, list[Worse]]:
    """The courses whose latest scores are above their first, by id, in one query and without the curve."""
    rows: dict[int, list[TimedScore]] = {}
    found = (
        PainScore.objects.for_clinic(clinic).filter(course__in=courses).order_by("course_id", "scored_at", "pk")
    )
    columns = ("course_id", "timing", "score", "scored_at", "session__number")
    for course_id, timing, score, scored_at, number in found.values_list(*columns):
        rows.setdefault(course_id, []).append(TimedScore(timing, score, scored_at, number))
    worse = {course_id: worse_than_start(scores) for course_id, scores in rows.items()}
    return {course_id: ones for course_id, ones in worse.items() if ones}


def clinic_records(clinic: Clinic, *, at: datetime) -> list[Record]:
    """Every course of a clinic, without test patients."""
    courses = counted(Course.objects.for_clinic(clinic))
    return list(records_of(courses, clinic=clinic, at=at).values())


def _rows_of(course: Course) -> Iterator[ScoreRow]:
    return (ScoreRow(*values) for values in course.scores.order_by("scored_at", "pk").values_list(*FIELDS))


def _row(score: PainScore) -> ScoreRow:
    number = score.session.number if score.session else None
    return ScoreRow(score.pk, score.timing, score.score, score.scored_at, number, score.recorded_at)
