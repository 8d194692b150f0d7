"""Every staff form keeps a draft, and neither an ended session nor an old token loses what was typed.

The forms are found by opening every address; a new form is in these tests without being listed.
"""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.db import OperationalError, connection
from django.test import Client

from clinic.posting.owner import OWNER, SENT_KEY
from clinic.posting.refill import FRESH
from tests import factories
from tests.posting.forms import ROLES, StaffForm, sent_of, staff_forms
from tests.test_tenancy import cast, rows  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db


@pytest.fixture
def forms(cast, rows, smtp, lead, clinic, at) -> list[StaffForm]:  # noqa: F811
    """All of them, each as the first role that may open it."""
    factories.CourseFactory(
        patient=factories.PatientFactory(clinic=clinic), practitioner=lead, starts_on=at.date()
    )
    return list(staff_forms(cast, rows).values())


@pytest.fixture
def browsers(cast):  # noqa: F811
    """Browsers that check CSRF tokens, one for each role."""

    found = {}
    for role in ROLES:
        found[role] = Client(enforce_csrf_checks=True)
        found[role].force_login(cast[role].user, backend="clinic.account.sign_in.MembershipBackend")
    return found


def typed_back(page: str, form: StaffForm) -> dict[str, list[str]]:
    """The form's values on the returned page; if the form no longer exists, the list of what was typed."""
    found: dict[str, list[str]] = {}
    soup = BeautifulSoup(page, "html.parser")
    for name in soup.select("dl dt"):
        found.setdefault(name.get_text(strip=True), []).append(name.find_next("dd").get_text())
    for tag in soup.find_all("form"):
        for one in tag.find_all(["input", "select", "textarea"]):
            if one.get("name") and (value := sent_of(one)):
                found.setdefault(str(one["name"]), []).extend(value)
    return found


def lost(sent: dict[str, list[str]], back: dict[str, list[str]]) -> dict[str, list[str]]:
    """Sent values that were not returned."""
    return {
        name: values
        for name, values in sent.items()
        if name not in FRESH and [one for one in values if one and one not in back.get(name, [])]
    }


def test_every_form_keeps_a_draft_and_has_a_key_of_its_own(forms):
    ways = {form.name for form in forms}
    for name in (
        "admin:clinic_clinic_change",
        "admin:clinic_membership_change",
        "admin:clinic_membership_add",
        "admin:clinic_duty_change",
        "admin:clinic_endpoint_change",
        "admin:patients_patient_change",
        "admin:patients_patient_add",
        "admin:patients_patient_red_flag",
        "admin:patients_patient_intake_step",
        "admin:patients_patient_correct",
        "admin:courses_course_log",
        "admin:courses_course_review",
        "admin:courses_course_measures",
        "admin:courses_course_end",
        "admin:courses_course_hand_over",
        "admin:courses_appointment_add",
        "admin:courses_silence_add",
        "admin:courses_letter_summary",
        "admin:courses_session_correct",
        "admin:courses_rulesettings_changelist",
    ):
        assert name in ways, name

    # Every form keeps a draft and has a key of its own.
    missing = []
    for form in forms:
        meta = form.soup.select_one('meta[name="drafts"]')
        script = form.soup.select_one('script[src$="js/drafts.js"]')
        hidden = {str(one.get("name")) for one in form.tag.select("input[type=hidden]")}
        is_whole = meta is not None and script is not None and {OWNER, SENT_KEY} <= hidden
        if not is_whole or form.tag.has_attr("data-no-draft"):
            missing.append(form.target)
    assert missing == []


def test_an_old_token_loses_nothing_that_was_typed(forms, browsers):
    faults = {}
    for form in forms:
        sent = form.typed()
        response = browsers[form.role].post(form.target, sent)
        page = response.content.decode()
        if response.status_code != 422 or "Not sent yet" not in page:
            faults[form.target] = response.status_code
        elif gone := not_listed(page, lost(sent, typed_back(page, form))):
            faults[form.target] = gone
    assert faults == {}


def not_listed(page: str, gone: dict[str, list[str]]) -> dict[str, list[str]]:
    """Values missing from the plain page that lists what was typed, if a form is no longer available."""
    listed = BeautifulSoup(page, "html.parser").get_text() if "What you typed" in page else ""
    return {name: values for name, values in gone.items() if not all(one in listed for one in values)}


def test_an_ended_session_or_a_database_that_is_away_loses_nothing_that_was_typed(forms, cast, clinic):  # noqa: F811
    assert ended_session(forms) == {}
    assert database_away(forms, cast, clinic) == {}


def database_away(forms, cast, clinic):  # noqa: F811
    """Errors of each form while no query is answered."""
    faults = {}

    def away(*args: object) -> None:
        raise OperationalError("away for a test")

    clients = {role: Client(raise_request_exception=False) for role in ROLES}
    for role, client in clients.items():
        client.force_login(cast[role].user, backend="clinic.account.sign_in.MembershipBackend")
        client.get("/admin/")
    for form in forms:
        sent = form.typed()
        with connection.execute_wrapper(away):
            response = clients[form.role].post(form.target, sent)
        page = response.content.decode()
        is_flagged = any(name.startswith("flag_") for name in sent)
        if response.status_code != 503 or f"tel:{clinic.emergency_number}" not in page:
            faults[form.target] = response.status_code
        elif is_flagged and "Assume that the red flag was NOT saved" not in page:
            faults[form.target] = "a red flag"
        elif gone := lost(sent, typed_back(page, form)):
            faults[form.target] = gone
    return faults


def ended_session(forms):
    """Errors of each form after sign-out."""
    faults = {}
    for form in forms:
        sent = form.typed()
        response = Client().post(form.target, sent)
        page = response.content.decode()
        if response.status_code != 401 or "Nothing was sent or saved." not in page:
            faults[form.target] = response.status_code
        elif gone := lost(sent, typed_back(page, form)):
            faults[form.target] = gone
    return faults
