"""The settings of a clinic whose zone or country changes: a question before anything is written."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.contrib.admin.models import LogEntry
from django.urls import reverse
from django.utils import timezone

from clinic.models import Clinic, Duty, Holiday, Message
from courses.models import Appointment, AppointmentEvent, Reminder
from courses.reminders.planning import plan_reminders
from tests.posting.forms import StaffForm

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
Values = dict[str, Any]


class Settings:
    """The page as a browser uses it."""

    def __init__(self, client, clinic: Clinic) -> None:
        self.client, self.clinic = client, clinic
        self.url = reverse("admin:clinic_clinic_change", args=[clinic.pk])

    def opened(self) -> Values:
        return values_of(self.client.get(self.url), "#clinic_form", self.url)

    def sent(self, values: Values):
        """Each sending is a new one."""
        return self.client.post(self.url, {name: value for name, value in values.items() if name != "sent_key"})

    def asked(self, values: Values) -> Values:
        """The question, as in its form."""
        response = self.sent(values)
        assert response.status_code == 200, response.status_code
        return values_of(response, ".clinic-questions", self.url)

    def stored(self) -> Clinic:
        return Clinic.objects.get(pk=self.clinic.pk)


def values_of(response, selector: str, url: str) -> Values:
    soup = BeautifulSoup(response.content, "html.parser")
    tag = soup.select_one(selector)
    assert tag is not None, soup.get_text(" ", strip=True)[:2000]
    form = StaffForm("", url, url, "", tag, soup)
    found = {name: values if len(values) != 1 else values[0] for name, values in form.values.items()}
    return {name: value for name, value in found.items() if name not in {"keep", "number_answer", "_back"}}


def words(response) -> str:
    return re.sub(r"\s+", " ", BeautifulSoup(response.content, "html.parser").get_text(" "))


@pytest.fixture
def settings_page(signed_in, manager, clinic) -> Settings:
    return Settings(signed_in(manager), clinic)


@pytest.fixture
def booked(course) -> Appointment:
    """In ten days at 10 in Berlin."""
    starts_at = (timezone.localtime(timezone=course.clinic.zone_info) + 10 * DAY).replace(
        hour=10, minute=0, second=0, microsecond=0
    )
    return Appointment.objects.create(
        clinic=course.clinic,
        course=course,
        practitioner=course.practitioner,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=45),
        booked_by=course.practitioner,
        booked_at=starts_at - 20 * DAY,
    )


def everything() -> tuple[Any, ...]:
    """Everything that a change of zone could write."""
    return (
        list(Clinic.objects.values_list()),
        list(Appointment.objects.values_list()),
        list(Duty.objects.values_list()),
        list(Reminder.objects.values_list()),
        list(Message.objects.values_list()),
        list(Holiday.objects.values_list()),
        AppointmentEvent.objects.count(),
        LogEntry.objects.count(),
    )


class TestAsks:
    def test_before_anything_is_written(self, settings_page, booked):
        before = everything()
        response = settings_page.sent({**settings_page.opened(), "zone": "Asia/Tokyo", "name": "Linden Tokyo"})
        assert response.status_code == 200
        page = words(response)
        assert "Nothing is saved yet" in page
        assert "from Europe/Berlin to Asia/Tokyo" in page
        assert "1 visit moves" in page
        assert "Booked visits (1)" in page
        assert everything() == before

    @pytest.mark.parametrize(("keep", "hour"), [("wall", 10), ("instants", None)])
    def test_answer_is_carried_out_with_everything_else(self, settings_page, booked, keep, hour):
        asked = settings_page.asked({**settings_page.opened(), "zone": "Asia/Tokyo", "name": "Linden Tokyo"})
        assert settings_page.sent({**asked, "keep": keep}).status_code == 302
        clinic = settings_page.stored()
        assert (clinic.zone, clinic.name) == ("Asia/Tokyo", "Linden Tokyo")
        starts_at = Appointment.objects.get().starts_at
        if hour is None:
            assert starts_at == booked.starts_at
        else:
            assert clinic.local(starts_at).hour == hour
            assert clinic.local(starts_at).date() == booked.starts_at.date()

    def test_says_what_was_done(self, settings_page, booked):
        asked = settings_page.asked({**settings_page.opened(), "zone": "Asia/Tokyo"})
        response = settings_page.client.post(settings_page.url, {**asked, "keep": "wall"}, follow=True)
        assert "The time zone is Asia/Tokyo now. 1 visit was moved; 0 duties were moved" in words(response)

    @pytest.mark.parametrize("keep", ["", "both"])
    def test_no_answer_is_asked_again(self, settings_page, booked, keep):
        asked = settings_page.asked({**settings_page.opened(), "zone": "Asia/Tokyo"})
        response = settings_page.sent({**asked, "keep": keep})
        assert response.status_code == 422
        assert "Choose one of the two." in words(response)
        assert settings_page.stored().zone == "Europe/Berlin"

    def test_same_place_by_its_old_name_is_not_asked(self, settings_page, booked):
        Clinic.objects.filter(pk=settings_page.clinic.pk).update(zone="Asia/Calcutta", country="IN")
        opened = settings_page.opened()
        assert opened["zone"] == "Asia/Kolkata"
        assert settings_page.sent({**opened, "phone": "+91 80 2345 6789"}).status_code == 302
        assert Appointment.objects.get().starts_at == booked.starts_at

    def test_without_a_change_of_zone_nothing_is_asked(self, settings_page, booked):
        assert settings_page.sent({**settings_page.opened(), "name": "Linden Park"}).status_code == 302

    def test_back_has_everything_typed(self, settings_page, booked):
        asked = settings_page.asked({**settings_page.opened(), "zone": "Asia/Tokyo", "name": "Linden Tokyo"})
        response = settings_page.sent({**asked, "_back": "1"})
        back = values_of(response, "#clinic_form", settings_page.url)
        assert (back["zone"], back["name"]) == ("Asia/Tokyo", "Linden Tokyo")
        assert settings_page.stored().zone == "Europe/Berlin"

    def test_second_press_moves_nothing_twice(self, settings_page, booked):
        page = settings_page.client.post(
            settings_page.url,
            {k: v for k, v in settings_page.opened().items() if k != "sent_key"} | {"zone": "Asia/Tokyo"},
        )
        form = {**values_of(page, ".clinic-questions", settings_page.url), "keep": "wall"}
        for _press in range(2):
            assert settings_page.client.post(settings_page.url, form).status_code == 302
        assert AppointmentEvent.objects.filter(kind="rezoned").count() == 1
        assert settings_page.stored().local(Appointment.objects.get().starts_at).hour == 10

    def test_reminders_leave_once_and_by_the_new_clock(self, settings_page, booked):
        at = booked.starts_at - 3 * DAY
        plan_reminders(at=at)
        asked = settings_page.asked({**settings_page.opened(), "zone": "America/New_York"})
        settings_page.sent({**asked, "keep": "wall"})
        reminder = Reminder.objects.get(state="planned")
        assert settings_page.stored().local(reminder.due_at).hour == 10
        assert Message.objects.filter(kind="reminder", state="pending").count() == 1


class TestMeanwhile:
    def test_booking_made_meanwhile_is_shown_first(self, settings_page, booked):
        asked = settings_page.asked({**settings_page.opened(), "zone": "Asia/Tokyo"})
        Appointment.objects.update(starts_at=booked.starts_at + DAY, ends_at=booked.ends_at + DAY)
        response = settings_page.sent({**asked, "keep": "wall"})
        assert response.status_code == 409
        assert "The list has changed since this page was opened." in words(response)
        assert settings_page.stored().zone == "Europe/Berlin"
        again = values_of(response, ".clinic-questions", settings_page.url)
        assert settings_page.sent({**again, "keep": "wall"}).status_code == 302

    @pytest.mark.parametrize("field", ["zone", "emergency_number"])
    def test_colleague_changed_the_same_field(self, settings_page, booked, field):
        """Between the question and the answer: refused as on every stale page."""
        mine = {"zone": "Asia/Tokyo", "emergency_number": "110"}
        theirs = {"zone": "Europe/London", "emergency_number": "+49 30 1234567"}[field]
        asked = settings_page.asked({**settings_page.opened(), **mine})
        Clinic.objects.filter(pk=settings_page.clinic.pk).update(**{field: theirs})
        response = settings_page.sent({**asked, "keep": "wall"})
        assert response.status_code == 409
        assert "while this page was open" in words(response)
        assert getattr(settings_page.stored(), field) == theirs
        assert Appointment.objects.get().starts_at == booked.starts_at

    def test_colleague_changed_another_field(self, settings_page, booked):
        asked = settings_page.asked({**settings_page.opened(), "zone": "Asia/Tokyo"})
        Clinic.objects.filter(pk=settings_page.clinic.pk).update(name="Linden Park")
        assert settings_page.sent({**asked, "keep": "wall"}).status_code == 302
        assert (settings_page.stored().zone, settings_page.stored().name) == ("Asia/Tokyo", "Linden Park")

    def test_page_opened_before_another_zone_does_not_bring_the_old_one_back(self, settings_page, booked):
        stale = settings_page.opened()
        asked = settings_page.asked({**settings_page.opened(), "zone": "Asia/Tokyo"})
        settings_page.sent({**asked, "keep": "wall"})
        assert settings_page.sent({**stale, "name": "Linden Park"}).status_code == 302
        assert (settings_page.stored().zone, settings_page.stored().name) == ("Asia/Tokyo", "Linden Park")

    def test_error_elsewhere_on_the_form_asks_nothing(self, settings_page, booked):
        response = settings_page.sent({**settings_page.opened(), "zone": "Asia/Tokyo", "phone": ""})
        assert "Nothing is saved yet" not in words(response)
        assert settings_page.stored().zone == "Europe/Berlin"


class TestOverlap:
    def test_clock_cannot_be_kept_and_both_are_named(self, settings_page, booked, course):
        """Half past two does not exist in New York that night, and at half past three somebody comes."""
        year = timezone.now().year + 1
        sunday = next(
            day
            for day in (datetime(year, 3, n, tzinfo=course.clinic.zone_info) for n in range(8, 15))
            if day.isoweekday() == 7
        )
        for hour in (2, 3):
            booked.pk = booked.moved_from_id = None
            booked.uuid = type(booked)._meta.get_field("uuid").default()
            booked.starts_at = sunday.replace(hour=hour, minute=30)
            booked.ends_at = booked.starts_at + timedelta(minutes=30)
            booked.save(force_insert=True)
        response = settings_page.sent({**settings_page.opened(), "zone": "America/New_York"})
        page = words(response)
        assert "2 visits would overlap others" in page
        assert page.count("Overlaps the visit of") == 2
        asked = values_of(response, ".clinic-questions", settings_page.url)
        refused = settings_page.sent({**asked, "keep": "wall"})
        assert refused.status_code == 422
        assert settings_page.stored().zone == "Europe/Berlin"
        assert settings_page.sent({**asked, "keep": "instants"}).status_code == 302


class TestCountry:
    def test_other_number_is_asked(self, settings_page):
        response = settings_page.sent({**settings_page.opened(), "country": "US", "phone": "+1 212 555 2368"})
        assert response.status_code == 200
        assert "Which emergency number is shown to patients in United States?" in words(response)
        assert settings_page.stored().emergency_number == "112"

    @pytest.mark.parametrize(("answer", "number"), [("usual", "999"), ("own", "112")])
    def test_answer_is_saved(self, settings_page, answer, number):
        asked = settings_page.asked({**settings_page.opened(), "country": "GB", "phone": "+44 20 7946 0123"})
        assert settings_page.sent({**asked, "number_answer": answer}).status_code == 302
        assert (settings_page.stored().country, settings_page.stored().emergency_number) == ("GB", number)

    def test_number_that_was_typed_is_not_asked(self, settings_page):
        values = {"country": "GB", "phone": "+44 20 7946 0123", "emergency_number": "999"}
        assert settings_page.sent({**settings_page.opened(), **values}).status_code == 302
        assert settings_page.stored().emergency_number == "999"

    def test_country_and_zone_are_asked_at_once(self, settings_page, booked):
        values = {"country": "GB", "zone": "Europe/London", "phone": "+44 20 7946 0123"}
        asked = settings_page.asked({**settings_page.opened(), **values})
        half = settings_page.sent({**asked, "keep": "wall"})
        assert half.status_code == 422
        assert settings_page.sent({**asked, "keep": "wall", "number_answer": "usual"}).status_code == 302
        clinic = settings_page.stored()
        assert (clinic.zone, clinic.country, clinic.emergency_number) == ("Europe/London", "GB", "999")
        assert clinic.local(Appointment.objects.get().starts_at).hour == 10
