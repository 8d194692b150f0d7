"""The appointments of a whole plan."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils import timezone

from clinic.models import Holiday, OpeningHours
from courses.models import Appointment, Course, Protocol
from courses.plans.booking import book_appointment
from courses.plans.proposing import Conflict, Wishes
from courses.plans.scheduling import SeriesRefused, book_series, propose_series
from courses.plans.starting import offers, parse_reviews, parse_weeks, refuse_unsuited
from patients.intake import record_pain_type
from patients.models import PatientPainType
from tests.factories import CourseFactory, PatientFactory, cleared_patient

pytestmark = pytest.mark.django_db


@pytest.fixture
def hours(clinic):
    """Open on weekdays from nine to five."""
    for weekday in range(1, 6):
        OpeningHours.objects.create(clinic=clinic, weekday=weekday, opens_at=time(9), closes_at=time(17))


@pytest.fixture
def planned(course, at, hours):
    """Ten sessions in four weeks from today."""
    Course.objects.filter(pk=course.pk).update(starts_on=at.date(), weekly_sessions=[3, 3, 2, 2])
    course.refresh_from_db()
    return course


@pytest.fixture
def proposed(planned, practitioner, at):
    def of(**wishes):
        return propose_series(planned, practitioner=practitioner, wishes=Wishes(**wishes), at=at)

    return of


def test_one_proposal_for_each_session_of_the_plan(proposed):
    assert [one.number for one in proposed()] == list(range(1, 11))


def test_what_is_proposed_can_be_booked_unchanged(planned, proposed, practitioner, at):
    times = {one.number: one.times[0] for one in proposed()}
    booked = book_series(planned, times=times, minutes=45, practitioner=practitioner, by=practitioner, at=at)
    assert len(booked) == Appointment.objects.filter(course=planned, status="booked").count() == 10


def test_booked_sessions_are_not_proposed_again(planned, proposed, practitioner, at):
    times = {one.number: one.times[0] for one in proposed()[:4]}
    book_series(planned, times=times, minutes=45, practitioner=practitioner, by=practitioner, at=at)
    assert [one.number for one in proposed()] == list(range(5, 11))


def test_other_patients_of_the_practitioner_are_seen(planned, proposed, practitioner, at):
    first = proposed()[0].times[0]
    other = CourseFactory(
        patient=cleared_patient(planned.clinic, by=practitioner, at=at - timedelta(days=60)),
        practitioner=practitioner,
        starts_on=at.date(),
    )
    book_appointment(
        course=other,
        practitioner=practitioner,
        starts_at=first,
        ends_at=first + timedelta(hours=1),
        is_for_needling=True,
        by=practitioner,
        at=at,
    )
    assert first not in proposed()[0].times


def test_holiday_of_the_clinic_is_marked(planned, proposed, at):
    Holiday.objects.create(clinic=planned.clinic, on=date(2026, 3, 12), name="Fair")
    found = proposed(weekdays=frozenset({4}))
    assert found[0].conflict is Conflict.HOLIDAY
    assert found[0].holiday == "Fair"


def test_all_or_nothing(planned, proposed, practitioner, at):
    times = {one.number: one.times[0] for one in proposed()}
    times[4] = at - timedelta(days=1)
    times[6] = times[5]
    with pytest.raises(SeriesRefused) as refused:
        book_series(planned, times=times, minutes=45, practitioner=practitioner, by=practitioner, at=at)
    assert set(refused.value.errors) == {4, 6}
    assert not Appointment.objects.exists()


def test_gated_by_clearance(planned, proposed, practitioner, at):
    times = {one.number: one.times[0] for one in proposed()}
    record_pain_type(
        patient=planned.patient,
        code="myelopathy",
        status=PatientPainType.Status.WORKING,
        starts_on=at.date(),
        by=practitioner,
        at=at,
    )
    with pytest.raises(SeriesRefused):
        book_series(planned, times=times, minutes=45, practitioner=practitioner, by=practitioner, at=at)
    assert not Appointment.objects.exists()


def test_query_count_does_not_grow_with_bookings(
    planned, practitioner, at, proposed, django_assert_num_queries, django_assert_max_num_queries
):
    proposed()
    with django_assert_max_num_queries(8) as before:
        proposed()
    times = {one.number: one.times[0] for one in proposed()[:5]}
    book_series(planned, times=times, minutes=45, practitioner=practitioner, by=practitioner, at=at)
    with django_assert_num_queries(len(before)):
        proposed()


class TestPlan:
    @pytest.mark.parametrize(("text", "weeks"), [("3, 3,2 2", [3, 3, 2, 2]), ("1", [1]), ("2,0,2", [2, 0, 2])])
    def test_is_typed_in_weeks(self, text, weeks):
        assert parse_weeks(text) == weeks

    @pytest.mark.parametrize("text", ["", "0, 0", "three", "-1", "8", "3;3", "²"])
    def test_that_makes_no_sense_is_refused(self, text):
        with pytest.raises(ValidationError):
            parse_weeks(text)

    @pytest.mark.parametrize(("text", "reviews"), [("", []), ("10, 5, 5", [5, 10])])
    def test_has_its_reviews_in_order(self, text, reviews):
        assert parse_reviews(text, n_sessions=10) == reviews

    @pytest.mark.parametrize("text", ["0", "11"])
    def test_has_no_review_outside_it(self, text):
        with pytest.raises(ValidationError):
            parse_reviews(text, n_sessions=10)


class TestOffers:
    @pytest.fixture
    def vertigo(self, patient, practitioner, at):
        for code in ("mixed", "sympathetic", "axial"):
            record_pain_type(
                patient=patient,
                code=code,
                status=PatientPainType.Status.WORKING,
                has_vertigo=True,
                starts_on=at.date(),
                by=practitioner,
                at=at,
            )
        return patient

    def test_no_plan_is_said_to_suit_before_a_type_is_known(self, clinic, at):
        found = offers(PatientFactory(clinic=clinic), on=at.date())
        assert found[0].protocol.code == "standard"
        assert not any(one.is_suggested for one in found)

    def test_ordinary_types_are_offered_ordinary_plans(self, patient, at):
        suggested = [one.protocol.code for one in offers(patient, on=at.date()) if one.is_suggested]
        assert suggested[0] == "standard"
        assert "vertigo_mixed" not in suggested

    def test_mixed_with_vertigo_is_offered_the_specialised_plan_first(self, vertigo, at):
        found = offers(vertigo, on=at.date())
        assert [one.protocol.code for one in found if one.is_suggested] == ["vertigo_mixed"]
        assert found[0].is_suggested

    def test_mixed_with_vertigo_takes_no_other_plan(self, vertigo, at):
        standard = Protocol.objects.get(clinic=vertigo.clinic, code="standard")
        with pytest.raises(ValidationError, match="specialised"):
            refuse_unsuited(vertigo, standard, on=at.date())


class TestPages:
    def test_changed_plan_is_the_courses(self, patient, practitioner, signed_in, at):
        standard = Protocol.objects.get(clinic=patient.clinic, code="intensive")
        values = {
            "protocol": standard.pk,
            "complaint": "Neck pain",
            "practitioner": practitioner.pk,
            "starts_on": str(timezone.localdate() + timedelta(days=90)),
            "weekly_sessions": "2, 2, 1",
            "review_sessions": "4",
        }
        response = signed_in(practitioner).post(reverse("admin:patients_patient_start", args=[patient.pk]), values)
        course = Course.objects.get()
        assert response["Location"] == reverse("admin:courses_course_schedule", args=[course.pk])
        assert (course.weekly_sessions, course.review_sessions) == ([2, 2, 1], [4])

    def test_what_is_wrong_is_said_and_what_was_typed_kept(self, patient, practitioner, signed_in):
        values = {"weekly_sessions": "many", "complaint": "Stiff neck"}
        page = signed_in(practitioner).post(reverse("admin:patients_patient_start", args=[patient.pk]), values)
        assert page.status_code == 422
        assert "Stiff neck" in page.content.decode()

    def test_list_is_booked_as_a_whole(self, planned, practitioner, signed_in, at, time_machine):
        time_machine.move_to(at, tick=False)
        client, url = signed_in(practitioner), reverse("admin:courses_course_schedule", args=[planned.pk])
        slots = client.get(url).context["slots"]
        values = {slot.add_prefix("when"): slot.proposal.times[0].isoformat() for slot in slots}
        values[slots[0].add_prefix("other")] = "2026-03-13T15:00"
        values[slots[9].add_prefix("when")] = ""
        assert [slot["when"].value() for slot in slots] == [slot.proposal.times[0].isoformat() for slot in slots]
        assert client.post(url, values).status_code == 302
        assert Appointment.objects.filter(course=planned).count() == 9
        assert Appointment.objects.filter(starts_at="2026-03-13T14:00Z").exists()

    def test_refused_time_books_nothing_and_keeps_the_choice(
        self, planned, practitioner, signed_in, at, time_machine
    ):
        time_machine.move_to(at, tick=False)
        client, url = signed_in(practitioner), reverse("admin:courses_course_schedule", args=[planned.pk])
        slots = client.get(url).context["slots"]
        values = {slot.add_prefix("when"): slot.proposal.times[0].isoformat() for slot in slots}
        values[slots[0].add_prefix("other")] = "2026-03-14T15:00"
        page = client.post(url, values)
        assert (page.status_code, Appointment.objects.count()) == (422, 0)
        assert "not open then" in page.content.decode()
        assert "2026-03-14T15:00" in page.content.decode()
