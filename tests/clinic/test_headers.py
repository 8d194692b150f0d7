"""Headers of every page, reports of broken rules, and what a cookie may hold."""

from __future__ import annotations

import base64
import json

import pytest
from django.urls import reverse
from structlog.testing import capture_logs

from clinic import headers
from courses.alerts.messages.links import acknowledge_path
from courses.models import Alert, CheckIn
from courses.reminders.links import check_in_path, unsubscribe_path
from patients.models import Consent
from tests.factories import flag, log_visit

pytestmark = pytest.mark.django_db

SECRET = "whsec_do-not-show-me"


@pytest.fixture(autouse=True)
def fresh_minute():
    headers.minute.__init__()


def report(client, body, **values):
    return client.post("/csp-report/", body, content_type="application/csp-report", **values)


def csp(**values) -> str:
    usual = {
        "document-uri": "https://clinic.example.org/c/secret-token/?name=Heron",
        "effective-directive": "script-src-elem",
        "blocked-uri": "https://evil.example.org/Heron.js",
    }
    return json.dumps({"csp-report": {**usual, **values}})


class TestEveryPage:
    @pytest.mark.parametrize("path", ["/accounts/login/", "/healthz", "/admin/", "/nowhere/", "/accounts/"])
    def test_carries_the_headers(self, signed_in, practitioner, path):
        answer = signed_in(practitioner).get(path)
        assert "camera=()" in answer["Permissions-Policy"]
        assert "publickey-credentials-get=(self)" in answer["Permissions-Policy"]
        assert answer["Cross-Origin-Resource-Policy"] == "same-origin"
        assert answer["Cross-Origin-Opener-Policy"] == "same-origin"
        assert answer["Referrer-Policy"] == "same-origin"
        # /healthz is answered first, and is no page.
        assert path == "/healthz" or "report-uri /csp-report/" in answer["Content-Security-Policy"]

    def test_with_a_token_in_its_address_names_itself_to_nobody(self, client, course, lead, at):
        log_visit(course, at, flags=(flag(course.clinic, "trauma"),))
        paths = [
            check_in_path(CheckIn.objects.filter(session__course=course)[0]),
            unsubscribe_path(course.patient, Consent.Stream.REMINDERS),
            acknowledge_path(Alert.objects.get(), lead),
            "/c/forged/",
            "/u/forged/",
            "/a/forged/",
        ]
        assert {client.get(path)["Referrer-Policy"] for path in paths} == {"no-referrer"}
        assert {client.post(path)["Referrer-Policy"] for path in paths} == {"no-referrer"}

    def test_whose_form_is_checked_for_its_origin_lets_the_browser_send_one(self, client):
        """Without a referrer a browser sends `Origin: null`, which is refused: nobody could choose a password."""
        path = reverse("account_reset_password_from_key", args=["1", "set-password"])
        assert client.get(path)["Referrer-Policy"] == "same-origin"


class TestReport:
    def test_is_logged_by_rule_and_kind_of_page_alone(self, client):
        with capture_logs() as logs:
            assert report(client, csp()).status_code == 204
        [line] = logs
        assert line["page"] == "check-in"
        assert (line["rule"], line["blocked"]) == ("script-src-elem", "an address")
        for word in ("Heron", "secret-token", "evil"):
            assert word not in str(logs)

    def test_of_inline_script_says_so(self, client):
        with capture_logs() as logs:
            report(client, csp(**{"blocked-uri": "inline"}))
        assert logs[0]["blocked"] == "inline"

    @pytest.mark.parametrize(
        "body", ["", "[]", "{}", "x", '{"csp-report": 1}', csp(**{"effective-directive": "Heron, 8\n"}), "null"]
    )
    def test_of_nonsense_is_refused_and_logs_nothing(self, client, body):
        with capture_logs() as logs:
            assert report(client, body).status_code == 400
        assert logs == []

    def test_that_is_too_long_is_refused(self, client):
        assert report(client, csp(sample="x" * 9000)).status_code == 413

    def test_of_a_nesting_that_hurts_is_refused(self, client):
        assert report(client, "[" * 4000).status_code == 400

    def test_is_taken_thirty_times_a_minute(self, client):
        answers = [report(client, csp()).status_code for _n in range(headers.REPORTS_PER_MINUTE + 2)]
        assert answers[-3:] == [204, 429, 429]

    def test_by_get_is_refused(self, client):
        assert client.get("/csp-report/").status_code == 405


def readable(cookies) -> str:
    """Every cookie, and what each part of it is when it is read as base64."""
    text = ""
    for cookie in cookies.values():
        text += cookie.value
        for part in cookie.value.replace(":", ".").split("."):
            text += base64.urlsafe_b64decode(part + "=" * (-len(part) % 4)).decode(errors="replace")
    return text


class TestCookies:
    def test_hold_no_message(self, rf, signed_in, manager, settings):
        assert settings.MESSAGE_STORAGE.endswith("SessionStorage")
        client = signed_in(manager)
        values = {"name": "Chat", "url": "https://chat.example.org/in", "is_on": "on"}
        client.post("/admin/clinic/endpoint/add/", values)
        assert "messages" not in client.cookies
        assert "whsec" not in readable(client.cookies)
        assert "whsec" in client.get("/admin/clinic/endpoint/").content.decode()

    def test_hold_no_name_after_work_with_a_patient(self, signed_in, practitioner, patient):
        client = signed_in(practitioner)
        path = reverse("admin:patients_patient_archive", args=[patient.pk])
        client.post(path, {"reason": "moved away"})
        client.get(reverse("admin:patients_patient_change", args=[patient.pk]))
        held = readable(client.cookies)
        for word in (patient.family_name, patient.given_name, practitioner.user.username, practitioner.user.email):
            assert word not in held

    def test_are_few_and_known(self, client, practitioner):
        practitioner.user.set_password("a long word")
        practitioner.user.save()
        client.post("/accounts/login/", {"login": "practitioner", "password": "a long word"})
        client.get("/admin/")
        assert set(client.cookies) <= {"sessionid", "csrftoken", "known_device", "clinic_numbers"}
