"""No list and no page asks the database more when there is more to show."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from courses.models import Appointment
from tests.factories import CourseFactory, cleared_patient, flag, log_run, log_visit

pytestmark = pytest.mark.django_db

LISTS = (
    "/admin/",
    "/admin/courses/course/",
    "/admin/courses/alert/",
    "/admin/courses/silence/",
    "/admin/courses/rulesettings/",
    "/admin/clinic/duty/",
    "/admin/courses/session/",
    "/admin/courses/appointment/",
    "/admin/patients/patient/",
    "/admin/clinic/membership/",
    "/dashboard/",
)


@pytest.fixture
def client_of_lead(signed_in, lead):
    client = signed_in(lead)
    client.get("/admin/")
    return client


@pytest.mark.parametrize("path", LISTS)
def test_list_asks_the_same_for_one_and_for_three(client_of_lead, clinic, practitioner, path):
    _live_through(clinic, practitioner)
    one = _n_queries(client_of_lead, path)
    for _more in range(2):
        _live_through(clinic, practitioner)
    assert _n_queries(client_of_lead, path) == one


@pytest.mark.parametrize("page", ["change", "log"])
def test_course_page_asks_the_same_for_two_and_for_six_sessions(client_of_lead, clinic, practitioner, page):
    course = _live_through(clinic, practitioner)
    path = f"/admin/courses/course/{course.pk}/{page}/"
    few = _n_queries(client_of_lead, path)
    now = timezone.now()
    for minutes in (40, 30, 20, 10):
        log_visit(course, now - timedelta(minutes=minutes), is_needled=False)
    assert _n_queries(client_of_lead, path) == few


def _live_through(clinic, practitioner):
    """A patient with a course, sessions, an alert, and an appointment today."""
    now = timezone.now()
    patient = cleared_patient(clinic, by=practitioner, at=now - timedelta(days=30))
    course = CourseFactory(patient=patient, practitioner=practitioner, starts_on=(now - timedelta(days=25)).date())
    log_run(course, [(6, 5), (5, 4)], until=now - timedelta(days=1))
    log_visit(course, now - timedelta(hours=1), flags=(flag(clinic, "skin_infect"),))
    n_before = Appointment.objects.count()
    starts_at = now.replace(hour=12, minute=0) + timedelta(minutes=10 * n_before)
    Appointment.objects.create(
        clinic=clinic,
        course=course,
        practitioner=practitioner,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=10),
        booked_by=practitioner,
        booked_at=now,
    )
    return course


def _n_queries(client, path):
    with CaptureQueriesContext(connection) as queries:
        assert client.get(path).status_code == 200
    return len(queries)
