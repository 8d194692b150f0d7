"""What is said of the curve until the clinic's own courses carry it: on every page that shows it."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from courses.models import Course, PainScore
from courses.priors.adopted import in_force
from courses.priors.learning import ABOUT_COURSES, basis_words, learning_of
from tests.factories import CourseFactory, PatientFactory, log_run

pytestmark = pytest.mark.django_db
PUBLISHED = "Based on published studies, not yet on this clinic"


def completed(by, n, *, is_training=False):
    for _number in range(n):
        patient = PatientFactory(clinic=by.clinic, is_training=is_training)
        CourseFactory(patient=patient, practitioner=by, status=Course.Status.COMPLETED, ended_on=date(2026, 3, 1))


def test_completed_courses_of_real_patients_are_counted(clinic, practitioner):
    completed(practitioner, 3)
    completed(practitioner, 2, is_training=True)
    assert learning_of(clinic).n_courses == 3
    assert "(3 of about 20 courses)" in basis_words(clinic, in_force(clinic))


def test_once_there_are_enough_the_courses_wait_for_their_night(clinic, practitioner):
    completed(practitioner, ABOUT_COURSES + 1)
    assert learning_of(clinic).n_courses == ABOUT_COURSES
    assert "are used once they predict" in basis_words(clinic, in_force(clinic))


def test_nothing_is_said_once_the_clinics_own_is_adopted(night, clinic):
    night()
    assert basis_words(clinic, in_force(clinic)) == ""


@pytest.fixture
def scored(course, at):
    return log_run(course, [(7, 6), (6, 5), (6, 5), (5, 4)], until=at)


class TestPages:
    @pytest.mark.parametrize("name", ["courses_course_change", "courses_course_review"])
    def test_pages_of_a_course_say_it(self, name, scored, course, signed_in, practitioner):
        page = signed_in(practitioner).get(reverse(f"admin:{name}", args=[course.pk])).content.decode()
        assert PUBLISHED in page

    def test_verdict_says_where_its_range_came_from(self, scored, signed_in, practitioner):
        session = scored[-1].session
        url = reverse("admin:courses_session_change", args=[session.pk])
        client = signed_in(practitioner)
        assert "Expected from published studies" in client.get(url).content.decode()
        for score in PainScore.objects.filter(session=session):
            score.expected["prior"] = "linden-1"
            PainScore.objects.filter(pk=score.pk).update(expected=score.expected)
        assert "Expected from published studies" not in client.get(url).content.decode()

    def test_curve_page_shows_how_far_the_clinic_is(self, practitioner, signed_in, lead):
        completed(practitioner, 7)
        page = signed_in(lead).get(reverse("admin:courses_prior_changelist")).content.decode()
        assert 'max="20"' in page
        assert 'value="7"' in page
        assert "(7 of about 20 courses)" in page
