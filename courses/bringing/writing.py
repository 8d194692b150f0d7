"""Writes what was planned: records, courses, sessions and scores, in parts that an undo can take away again.

Nothing here judges a score, raises an alert, or writes to anybody: what is brought along is history.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice
from typing import Any

from django.db.models import Model
from django.utils.translation import gettext as _

from clinic.models import Membership
from courses.bringing.copying import copy_rows
from courses.bringing.file_choices import Choices
from courses.bringing.planned import Plan, PlannedCourse, PlannedRecord, PlannedSession
from courses.bringing.reading import Step
from courses.models import Course, HistoryImport, ImportPart, PainScore, Protocol, Session
from patients.identity.seal import Seal, rows_of, seal_of_rows
from patients.models import Patient

AT_ONCE = 500


def write_plan(
    row: HistoryImport, plan: Plan, choices: Choices, *, by: Membership, at: datetime, step: Step | None = None
) -> None:
    """All of it, in the caller's transaction."""
    protocol = Protocol.objects.for_clinic(row.clinic).get(pk=choices.protocol)
    writer = _Writer(row, protocol, by=by, at=at)
    n_done, records = 0, iter(plan.records)
    while some := list(islice(records, AT_ONCE)):
        writer.write(some)
        n_done += len(some)
        if step is not None:
            step(n_done, len(plan.records))


class _Writer:
    def __init__(self, row: HistoryImport, protocol: Protocol, *, by: Membership, at: datetime) -> None:
        self.row, self.reviews, self.end_reason = row, protocol.review_sessions, _("Imported as a past course")
        clinic = row.clinic
        # What all rows of a table have in common.
        self.patient = Patient(clinic=clinic, language=clinic.languages[0] if clinic.languages else "en")
        weeks = list(protocol.weekly_sessions)
        self.course = Course(clinic=clinic, protocol=protocol, weekly_sessions=weeks, brought_by=row)
        # Nobody asked for a clearance here; none is made up.
        self.session = Session(clinic=clinic, clearance={}, logged_by=by, logged_at=at)
        self.score = PainScore(clinic=clinic, recorded_by=by, recorded_at=at)

    def write(self, records: Sequence[PlannedRecord]) -> None:
        """Some records with all that belongs to them."""
        new = [record for record in records if record.known.pk is None]
        keys = iter(copy_rows(self.patient, [_patient_row(record) for record in new]))
        patients = [record.known.pk or next(keys) for record in records]
        pairs = [
            (course, patient)
            for record, patient in zip(records, patients, strict=True)
            for course in record.courses
        ]
        courses = copy_rows(self.course, [self._course_row(*pair) for pair in pairs])
        rows = [
            self._session_row(course, number, session)
            for course, (planned, _patient) in zip(courses, pairs, strict=True)
            for number, session in enumerate(planned.sessions, start=1)
        ]
        sessions = copy_rows(self.session, rows)
        planned_sessions = (session for planned, _patient in pairs for session in planned.sessions)
        scores = [
            score
            for key, row, session in zip(sessions, rows, planned_sessions, strict=True)
            for score in _score_rows(key, row["course_id"], session)
        ]
        on_file = {key for record in records if (key := record.known.pk)}
        self._seal(patients, [key for key in patients if key not in on_file], courses, sessions, scores)

    def _seal(
        self,
        patients: list[int],
        new: list[int],
        courses: list[int],
        sessions: list[int],
        scores: list[dict[str, Any]],
    ) -> None:
        written: dict[type[Model], list[int]] = {
            Patient: new,
            Course: courses,
            Session: sessions,
            PainScore: copy_rows(self.score, scores),
        }
        ImportPart.objects.create(
            clinic=self.row.clinic,
            history_import=self.row,
            patients=patients,
            new_patients=new,
            seal=_seal(patients, written),
        )

    def _course_row(self, planned: PlannedCourse, patient: int) -> dict[str, Any]:
        n_held, is_open = len(planned.sessions), planned.is_open
        return {
            "patient_id": patient,
            "practitioner_id": planned.practitioner,
            "complaint": planned.complaint,
            "status": (Course.Status.ACTIVE if is_open else Course.Status.COMPLETED).value,
            "starts_on": planned.starts_on,
            "ended_on": planned.ended_on,
            "end_reason": "" if is_open else self.end_reason,
            # Reviews of sessions that took place elsewhere are nobody's to hold.
            "review_sessions": [n for n in self.reviews if is_open and n > n_held],
        }

    def _session_row(self, course: int, number: int, one: PlannedSession) -> dict[str, Any]:
        return {
            "course_id": course,
            "number": number,
            "practitioner_id": one.practitioner,
            "held_at": one.held_at,
            "is_needled": one.is_needled,
            "note": one.note,
            "form_key": uuid.uuid5(self.row.uuid, str(one.line)),
        }


def _patient_row(record: PlannedRecord) -> dict[str, Any]:
    person = record.known.person
    return {
        "given_name": person.given_name,
        "family_name": person.family_name,
        "born_on": person.birth.on,
        "birth_year": person.birth.year,
        "phone": person.phone,
        "email": person.email,
    }


def _score_rows(session: int, course: int, one: PlannedSession) -> Iterator[dict[str, Any]]:
    for timing, score in ((PainScore.Timing.BEFORE, one.before), (PainScore.Timing.AFTER, one.after)):
        if score is not None:
            yield {
                "course_id": course,
                "session_id": session,
                "timing": timing.value,
                "score": score,
                "scored_at": one.held_at,
            }


def _seal(patients: Sequence[int], written: Mapping[type[Model], Sequence[int]]) -> Seal:
    """Of records that were on file, all that belongs to them; of new ones, what was just written."""
    new = set(written[Patient])
    rows = {model: set(keys) for model, keys in written.items()}
    on_file = Patient.objects.filter(pk__in=[pk for pk in patients if pk not in new])
    for model, keys in rows_of(on_file).items():
        rows[model] = rows.get(model, set()) | keys
    return seal_of_rows(rows)
