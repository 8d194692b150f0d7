"""Courses for a Prior to be learned from."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, timedelta

import pytest

from clinic.models import Clinic, Membership
from courses.models import Course, PainScore, Session
from tests.factories import CourseFactory, PatientFactory


@pytest.fixture
def write_course(clinic: Clinic, practitioner: Membership, at: datetime) -> Callable[..., Course]:
    """Writes a course with before- and after-scores, twice a week, straight into the tables."""

    def write(befores: list[int], *, fall: int = 1, clinic: Clinic = clinic, is_training: bool = False) -> Course:
        patient = PatientFactory(clinic=clinic, is_training=is_training)
        course = CourseFactory(patient=patient, practitioner=practitioner)
        for number, before in enumerate(befores):
            held_at = at - timedelta(days=40) + timedelta(days=3.5 * number)
            session = Session.objects.create(
                clinic=clinic,
                course=course,
                number=number + 1,
                practitioner=practitioner,
                held_at=held_at,
                is_needled=True,
                clearance={},
                form_key=uuid.uuid4(),
                logged_by=practitioner,
                logged_at=held_at,
            )
            PainScore.objects.bulk_create(
                PainScore(
                    clinic=clinic,
                    course=course,
                    session=session,
                    timing=timing,
                    score=score,
                    scored_at=held_at,
                    recorded_by=practitioner,
                    recorded_at=held_at,
                )
                for timing, score in (("before", before), ("after", max(before - fall, 0)))
            )
        return course

    return write
