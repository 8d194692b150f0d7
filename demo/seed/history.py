"""Any number of past courses, from which a clinic's Prior is learned."""

from __future__ import annotations

import json
import uuid
from dataclasses import dataclass
from datetime import date, datetime, timedelta

import numpy as np

from clinic.models import Clinic, Membership
from courses import curve
from courses.curve.study.simulation import simulate
from courses.models import Course, PainScore, Protocol, Session
from demo.seed import people
from demo.seed.bulk import copy_rows, reserve_ids
from patients.models import PainType, Patient, PatientPainType

TYPES = ("axial", "radiculopathy", "sympathetic", "myofascial", "postural", "strain")
SHARES = (0.42, 0.26, 0.08, 0.12, 0.08, 0.04)
# Some patients stop before the planned end.
LEAST_KEPT = 0.5
CHUNK = 20_000


@dataclass(frozen=True)
class Staff:
    """Who treated, and by which plan."""

    clinic: Clinic
    practitioners: tuple[Membership, ...]
    protocol: Protocol


def write_history(
    staff: Staff, *, n_courses: int, n_known_people: int, rng: np.random.Generator, at: datetime
) -> None:
    """Completed courses in the two years before a time, each with a patient of its own."""
    for start in range(0, n_courses, CHUNK):
        _write_chunk(staff, min(CHUNK, n_courses - start), n_known_people + start, rng=rng, at=at)


def _write_chunk(
    staff: Staff, n_courses: int, first_person: int, *, rng: np.random.Generator, at: datetime
) -> None:
    planned = _planned_weeks(staff.protocol)
    n_held = np.maximum(3, (len(planned) * rng.uniform(LEAST_KEPT, 1.15, n_courses)).astype(int)).clip(
        max=len(planned)
    )
    starts = [(at - timedelta(days=int(days))).date() for days in rng.integers(100, 730, n_courses)]
    patients = reserve_ids(Patient, n_courses)
    courses = reserve_ids(Course, n_courses)
    sessions = reserve_ids(Session, int(n_held.sum()))
    types = rng.choice(TYPES, size=n_courses, p=SHARES)
    treaters = rng.integers(0, len(staff.practitioners), n_courses)
    _write_patients(staff, patients, first_person, types, starts, rng=rng, at=at)
    _write_courses(staff, courses, patients, treaters, starts, rng=rng)
    _write_visits(staff, courses, sessions, n_held, treaters, starts, types, planned, rng=rng)


def _planned_weeks(protocol: Protocol) -> np.ndarray:
    """The weeks of the planned sessions, counted from the start."""
    return np.array(
        [
            week + visit / n_visits
            for week, n_visits in enumerate(protocol.weekly_sessions)
            for visit in range(n_visits)
        ]
    )


def _write_patients(
    staff: Staff,
    ids: range,
    first_person: int,
    types: np.ndarray,
    starts: list[date],
    *,
    rng: np.random.Generator,
    at: datetime,
) -> None:
    clinic = staff.clinic
    ages = rng.integers(25 * 365, 78 * 365, len(ids))
    type_ids = dict(PainType.objects.for_clinic(clinic).values_list("code", "pk"))
    copy_rows(
        Patient,
        ["id", "uuid", "clinic", "given_name", "family_name", "born_on",
         "phone", "email", "language", "is_training", "created_at"],
        (
            (pk, _uuid(rng), clinic.pk, *people.name(person), at.date() - timedelta(days=int(age)),
             people.phone(person), people.email(person), "en", False, at)
            for pk, person, age in zip(ids, range(first_person, first_person + len(ids)), ages, strict=True)
        ),
    )  # fmt: skip
    copy_rows(
        PatientPainType,
        [
            "clinic",
            "patient",
            "pain_type",
            "status",
            "has_vertigo",
            "starts_on",
            "recorded_by",
            "recorded_at",
        ],
        (
            (clinic.pk, pk, type_ids[code], "confirmed", False, start, staff.practitioners[0].pk, at)
            for pk, code, start in zip(ids, types, starts, strict=True)
        ),
    )


def _write_courses(
    staff: Staff,
    ids: range,
    patients: range,
    treaters: np.ndarray,
    starts: list[date],
    *,
    rng: np.random.Generator,
) -> None:
    protocol = staff.protocol
    copy_rows(
        Course,
        ["id", "uuid", "clinic", "patient", "practitioner", "protocol", "complaint", "status", "starts_on",
         "weekly_sessions", "review_sessions", "hold_reason", "ended_on", "end_reason", "discharge_advice",
         "created_at"],
        (
            (pk, _uuid(rng), staff.clinic.pk, patient, staff.practitioners[treater].pk, protocol.pk, "Neck pain",
             "completed", start, protocol.weekly_sessions, protocol.review_sessions, "",
             start + timedelta(weeks=protocol.n_weeks), "as planned", "",
             datetime.combine(start, datetime.min.time(), staff.clinic.zone_info))
            for pk, patient, treater, start in zip(ids, patients, treaters, starts, strict=True)
        ),
    )  # fmt: skip


def _write_visits(
    staff: Staff,
    courses: range,
    sessions: range,
    n_held: np.ndarray,
    treaters: np.ndarray,
    starts: list[date],
    types: np.ndarray,
    planned: np.ndarray,
    *,
    rng: np.random.Generator,
) -> None:
    course = np.repeat(np.arange(len(courses)), n_held)
    number = np.concatenate([np.arange(n) for n in n_held])
    weeks = planned[number]
    before, after = _scores(course, weeks, types, planned_end=float(staff.protocol.n_weeks), rng=rng)
    hours = rng.integers(8, 18, len(course))
    zone = staff.clinic.zone_info
    held = [
        datetime.combine(starts[c] + timedelta(days=int(week * 7)), datetime.min.time(), zone)
        + timedelta(hours=int(hour))
        for c, week, hour in zip(course, weeks, hours, strict=True)
    ]
    cleared = json.dumps({"verdict": "clear", "reasons": []})
    clinic = staff.clinic.pk
    treating = [staff.practitioners[treaters[c]].pk for c in course]
    copy_rows(
        Session,
        ["id", "uuid", "clinic", "course", "number", "practitioner", "held_at", "is_needled", "clearance",
         "uncleared_reason", "note", "form_key", "logged_by", "logged_at"],
        (
            (pk, _uuid(rng), clinic, courses[c], int(n) + 1, who, at, True, cleared, "", "", _uuid(rng), who, at)
            for pk, c, n, who, at in zip(sessions, course, number, treating, held, strict=True)
        ),
    )  # fmt: skip
    copy_rows(
        PainScore,
        [
            "clinic",
            "course",
            "session",
            "timing",
            "score",
            "expected",
            "scored_at",
            "recorded_by",
            "recorded_at",
        ],
        (
            (clinic, courses[c], pk, timing, int(score), "{}", at, who, at)
            for pk, c, who, at, pair in zip(
                sessions, course, treating, held, zip(before, after, strict=True), strict=True
            )
            for timing, score in zip(("before", "after"), pair, strict=True)
        ),
    )


def _scores(
    course: np.ndarray, weeks: np.ndarray, types: np.ndarray, *, planned_end: float, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray]:
    """Before- and after-scores drawn from the shipped Prior; after is a little lower."""
    n_courses = len(types)
    panel = curve.Panel.of_rows(
        course,
        weeks=weeks,
        scores=np.zeros(len(weeks)),
        timings=np.zeros(len(weeks), dtype=np.int64),
        group_names=("",),
        groups=np.zeros(n_courses, dtype=np.int64),
        patients=np.arange(n_courses),
        planned_end_weeks=np.full(n_courses, planned_end),
    )
    before = np.empty(len(weeks))
    before[panel.source] = simulate(curve.SHIPPED_PRIOR, panel, rng=rng)
    after = np.clip(np.rint(before - rng.normal(0.7, 0.9, len(before))), 0, 10)
    return before, after


def _uuid(rng: np.random.Generator) -> uuid.UUID:
    return uuid.UUID(bytes=rng.bytes(16), version=4)
