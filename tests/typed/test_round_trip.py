"""What is typed into the patient's form is stored, shown again and saved unchanged, or refused by its field."""

from __future__ import annotations

import itertools
import uuid
from datetime import timedelta

import pytest
from bs4 import BeautifulSoup

from courses.models import Appointment, Needling
from patients.models import Patient
from tests.factories import log_run
from tests.patients.identity.test_form import NAMES, PHONES
from tests.posting.forms import sent_of

pytestmark = pytest.mark.django_db

BIRTHS = ("1980-05-31", "31.5.1980", "31 May 1980", "May 31, 1980", "19800531", "٣١-٥-١٩٨٠", "1950", "unknown")


def shown(html: str, name: str) -> dict[str, list[str]]:
    """What a browser would send back from the form with a field."""
    form = BeautifulSoup(html, "html.parser").select_one(f"form:has([name={name}])")
    found: dict[str, list[str]] = {}
    for one in form.find_all(["input", "select", "textarea"]):
        if one.get("name") and (value := sent_of(one)) is not None:
            found.setdefault(str(one["name"]), []).extend(value)
    return found


@pytest.mark.parametrize(
    ("names", "phone", "born"),
    list(zip(NAMES, itertools.cycle(PHONES), itertools.cycle(BIRTHS), strict=False)),
)
def test_patient_is_stored_shown_and_saved_again_alike(names, phone, born, signed_in, front_desk):
    client = signed_in(front_desk)
    given, family = names if isinstance(names, tuple) else (names, names)
    typed = {"given_name": given, "family_name": family, "born_on": born, "phone": phone, "language": "en"}
    page = shown(client.get("/admin/patients/patient/add/").content.decode(), "given_name")
    answer = client.post("/admin/patients/patient/add/", {**page, **typed})
    if answer.status_code != 302:
        errors = BeautifulSoup(answer.content.decode(), "html.parser").select_one("ul.errorlist")
        assert errors and any(value in errors.get_text() for value in typed.values())
        return
    patient = Patient.objects.latest("pk")
    columns = ("given_name", "family_name", "born_on", "birth_year", "phone")
    stored = Patient.objects.values(*columns).get(pk=patient.pk)
    path = f"/admin/patients/patient/{patient.pk}/change/"
    again = shown(client.get(path).content.decode(), "given_name")
    assert client.post(path, again).status_code == 302
    assert Patient.objects.values(*columns).get(pk=patient.pk) == stored


# The point typed into the session form, with its side, and the point it means; None: needs a question.
POINTS = {
    "LI4": "LI4", "LI 4": "LI4", "Li4": "LI4", "LI-4": "LI4", "Hegu": "LI4", "hé gǔ": "LI4", "He Gu": "LI4",
    "合谷": "LI4", "GB20 (bilateral)": "GB20", "UB10": "BL10", "SJ5": "TE5", "DU14": "GV14", "REN22": "CV22",
    "L14": None, "LI 4 SI 3": None, "Futu": None, "C5": None, "LI 99": None, "4": None,
}  # fmt: skip
# The typed number of a unit, and the stored value; None: refused in a sentence that names it.
DEPTHS = {
    "15": 15,
    "15 mm": 15,
    "15mm": 15,
    "１５": 15,
    "٣٠": 30,
    "1 cun": None,
    "1,5": None,
    "6-7": None,
    "1e1": None,
}
# The typed time of a visit, and its wall time; None: refused in a sentence that names it.
TIMES = {
    "2026-03-13T10:00": "2026-03-13 10:00", "13.3.2026 10:00": "2026-03-13 10:00", "13/03/2026 2 pm": None,
    "Fri 13 Mar 2026 10:00": "2026-03-13 10:00", "Mar 13, 2026, 2:30 pm": "2026-03-13 14:30",
    "１３.３.２０２６ １０:００": "2026-03-13 10:00", "Mon 13 Mar 2026 10:00": None, "30 Feb 2026 10:00": None,
    "2026-03-13 25:00": None, "2036-03-13 10:00": None, "2026-03-29 02:30": None, "tomorrow 10:00": None,
}  # fmt: skip


@pytest.fixture
def log(course, practitioner, at, signed_in, time_machine):
    """Send the session form with one point; returns the response and the saved needle."""
    log_run(course, [(6, 5)], until=at - timedelta(days=2))
    time_machine.move_to(at, tick=False)
    client = signed_in(practitioner)

    def press(**typed):
        values = {
            "form_key": str(uuid.uuid4()),
            "held_at": course.clinic.local(at).strftime("%Y-%m-%dT%H:%M"),
            "practitioner": practitioner.pk,
            "before": "5", "after": "4", "is_needled": "yes", "no_red_flag": "on", "seen_number": "1",
            "needling-TOTAL_FORMS": "1", "needling-INITIAL_FORMS": "0",
            "needling-0-where": "LI4", "needling-0-side": "both", "needling-0-stimulation": "none",
            "needles_in": "2", "needles_out": "2",
            **typed,
        }  # fmt: skip
        page = client.post(f"/admin/courses/course/{course.pk}/log/", values, follow=True)
        return page, Needling.objects.order_by("-pk").first()

    return press


@pytest.mark.parametrize(("typed", "meant"), POINTS.items())
def test_point_is_stored_as_what_it_means_and_shown_or_asked_about(log, typed, meant):
    side = "midline" if meant in {"GV14", "CV22"} else "both"
    page, saved = log(**{"needling-0-where": typed, "needling-0-side": side})
    text = BeautifulSoup(page.content.decode(), "html.parser").get_text(" ", strip=True)
    if meant is None:
        assert saved is None
        assert f"“{typed}”" in text
        assert f'value="{typed}"' in page.content.decode()
        return
    assert saved is not None, text[:400]
    assert (saved.point.code, saved.unlisted, saved.ashi_site) == (meant, "", "")
    assert meant in text


@pytest.mark.parametrize(("typed", "meant"), DEPTHS.items())
def test_depth_is_stored_as_typed_and_shown_or_refused_by_name(log, typed, meant):
    page, saved = log(**{"needling-0-depth_mm": typed})
    html = page.content.decode()
    if meant is None:
        assert saved is None
        assert typed in BeautifulSoup(html, "html.parser").select_one("#form-errors").get_text()
        assert f'value="{typed}"' in html
        return
    assert saved.depth_mm == meant
    assert f"{meant} mm" in BeautifulSoup(html, "html.parser").get_text(" ", strip=True)


@pytest.mark.parametrize(("typed", "meant"), TIMES.items())
def test_time_of_a_visit_is_stored_as_meant_and_shown_or_refused_by_name(
    typed, meant, course, signed_in, front_desk, at, time_machine
):
    time_machine.move_to(at, tick=False)
    client, url = signed_in(front_desk), f"/admin/courses/appointment/add/?course={course.uuid}"
    page = shown(client.get(url).content.decode(), "starts_at")
    answer = client.post(
        url, {**page, "starts_at": typed, "practitioner": course.practitioner_id, "minutes": "30"}
    )
    booked = Appointment.objects.first()
    if meant is None:
        html = answer.content.decode()
        assert booked is None
        assert f'value="{typed}"' in html or f'value="{typed.replace(" ", "T")}"' in html
        day = typed.split()[0].split("T")[0]
        said = BeautifulSoup(html, "html.parser").select_one("ul.errorlist").get_text()
        assert typed in said or day in said or "Mar 2036" in said or "29 Mar 2026" in said
        return
    assert booked is not None, BeautifulSoup(answer.content, "html.parser").select("ul.errorlist")
    assert f"{course.clinic.local(booked.starts_at):%Y-%m-%d %H:%M}" == meant
    back = client.get(f"/admin/courses/appointment/{booked.pk}/change/").content.decode()
    assert meant.split()[1] in BeautifulSoup(back, "html.parser").get_text(" ", strip=True)
