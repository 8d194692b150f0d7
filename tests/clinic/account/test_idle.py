"""Signed out after a time without activity, as the clinic sets it; back to the page afterwards."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.models import Clinic
from tests.factories import MembershipFactory, make_clinic

pytestmark = pytest.mark.django_db

PAGE = "/admin/courses/course/"


@pytest.fixture
def travel(at, time_machine):
    """Move the clock so many minutes after the start."""

    def to(minutes: float) -> None:
        time_machine.move_to(at + timedelta(minutes=minutes), tick=False)

    to(0)
    return to


def test_half_an_hour_without_a_page_ends_the_session(signed_in, practitioner, travel):
    client = signed_in(practitioner)
    assert client.get(PAGE).status_code == 200
    travel(30)
    response = client.get(PAGE)
    assert response.url == f"/admin/login/?next={PAGE}"
    response = client.get(response.url)
    assert response.url == f"/accounts/login/?next={PAGE}"
    assert "signed out after 30 minutes without activity" in client.get(response.url).content.decode()
    assert "_auth_user_id" not in client.session


def test_each_page_restarts_the_time(signed_in, practitioner, travel):
    client = signed_in(practitioner)
    for minutes in range(0, 200, 25):
        travel(minutes)
        assert client.get(PAGE).status_code == 200


@pytest.mark.parametrize(("after", "is_in"), [(4.9, True), (5.1, False)])
def test_clinic_says_how_long(signed_in, practitioner, travel, after, is_in):
    Clinic.objects.update(idle_minutes=5)
    client = signed_in(practitioner)
    client.get(PAGE)
    travel(after)
    assert (client.get(PAGE).status_code == 200) is is_in


def test_clinic_worked_in_counts(signed_in, practitioner, travel):
    second = MembershipFactory(clinic=make_clinic("Mill", idle_minutes=120), user=practitioner.user)
    client = signed_in(practitioner)
    client.post("/clinic/switch/", {"membership": str(second.uuid)})
    travel(90)
    assert client.get(PAGE).status_code == 200


def test_after_signing_in_the_page_opens(signed_in, practitioner, travel):
    practitioner.user.set_password("a long word")
    practitioner.user.save()
    client = signed_in(practitioner)
    client.get(PAGE)
    travel(31)
    to_sign_in = client.get(client.get(PAGE).url).url
    values = {"login": "practitioner", "password": "a long word", "next": PAGE}
    assert client.post(to_sign_in, values).url == PAGE


def test_time_is_not_written_at_every_page(signed_in, practitioner, travel):
    client = signed_in(practitioner)
    client.get("/accounts/password/reset/done/")
    travel(0.1)
    with CaptureQueriesContext(connection) as seen:
        client.get("/accounts/password/reset/done/")
    assert not [query for query in seen.captured_queries if query["sql"].startswith("UPDATE")]


def test_setting_is_refused_where_it_makes_no_sense(signed_in, manager, refused):
    with refused("clinic_clinic_idle_minutes_make_sense"):
        Clinic.objects.update(idle_minutes=1)
