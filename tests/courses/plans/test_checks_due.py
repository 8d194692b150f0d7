"""The badge on Today and the form of the visit ask for a neurological check by one rule."""

from datetime import timedelta

import pytest

from courses.plans.checks_due import patients_with_check_due
from courses.plans.course_state import CourseState
from patients.clearance import NEEDS_ONLY_A_CHECK
from patients.intake import record_neuro_check, record_pain_type
from patients.models import NeuroCheck, PatientPainType
from tests.factories import log_visit

pytestmark = pytest.mark.django_db
Result = NeuroCheck.Result


@pytest.mark.parametrize("n_visits", [0, 3, 4, 5])
@pytest.mark.parametrize("result", [None, Result.NORMAL, Result.UNCHANGED, Result.WORSE])
@pytest.mark.parametrize("types", [(), ("radiculopathy",), ("radiculopathy", "myelopathy"), ("mixed",)])
def test_list_of_many_and_clearance_of_one_agree(course, practitioner, at, types, result, n_visits):
    confirmed = PatientPainType.Status.CONFIRMED
    for code in types:
        record_pain_type(
            patient=course.patient, code=code, status=confirmed, starts_on=course.starts_on, by=practitioner, at=at
        )
    if result:
        day = (at - timedelta(days=18)).date()
        record_neuro_check(patient=course.patient, checked_on=day, result=result, by=practitioner, at=at)
    for visit in range(n_visits):
        log_visit(course, at - timedelta(days=16 - 3 * visit), uncleared_reason="Done before it was known.")
    on = at.date()
    reasons = CourseState(course).clearance(on=on, practitioner=practitioner, is_alone=False).reasons
    is_asked = any(one.code in NEEDS_ONLY_A_CHECK for one in reasons)
    assert bool(patients_with_check_due(course.clinic, {course.patient_id}, on=on)) is is_asked
