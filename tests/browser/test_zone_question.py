"""The page that asks about a change of the clinic's time zone, in a real browser."""

from __future__ import annotations

import zoneinfo
from datetime import datetime, timedelta

import pytest
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from clinic.models import Clinic
from courses.models import Appointment

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

BERLIN, TOKYO = zoneinfo.ZoneInfo("Europe/Berlin"), zoneinfo.ZoneInfo("Asia/Tokyo")


@pytest.mark.parametrize("keep", ["wall", "instants"])
def test_question_is_asked_answered_by_keyboard_and_kept_to(keep, sign_in, manager, course):
    day = (timezone.now() + timedelta(days=3)).astimezone(BERLIN).date()
    start = datetime(day.year, day.month, day.day, 10, tzinfo=BERLIN)
    visit = Appointment.objects.create(
        clinic=course.clinic, course=course, practitioner=course.practitioner, starts_at=start,
        ends_at=start + timedelta(minutes=30), booked_by=course.practitioner, booked_at=timezone.now(),
    )  # fmt: skip
    Clinic.objects.update(zone="Europe/Berlin", country="DE", phone="+49 30 23125 000")
    page = sign_in(manager)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(reverse("admin:clinic_clinic_change", args=[course.clinic_id]))
    page.locator("select[name=zone]").select_option("Asia/Tokyo")
    page.locator("[name=_save]").first.click()
    confirm = page.get_by_role("button", name="Confirm and save")
    expect(confirm).to_be_visible()
    assert Clinic.objects.get(pk=course.clinic_id).zone == "Europe/Berlin"
    # Nothing is preselected: without an answer the form is not sent.
    confirm.click()
    expect(confirm).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.locator(f"input[name=keep][value={keep}]").focus()
    page.keyboard.press("Space")
    number = page.locator("input[name=number_answer]").first
    if number.count():
        number.check()
    confirm.focus()
    page.keyboard.press("Enter")
    expect(confirm).to_have_count(0)
    visit.refresh_from_db()
    assert Clinic.objects.get(pk=course.clinic_id).zone == "Asia/Tokyo"
    kept = start if keep == "instants" else start.replace(tzinfo=TOKYO)
    assert visit.starts_at == kept
