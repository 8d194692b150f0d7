"""Courses for fitting a Prior, and nights with results."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest

from clinic.models import Clinic, Membership
from courses import curve
from courses.models import AlertThreshold, Course, PainScore, Prior, PriorEvent, Session
from courses.priors.adoption import Candidate, InUse, take_in
from tests.factories import CourseFactory, PatientFactory


@pytest.fixture
def write_course(clinic: Clinic, practitioner: Membership, at: datetime) -> Callable[..., Course]:
    """Write a course with before- and after-scores, twice a week, directly into the tables."""

    def write(
        befores: list[int],
        *,
        fall: int = 1,
        afters: list[int] | None = None,
        clinic: Clinic = clinic,
        is_training: bool = False,
        recorded_at: datetime | None = None,
    ) -> Course:
        patient = PatientFactory(clinic=clinic, is_training=is_training)
        course = CourseFactory(patient=patient, practitioner=practitioner)
        afters = afters or [min(max(before - fall, 0), 10) for before in befores]
        for number, (before, after) in enumerate(zip(befores, afters, strict=True)):
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
                    recorded_at=recorded_at or held_at,
                )
                for timing, score in (("before", before), ("after", after))
            )
        return course

    return write


def as_good(**values: Any) -> curve.Comparison:
    """A comparison that lets a candidate be adopted, except for the given values."""
    return replace(curve.Comparison(400, 60, 0.01, 0.02, 0.90, 0.90), **values)


WORSE = {"difference": -0.5}


@pytest.fixture
def night(clinic: Clinic, at: datetime) -> Callable[..., tuple[Prior, AlertThreshold]]:
    """Take in the result of a night: a comparison and a threshold, as good as today's except for the values."""

    def pass_(
        *,
        later: timedelta = timedelta(0),
        threshold: dict[str, Any] | None = None,
        beside: InUse | None = None,
        **comparison: Any,
    ) -> tuple[Prior, AlertThreshold]:
        found = Candidate(
            prior=curve.SHIPPED_PRIOR,
            beside=beside or InUse.of(clinic),
            comparison=as_good(**comparison),
            threshold=replace(curve.SHIPPED_THRESHOLD, **(threshold or {})),
            rates={},
        )
        return take_in(clinic, found, at=at + later)

    return pass_


@pytest.fixture
def kinds(clinic: Clinic) -> Callable[[], list[str]]:
    """The events of the clinic's curve so far, oldest first."""
    return lambda: list(PriorEvent.objects.for_clinic(clinic).order_by("pk").values_list("kind", flat=True))
