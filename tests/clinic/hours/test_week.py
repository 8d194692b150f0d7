"""The week of opening hours: typed once, copied with one button, refused with everything still there."""

from __future__ import annotations

import threading
from datetime import time

import pytest
from bs4 import BeautifulSoup
from django.db import connection, transaction
from django.urls import reverse

from clinic.models import Clinic, OpeningHours
from tests.posting.forms import sent_of

pytestmark = pytest.mark.django_db
URL = "admin:clinic_clinic_hours"


@pytest.fixture
def week(signed_in, manager):
    """Opens the page and sends it with other values; gives the answer."""
    client = signed_in(manager)

    def send(page=None, **values):
        page = page or client.get(reverse(URL))
        form = BeautifulSoup(page.content, "html.parser").select_one("form:has(fieldset.week-day)")
        sent = {str(one.get("name")): sent_of(one) for one in form.find_all("input")}
        kept = {name: value for name, value in sent.items() if value is not None}
        named = {name.removeprefix("d"): value for name, value in values.items()}
        return client.post(reverse(URL), kept | named)

    send.client = client
    return send


def stored(clinic) -> dict[int, str]:
    rows = clinic.opening_hours.order_by("weekday", "opens_at")
    days: dict[int, list[str]] = {}
    for row in rows:
        days.setdefault(row.weekday, []).append(f"{row.opens_at:%H:%M}-{row.closes_at:%H:%M}")
    return {day: ", ".join(stretches) for day, stretches in days.items()}


def hours(clinic, weekday, opens, closes):
    OpeningHours.objects.create(clinic=clinic, weekday=weekday, opens_at=time(opens), closes_at=time(closes))


def test_a_day_with_a_break_is_saved_as_people_write_times(week, clinic):
    answer = week(d1_opens_0="8", d1_closes_0="12.30", d1_opens_1="2 pm", d1_closes_1="1800")
    assert answer.status_code == 302
    assert stored(clinic) == {1: "08:00-12:30, 14:00-18:00"}


def test_copying_fills_the_weekdays_and_saves_nothing_yet(week, clinic):
    page = week(d3_opens_0="9:00", d3_closes_0="17:00", d6_opens_0="10:00", d6_closes_0="12:00", copy="3")
    assert "Not saved yet" in page.content.decode()
    assert stored(clinic) == {}
    assert week(page).status_code == 302
    assert stored(clinic) == {**dict.fromkeys(range(1, 6), "09:00-17:00"), 6: "10:00-12:00"}


def test_an_emptied_day_is_closed(week, clinic):
    hours(clinic, 2, 8, 18)
    week(d2_opens_0="", d2_closes_0="")
    assert stored(clinic) == {}


@pytest.mark.parametrize(
    ("typed", "words"),
    [
        ({"d1_opens_0": "21:00", "d1_closes_0": "20:00"}, "closing time must be after"),
        ({"d1_opens_0": "8:00"}, "both when it opens and when it closes"),
        ({"d1_opens_0": "8:00", "d1_closes_0": "noonish"}, "noonish"),
        ({"d1_opens_0": "8:00", "d1_closes_0": "12:00", "d1_opens_1": "11:00", "d1_closes_1": "13:00"}, "overlap"),
    ],
)
def test_what_cannot_be_is_refused_beside_its_day(week, clinic, typed, words):
    hours(clinic, 5, 8, 12)
    answer = week(**typed, d2_opens_0="7:30", d2_closes_0="9:00")
    page = BeautifulSoup(answer.content, "html.parser")
    assert answer.status_code == 422
    (day,) = [one for one in page.select("fieldset.week-day") if one.select(".errors")]
    assert words in day.text or words in str(day)
    assert page.select_one('[name="2_opens_0"]')["value"] == "07:30"
    assert stored(clinic) == {5: "08:00-12:00"}


def test_a_day_that_somebody_changed_meanwhile_is_asked_about(week, clinic):
    hours(clinic, 1, 8, 18)
    page = week.client.get(reverse(URL))
    clinic.opening_hours.update(closes_at=time(20))
    refused = week(page, d1_opens_0="9:00")
    assert refused.status_code == 422
    assert "08:00-20:00" in refused.content.decode()
    assert stored(clinic) == {1: "08:00-20:00"}
    assert week(refused).status_code == 302
    assert stored(clinic) == {1: "09:00-18:00"}


def test_a_stale_day_that_was_not_touched_keeps_what_the_other_saved(week, clinic):
    hours(clinic, 1, 8, 18)
    page = week.client.get(reverse(URL))
    clinic.opening_hours.update(closes_at=time(20))
    assert week(page, d2_opens_0="9:00", d2_closes_0="10:00").status_code == 302
    assert stored(clinic) == {1: "08:00-20:00", 2: "09:00-10:00"}


def test_a_second_send_changes_nothing(week, clinic):
    page = week.client.get(reverse(URL))
    week(page, d1_opens_0="9:00", d1_closes_0="10:00")
    week(page, d1_opens_0="9:00", d1_closes_0="10:00")
    assert stored(clinic) == {1: "09:00-10:00"}


@pytest.mark.django_db(transaction=True)
def test_of_two_who_save_at_once_the_second_is_asked(week, clinic, manager):
    hours(clinic, 1, 8, 18)
    page = week.client.get(reverse(URL))
    is_held, saved = threading.Event(), {}

    def second() -> None:
        try:
            is_held.wait(5)
            saved["status"] = week(page, d1_opens_0="9:00").status_code
        finally:
            connection.close()

    other = threading.Thread(target=second)
    other.start()
    with transaction.atomic():
        Clinic.objects.select_for_update().get(pk=clinic.pk)
        is_held.set()
        other.join(0.5)
        clinic.opening_hours.update(closes_at=time(20))
    other.join(10)
    assert saved == {"status": 422}
    assert stored(clinic) == {1: "08:00-20:00"}
