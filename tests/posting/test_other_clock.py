"""A page opened before the clinic's time zone changed: every page with times asks about them.

The forms are found by opening every address, their times by the clock they carry.
"""

from __future__ import annotations

import re
from datetime import timedelta
from pathlib import Path

import pytest
from bs4 import BeautifulSoup
from django import forms
from django.test import Client
from django.utils import timezone

from clinic.models import Clinic
from clinic.typed.dates import BOOKING, MomentField
from clinic.typed.wall_clock import SUFFIX, AsksForClock, CarriesClock
from courses.models import Appointment, RedFlag, RedFlagReport
from tests import factories
from tests.posting.forms import sent_of, staff_forms
from tests.test_tenancy import cast, rows  # noqa: F401 - fixtures
from tests.typed.shown import forms_made

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[2]
SAYS = "time zone was changed to Asia/Tokyo"
# Forms that refuse nothing: the time is in the note as typed, with its clock.
NEVER_REFUSED = {"admin:patients_patient_red_flag"}


def test_every_page_with_a_time_asks_after_a_change_of_the_zone(cast, rows, smtp, lead, clinic):  # noqa: F811
    factories.CourseFactory(
        patient=factories.PatientFactory(clinic=clinic), practitioner=lead, starts_on=timezone.localdate()
    )
    with forms_made() as made:
        pages = list(staff_forms(cast, rows).values())
    without = {
        (type(form).__name__, name)
        for form in made
        for name, field in form.fields.items()
        if isinstance(field, (forms.DateTimeField, forms.SplitDateTimeField)) and not field.widget.is_hidden
        if not (isinstance(field, AsksForClock) and isinstance(field.widget, CarriesClock))
    }
    assert without == set()

    stale = [form for form in pages if any(name.endswith(SUFFIX) for name in form.values)]
    names = {form.name for form in stale}
    assert {"admin:courses_course_log", "admin:courses_session_correct", "admin:courses_appointment_add"} <= names
    assert {"admin:clinic_duty_change", "admin:clinic_duty_add", "admin:courses_course_schedule"} <= names
    Clinic.objects.update(zone="Asia/Tokyo")
    faults = {}
    for form in stale:
        client = Client()
        client.force_login(cast[form.role].user, backend="clinic.account.sign_in.MembershipBackend")
        sent = form.values
        for name in [name for name in sent if name.endswith(SUFFIX)]:
            of = name.removesuffix(SUFFIX)
            sent[of] = sent[of] if any(sent.get(of, [])) else ["2026-03-12T10:00"]
        page = client.post(form.target, sent)
        html = page.content.decode()
        if form.name in NEVER_REFUSED:
            continue
        if page.status_code in {301, 302, 303} or SAYS not in html:
            faults[form.name] = page.status_code
        elif gone := _lost(sent, html):
            faults[form.name] = gone
    print(f"{len(stale)} forms with times by the clock")
    assert faults == {}


def _lost(sent: dict[str, list[str]], html: str) -> dict[str, list[str]]:
    """Times that were not returned as typed."""
    back: dict[str, list[str]] = {}
    for one in BeautifulSoup(html, "html.parser").find_all(["input", "select", "textarea"]):
        if one.get("name") and (value := sent_of(one)):
            back.setdefault(str(one["name"]), []).extend(value)
    times = [name.removesuffix(SUFFIX) for name in sent if name.endswith(SUFFIX)]
    return {name: sent[name] for name in times if sent[name] != back.get(name)}


def test_booking_is_asked_once_and_saved_as_it_is_meant_then(signed_in, front_desk, course, at, time_machine):
    time_machine.move_to(at, tick=False)
    client, url = signed_in(front_desk), f"/admin/courses/appointment/add/?course={course.uuid}"
    page = client.get(url).content.decode()
    shown = str(BeautifulSoup(page, "html.parser").select_one("input[name=course]")["value"])
    sent = {"course": shown, "practitioner": course.practitioner_id, "minutes": "30"}
    sent |= {"starts_at": "2026-03-13T10:00", "starts_at-clock": _clock(page)}
    Clinic.objects.update(zone="Asia/Tokyo")
    asked = client.post(url, sent)
    assert SAYS in asked.content.decode()
    assert not Appointment.objects.exists()
    again = client.post(url, {**sent, "starts_at-clock": _clock(asked.content.decode())})
    assert again.status_code == 302, BeautifulSoup(again.content, "html.parser").select("ul.errorlist")
    assert Appointment.objects.get().starts_at.astimezone(timezone.get_fixed_timezone(540)).hour == 10


def _clock(page: str) -> str:
    return str(BeautifulSoup(page, "html.parser").select_one("input[name=starts_at-clock]")["value"])


def test_red_flag_by_phone_is_written_and_its_time_kept_as_typed(signed_in, practitioner, patient):
    client, url = signed_in(practitioner), f"/admin/patients/patient/{patient.pk}/red-flag/"
    soup = BeautifulSoup(client.get(url).content, "html.parser")
    key = str(soup.select_one("input[name=form_key]")["value"])
    flag = RedFlag.objects.for_clinic(patient.clinic).current().get(code="hand_clumsy")
    wall = (timezone.localtime() - timedelta(days=1)).strftime("%Y-%m-%dT10:00")
    sent = {"form_key": key, f"flag_{flag.code}": "on", "onset_at": wall, "onset_at-clock": "Europe/London"}
    Clinic.objects.update(zone="Asia/Tokyo")
    client.post(url, sent)
    report = RedFlagReport.objects.get()
    assert (report.onset_at, f"{wall} (Europe/London)" in report.note) == (None, True)


def test_page_that_says_no_clock_is_read_by_the_clinics():
    class Form(forms.Form):
        on = MomentField(span=BOOKING)

    wall = f"{timezone.localdate() + timedelta(days=2)}T10:00"
    assert Form({"on": wall}).is_valid()
    assert Form({"on": wall, "on-clock": timezone.get_current_timezone_name()}).is_valid()
    assert "time zone was changed" in str(Form({"on": wall, "on-clock": "Pacific/Auckland"}).errors["on"])


def test_drafts_keep_the_clock_beside_the_time():
    script = (ROOT / "static" / "js" / "drafts.js").read_text(encoding="utf-8")
    assert re.search(r"TOTAL_FORMS\|clock", script)
    assert SUFFIX == "-clock"
