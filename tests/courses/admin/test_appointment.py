"""What the front desk reads after each step with a booking."""

from __future__ import annotations

from datetime import time, timedelta

import pytest
from django.urls import reverse
from django.utils.formats import date_format

from clinic.models import Holiday
from clinic.people.leaving import deactivate_member
from courses.models import Appointment

pytestmark = pytest.mark.django_db


@pytest.fixture
def appointment(course, front_desk, at, time_machine):
    time_machine.move_to(at, tick=False)
    starts_at = at + timedelta(days=1)
    return Appointment.objects.create(
        clinic=course.clinic, course=course, practitioner=course.practitioner, starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=45), booked_by=front_desk, booked_at=at,
    )  # fmt: skip


def _said(response):
    return " ".join(str(one) for one in response.context["messages"])


def test_cancelling_without_a_reason_says_that_nothing_was_cancelled(signed_in, front_desk, appointment):
    url = reverse("admin:courses_appointment_cancel", args=[appointment.pk])
    page = signed_in(front_desk).post(url, {"reason": ""})
    assert page.status_code == 422
    assert "Not saved yet" in page.content.decode()
    assert page.context["form"].errors.keys() == {"reason"}
    appointment.refresh_from_db()
    assert appointment.status == "booked"


def test_cancelled_visit_is_named_and_who_must_call_the_patient(signed_in, front_desk, appointment):
    url = reverse("admin:courses_appointment_cancel", args=[appointment.pk])
    page = signed_in(front_desk).post(url, {"reason": "ill"}, follow=True)
    assert f"Cancelled: {appointment.course.patient}, " in _said(page)
    assert "The patient is not emailed about this." in _said(page)


def test_moved_visit_is_named_with_its_new_time(signed_in, front_desk, appointment):
    url = reverse("admin:courses_appointment_move", args=[appointment.pk])
    starts_at = appointment.clinic.local(appointment.starts_at) + timedelta(days=1)
    values = {
        "practitioner": appointment.practitioner_id,
        "starts_at": f"{starts_at:%Y-%m-%dT%H:%M}",
        "minutes": 45,
    }
    page = signed_in(front_desk).post(url, values, follow=True)
    assert f"{starts_at:%H:%M}. The old time is free." in _said(page)


def test_missed_visit_leads_to_a_call(signed_in, front_desk, appointment, time_machine):
    time_machine.move_to(appointment.ends_at, tick=False)
    url = reverse("admin:courses_appointment_missed", args=[appointment.pk])
    client = signed_in(front_desk)
    asked = client.post(url).content.decode()
    assert str(appointment.course.patient) in asked
    assert f"born {date_format(appointment.course.patient.born_on, 'j M Y')}" in asked
    appointment.refresh_from_db()
    assert appointment.status == "booked"
    assert "Call the patient" in _said(client.post(url, {"is_sure": "1"}, follow=True))
    appointment.refresh_from_db()
    assert appointment.status == "missed"


def test_day_that_was_closed_later_lists_its_visits(signed_in, front_desk, appointment):
    day = appointment.clinic.local(appointment.starts_at).date()
    url = reverse("admin:courses_appointment_changelist")
    client = signed_in(front_desk)
    Holiday.objects.create(clinic=appointment.clinic, on=day, name="Boiler")
    assert "1 visit is still booked" in client.get(url, {"day": day.isoformat()}).content.decode()
    after = client.get(url, {"day": (day + timedelta(days=1)).isoformat()}).content.decode()
    assert "still booked" not in after


def test_day_without_opening_hours_is_closed_and_not_free(signed_in, front_desk, practitioner, at):
    clinic = front_desk.clinic
    clinic.opening_hours.all().delete()
    clinic.opening_hours.create(weekday=1, opens_at=time(8), closes_at=time(18))
    monday = clinic.local(at).date() + timedelta(days=7 - clinic.local(at).date().weekday())
    client, url = signed_in(front_desk), reverse("admin:courses_appointment_changelist")
    for day, words in ((monday, "Free all day."), (monday + timedelta(days=1), "Closed.")):
        assert words in client.get(url, {"day": day.isoformat()}).content.decode()


def test_column_of_somebody_who_left_says_so(signed_in, front_desk, appointment, at):
    deactivate_member(appointment.practitioner, at=at)
    url = reverse("admin:courses_appointment_changelist")
    day = appointment.clinic.local(appointment.starts_at).date()
    assert "no longer works here" in signed_in(front_desk).get(url, {"day": day.isoformat()}).content.decode()


def test_phoned_red_flag_needs_no_name_of_the_caller_typed(signed_in, front_desk, patient):
    page = signed_in(front_desk).get(reverse("admin:patients_patient_red_flag", args=[patient.pk]))
    assert page.context["form"]["caller"].value() == "the patient"


def test_red_flag_is_one_click_from_the_booking(signed_in, front_desk, appointment):
    page = signed_in(front_desk).get(reverse("admin:courses_appointment_change", args=[appointment.pk]))
    assert (
        reverse("admin:patients_patient_red_flag", args=[appointment.course.patient_id]) in page.content.decode()
    )
