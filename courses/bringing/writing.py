"""Writes what was planned: records, courses, sessions and scores, in parts that an undo can take away again.

Nothing here judges a score, raises an alert, or writes to anybody: what is brought along is history.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from itertools import islice

from django.db.models import Model
from django.utils.translation import gettext as _

from clinic.models import Membership
from courses.bringing.copying import copy_rows
from courses.bringing.file_choices import Choices
from courses.bringing.planned import Plan, PlannedCourse, PlannedRecord
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
    writer = _Writer(row, protocol, choices.practitioner, by=by, at=at)
    n_done, records = 0, iter(plan.records)
    while some := list(islice(records, AT_ONCE)):
        writer.write(some)
        n_done += len(some)
        if step is not None:
            step(n_done, len(plan.records))


class _Writer:
    def __init__(
        self, row: HistoryImport, protocol: Protocol, practitioner: int, *, by: Membership, at: datetime
    ) -> None:
        self.row, self.protocol, self.practitioner, self.by, self.at = row, protocol, practitioner, by, at

    def write(self, records: Sequence[PlannedRecord]) -> None:
        patients = self._patients(records)
        pairs = [
            (planned, self._course(planned, patient))
            for record, patient in zip(records, patients, strict=True)
            for planned in record.courses
        ]
        Course.objects.bulk_create(course for _planned, course in pairs)
        sessions = [pair for planned, course in pairs for pair in self._sessions(planned, course)]
        copy_rows([session for session, _scores in sessions])
        scores = [score for _session, some in sessions for score in some]
        for score in scores:
            # The key came with the copy.
            score.session_id = score.session.pk if score.session else None
        copy_rows(scores)
        new = [one.pk for record, one in zip(records, patients, strict=True) if record.known.pk is None]
        written: dict[type[Model], list[int]] = {
            Patient: new,
            Course: [course.pk for _planned, course in pairs],
            Session: [session.pk for session, _scores in sessions],
            PainScore: [score.pk for score in scores],
        }
        ImportPart.objects.create(
            clinic=self.row.clinic,
            history_import=self.row,
            patients=[one.pk for one in patients],
            new_patients=new,
            seal=_seal(patients, written),
        )

    def _patients(self, records: Sequence[PlannedRecord]) -> list[Patient]:
        on_file = Patient.objects.in_bulk([one.known.pk for one in records if one.known.pk])
        patients = [on_file[one.known.pk] if one.known.pk else self._patient(one) for one in records]
        Patient.objects.bulk_create(
            patient for record, patient in zip(records, patients, strict=True) if record.known.pk is None
        )
        return patients

    def _patient(self, record: PlannedRecord) -> Patient:
        person, clinic = record.known.person, self.row.clinic
        return Patient(
            clinic=clinic,
            given_name=person.given_name,
            family_name=person.family_name,
            born_on=person.birth.on,
            birth_year=person.birth.year,
            phone=person.phone,
            email=person.email,
            language=clinic.languages[0] if clinic.languages else "en",
        )

    def _course(self, planned: PlannedCourse, patient: Patient) -> Course:
        n_held = len(planned.sessions)
        return Course(
            clinic=self.row.clinic,
            patient=patient,
            practitioner_id=planned.practitioner,
            protocol=self.protocol,
            complaint=planned.complaint,
            status=Course.Status.ACTIVE if planned.is_open else Course.Status.COMPLETED,
            starts_on=planned.starts_on,
            ended_on=planned.ended_on,
            end_reason="" if planned.is_open else _("Imported as a past course"),
            weekly_sessions=list(self.protocol.weekly_sessions),
            # Reviews of sessions that took place elsewhere are nobody's to hold.
            review_sessions=[n for n in self.protocol.review_sessions if planned.is_open and n > n_held],
            brought_by=self.row,
        )

    def _sessions(self, planned: PlannedCourse, course: Course) -> Iterator[tuple[Session, list[PainScore]]]:
        for number, one in enumerate(planned.sessions, start=1):
            session = Session(
                clinic=course.clinic,
                course=course,
                number=number,
                practitioner_id=one.practitioner,
                held_at=one.held_at,
                is_needled=one.is_needled,
                # Nobody asked for a clearance here; none is made up.
                clearance={},
                note=one.note,
                form_key=uuid.uuid5(self.row.uuid, str(one.line)),
                logged_by=self.by,
                logged_at=self.at,
            )
            taken = ((PainScore.Timing.BEFORE, one.before), (PainScore.Timing.AFTER, one.after))
            yield session, [self._score(session, timing, score) for timing, score in taken if score is not None]

    def _score(self, session: Session, timing: PainScore.Timing, score: int) -> PainScore:
        return PainScore(
            clinic=session.clinic,
            course=session.course,
            session=session,
            timing=timing.value,
            score=score,
            scored_at=session.held_at,
            recorded_by=self.by,
            recorded_at=self.at,
        )


def _seal(patients: Sequence[Patient], written: Mapping[type[Model], Sequence[int]]) -> Seal:
    """Of records that were on file, all that belongs to them; of new ones, what was just written."""
    known = set(written[Patient])
    rows = {model: set(keys) for model, keys in written.items()}
    for model, keys in rows_of([one for one in patients if one.pk not in known]).items():
        rows[model] = rows.get(model, set()) | keys
    return seal_of_rows(rows)
