"""Past visits: on Today until somebody logs or marks them."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from courses.admin.today import today
from courses.corrections.voiding import void_session
from courses.models import Appointment, Session
from courses.plans.booking import mark_missed
from courses.reviews.discharging import _cancel_appointments
from tests.factories import CourseFactory, cleared_patient, log_visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def now(at, time_machine):
    """Pages are read at the test's time."""
    time_machine.move_to(at, tick=False)
    return at


@pytest.fixture
def visit(course, practitioner, now):
    """A booked visit that began some hours ago, or is still to come."""

    def of(*, hours_ago, course=course, practitioner=practitioner):
        starts_at = now - timedelta(hours=hours_ago)
        return Appointment.objects.create(
            clinic=course.clinic,
            course=course,
            practitioner=practitioner,
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=30),
            booked_by=practitioner,
            booked_at=starts_at - timedelta(days=3),
        )

    return of


@pytest.fixture
def form(now):
    """What a browser sends from a filled-in form."""

    def of(client, course, address="", **values):
        url = f"/admin/courses/course/{course.pk}/log/{address}"
        page = client.get(url)
        fields = page.context["form"]
        data = {
            "form_key": fields["form_key"].value(),
            "seen_number": page.context["visit_facts"].state.last_number,
            "held_at": f"{fields['held_at'].initial:%Y-%m-%dT%H:%M}",
            "practitioner": course.practitioner_id,
            "appointment": fields["appointment"].value() or "",
            "before": 5,
            "after": 4,
            "no_red_flag": "on",
            "is_needled": "no",
            "needling-TOTAL_FORMS": 0,
            "needling-INITIAL_FORMS": 0,
        }
        return client.post(url, {**data, **values})

    return of


class TestToday:
    def test_oldest_first_with_age_whichever_day(self, visit, practitioner, signed_in, now):
        newer, older = visit(hours_ago=26), visit(hours_ago=24 * 9)
        page = signed_in(practitioner).get("/admin/")
        assert list(page.context["today"].unlogged) == [older, newer]
        html = page.content.decode()
        assert "Visits not logged" in html
        assert "1\xa0week, 2\xa0days ago" in html

    def test_stays_until_logged(self, visit, practitioner, course, now):
        one = visit(hours_ago=26)
        log_visit(course, one.starts_at, appointment=one, at=now)
        assert today(practitioner, at=now).unlogged == ()

    def test_stays_until_marked(self, visit, practitioner, now):
        mark_missed(visit(hours_ago=26), by=practitioner, at=now)
        assert today(practitioner, at=now).unlogged == ()

    def test_is_listed_again_when_the_session_is_void(self, visit, practitioner, course, now):
        one = visit(hours_ago=26)
        void_session(
            log_visit(course, one.starts_at, appointment=one, at=now).session,
            reason="wrong patient",
            by=practitioner,
            at=now,
        )
        assert today(practitioner, at=now).unlogged == (one,)

    def test_of_today_is_marked_in_its_place(self, visit, practitioner, signed_in):
        visit(hours_ago=2)
        page = signed_in(practitioner).get("/admin/")
        assert page.context["today"].unlogged == ()
        assert "not logged yet" in page.content.decode()

    def test_practitioner_sees_their_own_and_others_the_clinics(
        self, visit, lead, manager, front_desk, practitioner, stranger, course, now
    ):
        theirs = visit(hours_ago=30, practitioner=lead)
        own = visit(hours_ago=26)
        seen = {
            member.user.username: list(today(member, at=now).unlogged)
            for member in (practitioner, lead, manager, front_desk, stranger)
        }
        assert seen == {
            "practitioner": [own],
            "lead": [theirs, own],
            "manager": [theirs, own],
            "frontdesk": [theirs, own],
            "stranger": [],
        }

    def test_desk_marks_and_does_not_log(self, visit, front_desk, signed_in):
        visit(hours_ago=26)
        html = signed_in(front_desk).get("/admin/").content.decode()
        assert "Mark as missed" in html
        assert "/log/?appointment=" not in html

    def test_more_than_fit_are_counted(self, visit, practitioner, now):
        for number in range(17):
            visit(hours_ago=26 + number)
        page = today(practitioner, at=now)
        assert (len(page.unlogged), page.n_more_unlogged) == (15, 2)

    def test_queries_do_not_grow_with_visits(self, visit, lead, signed_in, clinic, practitioner, at):
        client = signed_in(lead)
        counts = []
        for number in range(3):
            patient = cleared_patient(clinic, by=practitioner, at=at - timedelta(days=60))
            other = CourseFactory(patient=patient, practitioner=practitioner, starts_on=at.date())
            visit(hours_ago=30 + number, course=other)
            client.get("/admin/")
            with CaptureQueriesContext(connection) as seen:
                client.get("/admin/")
            counts.append(len(seen))
        assert len(set(counts)) == 1


class TestAttaching:
    def test_near_visit_is_attached_without_a_word(self, visit, course, practitioner, signed_in, form):
        one = visit(hours_ago=1)
        assert form(signed_in(practitioner), course).status_code == 302
        assert Session.objects.get().appointment == one
        one.refresh_from_db()
        assert one.status == "kept"

    def test_even_where_the_browser_sends_no_choice(self, visit, course, practitioner, signed_in, form):
        one = visit(hours_ago=1)
        form(signed_in(practitioner), course, appointment="")
        assert Session.objects.get().appointment == one

    def test_asks_where_several_fit(self, visit, course, practitioner, signed_in, form):
        client = signed_in(practitioner)
        first, second = visit(hours_ago=3), visit(hours_ago=1)
        page = form(client, course)
        assert page.status_code == 422
        assert "2 visits are booked around that time" in page.content.decode()
        assert form(client, course, appointment=second.pk).status_code == 302
        assert Session.objects.get().appointment == second
        first.refresh_from_db()
        assert first.status == "booked"

    def test_walk_in_beside_a_booked_visit(self, visit, course, practitioner, signed_in, form):
        one = visit(hours_ago=1)
        form(signed_in(practitioner), course, appointment="none")
        assert Session.objects.get().appointment is None
        one.refresh_from_db()
        assert one.status == "booked"

    def test_far_visit_is_left_alone(self, visit, course, practitioner, signed_in, form):
        one = visit(hours_ago=50)
        form(signed_in(practitioner), course)
        assert Session.objects.get().appointment is None
        one.refresh_from_db()
        assert one.status == "booked"

    def test_form_of_an_earlier_visit_starts_with_its_time(self, visit, course, practitioner, signed_in, form):
        one = visit(hours_ago=50)
        form(signed_in(practitioner), course, f"?appointment={one.pk}")
        session = Session.objects.get()
        assert (session.appointment, session.held_at) == (one, one.starts_at)

    def test_visit_and_time_that_do_not_go_together_are_named(
        self, visit, course, practitioner, signed_in, form, now
    ):
        one = visit(hours_ago=50)
        held_at = course.clinic.local(now).strftime("%Y-%m-%dT%H:%M")
        page = form(signed_in(practitioner), course, f"?appointment={one.pk}", held_at=held_at)
        assert page.status_code == 422
        assert "Change the time or the visit" in page.content.decode()

    @pytest.mark.parametrize("status", ["missed", "cancelled"])
    def test_visit_that_was_marked_while_the_page_was_open_is_asked_about(
        self, visit, course, practitioner, signed_in, form, status
    ):
        one, client = visit(hours_ago=1), signed_in(practitioner)
        Appointment.objects.update(status=status)
        page = form(client, course, appointment=one.pk)
        assert page.status_code == 422
        assert "while this page was open" in page.content.decode()
        assert not Session.objects.exists()
        assert form(client, course, appointment="none").status_code == 302
        assert Session.objects.get().appointment is None

    @pytest.mark.parametrize("typed", ["0", "-1", "x", "999999999999999999999999", "١٢"])
    def test_visit_of_somebody_else_is_no_choice(self, course, practitioner, signed_in, form, typed):
        page = form(signed_in(practitioner), course, appointment=typed)
        assert page.status_code == 422
        assert "belongs to another course" in page.content.decode()

    def test_second_send_is_the_same_session(self, visit, course, practitioner, signed_in, now):
        visit(hours_ago=1)
        client, url = signed_in(practitioner), f"/admin/courses/course/{course.pk}/log/"
        fields = client.get(url).context["form"]
        data = {
            "form_key": fields["form_key"].value(),
            "held_at": f"{fields['held_at'].initial:%Y-%m-%dT%H:%M}",
            "practitioner": practitioner.pk,
            "appointment": fields["appointment"].value(),
            "before": 5,
            "no_red_flag": "on",
            "is_needled": "no",
            "needling-TOTAL_FORMS": 0,
            "needling-INITIAL_FORMS": 0,
        }
        assert client.post(url, data).status_code == 302
        assert "saved=before" in client.post(url, data)["Location"]
        assert Session.objects.count() == 1


def test_appointment_page_offers_to_log(visit, signed_in, practitioner, front_desk):
    one = visit(hours_ago=30)
    url = f"/admin/courses/appointment/{one.pk}/change/"
    assert f"/log/?appointment={one.pk}" in signed_in(practitioner).get(url).content.decode()
    assert f"/log/?appointment={one.pk}" not in signed_in(front_desk).get(url).content.decode()


def test_end_of_a_course_leaves_a_past_visit_to_be_logged(visit, course, practitioner, now):
    past, future = visit(hours_ago=30), visit(hours_ago=-30)
    _cancel_appointments(course, by=practitioner, at=timezone.now())
    for one in (past, future):
        one.refresh_from_db()
    assert (past.status, future.status) == ("booked", "cancelled")
