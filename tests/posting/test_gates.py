"""A form without a session or with an old token: nothing is written, nothing typed is lost."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse

from courses.models import Course, RedFlagReport
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.fixture
def strict(practitioner):
    """A signed-in browser that checks CSRF tokens."""
    client = Client(enforce_csrf_checks=True)
    client.force_login(practitioner.user, backend="clinic.account.sign_in.MembershipBackend")
    return client


@pytest.fixture
def url(course):
    return reverse("admin:courses_course_hold", args=[course.pk])


def hidden(page: str, name: str) -> str:
    return str(BeautifulSoup(page, "html.parser").select_one(f"#content input[name={name}]")["value"])


def test_old_token_brings_the_form_back_as_typed(strict, url, course):
    typed = {"reason": "Waiting for <an MRI>", "csrfmiddlewaretoken": "Q" * 64}
    response = strict.post(url, typed)
    page = response.content.decode()
    assert response.status_code == 422
    assert "Not sent yet. Check and send again." in page
    assert hidden(page, "reason") == "Waiting for <an MRI>"
    course.refresh_from_db()
    assert course.status != Course.Status.ON_HOLD


def test_the_second_press_sends_it(strict, url, course):
    page = strict.post(url, {"reason": "Waiting for an MRI", "csrfmiddlewaretoken": "Q" * 64}).content.decode()
    values = {name: hidden(page, name) for name in ("reason", "csrfmiddlewaretoken", "sent_key", "form_of")}
    assert strict.post(url, values).status_code == 302
    course.refresh_from_db()
    assert (course.status, course.holds.get().reason) == (Course.Status.ON_HOLD, "Waiting for an MRI")


@pytest.mark.parametrize(
    "headers", [{"Origin": "https://elsewhere.example"}, {"Sec-Fetch-Site": "cross-site"}, {"Origin": "null"}]
)
def test_what_another_site_wrote_is_never_shown_as_typed(strict, url, headers):
    response = strict.post(url, {"reason": "Written by somebody else"}, headers=headers)
    assert response.status_code == 403
    assert "Written by somebody else" not in response.content.decode()
    assert "Not sent" in response.content.decode()


def test_what_somebody_else_typed_is_not_shown(strict, url, lead):
    other = Client()
    other.force_login(lead.user, backend="clinic.account.sign_in.MembershipBackend")
    owner = hidden(other.get(url).content.decode(), "form_of")
    response = strict.post(url, {"reason": "Typed by the lead", "form_of": owner})
    assert response.status_code == 403
    assert "Typed by the lead" not in response.content.decode()


def test_session_over_says_so_and_carries_what_was_typed(client, url, course):
    response = client.post(url, {"reason": "Waiting for an MRI", "csrfmiddlewaretoken": "x", "password": "secret"})
    page = response.content.decode()
    assert response.status_code == 401
    assert "Nothing was sent or saved." in page
    assert f"/accounts/login/?next={url}" in page
    assert hidden(page, "reason") == "Waiting for an MRI"
    assert "secret" not in page
    assert "csrfmiddlewaretoken" not in page
    course.refresh_from_db()
    assert course.status != Course.Status.ON_HOLD


def test_without_script_the_carried_form_is_shown_after_sign_in(strict, url, course):
    """The signed-out page posts without a token, so that it can only show the form."""
    page = Client().post(url, {"reason": "Waiting for an MRI", "form_of": ""}).content.decode()
    carried = {
        str(one["name"]): str(one["value"])
        for one in BeautifulSoup(page, "html.parser").select("form input[name]")
    }
    back = strict.post(url, carried)
    assert back.status_code == 422
    assert hidden(back.content.decode(), "reason") == "Waiting for an MRI"


def test_red_flag_by_phone_is_returned_with_its_ticks(strict, patient):
    url = reverse("admin:patients_patient_red_flag", args=[patient.pk])
    flag = factories.RedFlag.objects.for_clinic(patient.clinic).current().get(code="hand_clumsy")
    typed = {f"flag_{flag.pk}": "on", "caller": "the daughter", "note": "since this morning"}
    soup = BeautifulSoup(strict.get(url).content, "html.parser")
    ticks = [str(one["name"]) for one in soup.select("input[type=checkbox]")]
    typed[ticks[0]] = "on"
    page = BeautifulSoup(strict.post(url, typed).content, "html.parser")
    assert [str(one["name"]) for one in page.select("input[checked]")] == [ticks[0]]
    assert page.select_one("input[name=caller]")["value"] == "the daughter"
    assert "since this morning" in page.select_one("[name=note]").get_text() + str(page.select_one("[name=note]"))
    assert RedFlagReport.objects.count() == 0


def test_button_only_form_is_returned_with_its_button(strict, course, lead):
    """A form on a page with another address: that page is shown again."""
    response = strict.post(reverse("admin:patients_patient_archive", args=[course.patient_id]), {})
    assert response.status_code in {403, 422}
    assert "Not sent yet" in response.content.decode()


def test_sign_in_page_with_an_old_token_says_a_plain_sentence(db):
    response = Client(enforce_csrf_checks=True).post(reverse("account_login"), {"login": "x", "password": "y"})
    page = response.content.decode()
    assert response.status_code == 403
    assert "Not sent yet" in page
    assert "CSRF" not in page
