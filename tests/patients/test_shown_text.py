"""A consent keeps the text that was on the page: every page that records one, and whatever happens between."""

from __future__ import annotations

import ast
import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from bs4 import BeautifulSoup
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from clinic.models import Membership
from patients.consent_texts import text_in_force, write_text
from patients.forms import ConsentForm
from patients.intake_forms import ConsentsForm
from patients.models import Consent, ConsentText, Patient
from patients.screens.shown_text import SaysWhichText
from tests.factories import PatientFactory

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[2]
# Who writes consents without a page that a patient reads from: each with the text that it files.
WITHOUT_PAGE = {
    "patients/intake.py:record_consent",  # the service itself
    "patients/identity/merging.py:_settle_consents",  # the text of the answer that it repeats
    "courses/reminders/views.py:_page",  # a withdrawal by a link: no text
    "courses/practice/invented.py:_take_in",  # invented: the text in force
    "demo/seed/replay.py:Replay._papers",  # invented: the text in force
}


@dataclass(frozen=True)
class Page:
    """A page that records consents: its address, and a yes and a no as a browser sends them."""

    form: type[SaysWhichText]
    name: str
    args: tuple[str, ...]
    yes: dict[str, Any]
    no: dict[str, Any]
    stream: str = "treatment"

    def url(self, patient: Patient) -> str:
        """Of one patient."""
        return reverse(self.name, args=[patient.pk, *self.args])


PAGES = [
    Page(
        ConsentForm,
        "admin:patients_patient_record",
        ("consent",),
        yes={"streams": ["treatment", "research"], "is_given": "1", "how": "spoken"},
        no={"streams": ["treatment"], "is_given": "0", "how": "spoken"},
    ),
    Page(
        ConsentsForm,
        "admin:patients_patient_intake_step",
        ("consents",),
        yes={"stream_treatment": "1", "stream_research": "1", "how": "spoken", "go": "next"},
        no={"stream_treatment": "0", "how": "spoken", "go": "next"},
    ),
]
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: page.form.__name__)


def writers() -> Iterator[tuple[str, str]]:
    """Each class or function that records a consent, with its module."""
    for app in ("clinic", "patients", "courses", "demo"):
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                module = path.relative_to(ROOT).as_posix()
                yield from ((module, name) for name in _within(ast.parse(path.read_text())))


def _within(tree: ast.AST, name: str = "") -> Iterator[str]:
    for node in ast.iter_child_nodes(tree):
        is_named = isinstance(node, (ast.ClassDef, ast.FunctionDef))
        inner = f"{name}.{node.name}".lstrip(".") if is_named else name
        if isinstance(node, ast.Call) and _records(ast.unparse(node.func)):
            yield name
        yield from _within(node, inner)


def _records(called: str) -> bool:
    makers = ("create", "bulk_create", "get_or_create", "update_or_create")
    by_manager = called.startswith(("Consent.objects.", "Consent.every.")) or ".consents." in called
    return called in {"record_consent", "Consent"} or (by_manager and called.endswith(makers))


def test_every_form_that_records_a_consent_says_which_text():
    found, others = set(), set()
    for module, name in writers():
        owner = getattr(import_module(module.removesuffix(".py").replace("/", ".")), name.split(".")[0], None)
        if isinstance(owner, type) and issubclass(owner, SaysWhichText):
            found.add(owner)
        else:
            others.add(f"{module}:{name}")
    assert found == {page.form for page in PAGES}
    assert others == WITHOUT_PAGE


@pytest.fixture
def newcomer(clinic) -> Patient:
    """Nobody has asked this patient yet."""
    return PatientFactory(clinic=clinic)


@pytest.fixture
def client(signed_in, practitioner) -> Client:
    return signed_in(practitioner)


@pytest.fixture
def change(clinic, lead):
    """Another version of the text comes into force."""

    def write() -> ConsentText:
        now = text_in_force(clinic)
        assert now is not None
        body = f"{now.body}\nA sentence of version {now.version + 1}."
        return write_text(now, body=body, retention=now.retention or "10 years", by=lead, at=timezone.now())

    return write


def soup(response) -> BeautifulSoup:
    return BeautifulSoup(response.content, "html.parser")


def told(response) -> str:
    """The version that a page carries; it prints exactly that text, no other one."""
    found = soup(response)
    (version,) = {one["value"] for one in found.select("input[name=shown_text]")}
    printed = [" ".join(one.get_text().split()) for one in found.select(".consent-text li")]
    assert printed == ConsentText.objects.get(version=version).paragraphs
    return str(version)


def filed(patient: Patient) -> list[tuple[str, bool, int | None]]:
    rows = Consent.objects.filter(patient=patient).order_by("pk")
    return [(row.stream, row.is_given, row.text and row.text.version) for row in rows]


def is_still_typed(response, values: dict[str, Any]) -> bool:
    """Whether every answer that was sent is chosen on a page."""
    found = soup(response)
    for name, value in values.items():
        for one in value if isinstance(value, list) else [value]:
            chosen = found.select(f'input[name={name}][value="{one}"][checked]')
            chosen += found.select(f'select[name={name}] option[value="{one}"][selected]')
            if name != "go" and not chosen:
                return False
    return True


@each_page
def test_page_prints_the_text_that_is_filed(page, client, newcomer, change):
    for version in (1, 2):
        shown = told(client.get(page.url(newcomer)))
        assert shown == str(version)
        assert client.post(page.url(newcomer), {**page.yes, "shown_text": shown}).status_code == 302
        rows = filed(newcomer)[-2:]
        assert rows == [("treatment", True, version), ("research", True, version)]
        change()


@each_page
def test_stale_page_shows_the_new_text_and_everything_typed(page, client, newcomer, change):
    shown = told(client.get(page.url(newcomer)))
    change()
    response = client.post(page.url(newcomer), {**page.yes, "shown_text": shown})
    assert response.status_code == 422
    assert "Read the text below with the patient, then save again." in soup(response).get_text()
    assert is_still_typed(response, page.yes)
    assert filed(newcomer) == []
    assert client.post(page.url(newcomer), {**page.yes, "shown_text": told(response)}).status_code == 302
    assert {row[2] for row in filed(newcomer)} == {2}


@each_page
def test_no_is_taken_beside_the_text_that_was_shown(page, client, newcomer, change):
    ConsentText.objects.update(retention="")
    shown = told(client.get(page.url(newcomer)))
    change()
    assert client.post(page.url(newcomer), {**page.no, "shown_text": shown}).status_code == 302
    assert filed(newcomer) == [("treatment", False, 1)]


@each_page
def test_nobody_agrees_to_a_text_that_is_not_complete(page, client, newcomer):
    ConsentText.objects.update(retention="")
    response = client.get(page.url(newcomer))
    assert "Ask a lead to edit it under Setup > Consent texts." in soup(response).get_text()
    response = client.post(page.url(newcomer), {**page.yes, "shown_text": told(response)})
    assert response.status_code == 422
    assert "does not say how long records are kept" in soup(response).get_text()
    assert is_still_typed(response, page.yes)
    assert filed(newcomer) == []


@each_page
@pytest.mark.parametrize("version", [None, "", "99", "999999999999", "x", "-1"])
@pytest.mark.parametrize("answer", ["yes", "no"])
def test_page_that_does_not_say_which_text_files_nothing(page, client, newcomer, version, answer):
    values = getattr(page, answer) | ({} if version is None else {"shown_text": version})
    response = client.post(page.url(newcomer), values)
    assert response.status_code == 422
    assert "may have changed since this page was opened" in soup(response).get_text()
    assert "Hidden field" not in soup(response).get_text()
    assert is_still_typed(response, getattr(page, answer))
    assert told(response) == "1"
    assert filed(newcomer) == []


@each_page
def test_second_send_files_nothing_more(page, client, newcomer, change):
    values = {**page.yes, "shown_text": told(client.get(page.url(newcomer))), "sent_key": str(uuid.uuid4())}
    assert client.post(page.url(newcomer), values).status_code == 302
    once = filed(newcomer)
    change()
    assert client.post(page.url(newcomer), values).status_code == 302
    assert filed(newcomer) == once == [("treatment", True, 1), ("research", True, 1)]


@each_page
@pytest.mark.parametrize("is_changed", [False, True])
def test_ended_session_brings_the_answers_back_beside_the_text_in_force(
    page, client, newcomer, practitioner: Membership, change, is_changed
):
    opened = soup(client.get(page.url(newcomer)))
    hidden = {one["name"]: one["value"] for one in opened.select("form.card input[type=hidden]")}
    values = {**hidden, **page.yes}
    client.logout()
    assert client.post(page.url(newcomer), values).status_code == 401
    if is_changed:
        change()
    checked = Client(enforce_csrf_checks=True)
    checked.force_login(practitioner.user, backend="clinic.account.sign_in.MembershipBackend")
    # As the sign-in page sends it on: without a token.
    values.pop("csrfmiddlewaretoken", None)
    again = checked.post(page.url(newcomer), values)
    assert again.status_code == 422
    assert is_still_typed(again, page.yes)
    assert told(again) == ("2" if is_changed else "1")
    assert ("The consent text was changed" in soup(again).select_one(".notice-stop").get_text()) is is_changed
    assert filed(newcomer) == []
    token = soup(again).select_one("form.card input[name=csrfmiddlewaretoken]")["value"]
    sent = {**page.yes, "shown_text": told(again), "csrfmiddlewaretoken": token}
    assert checked.post(page.url(newcomer), sent).status_code == 302
    assert {row[2] for row in filed(newcomer)} == {2 if is_changed else 1}


@pytest.mark.parametrize("is_changed", [False, True])
def test_draft_never_says_which_text_is_on_the_page(client, newcomer, change, is_changed):
    page = PAGES[1]
    shown = told(client.get(page.url(newcomer)))
    client.post(page.url(newcomer), {**page.yes, "go": "later", "shown_text": shown})
    if is_changed:
        change()
    resumed = client.get(page.url(newcomer))
    assert is_still_typed(resumed, page.yes)
    assert ("was changed after these answers" in " ".join(soup(resumed).get_text().split())) is is_changed
    version = told(resumed)
    assert version == ("2" if is_changed else "1")
    # Another one, between.
    change()
    assert client.post(page.url(newcomer), {**page.yes, "shown_text": version}).status_code == 422
    assert filed(newcomer) == []


def test_yes_to_an_earlier_text_is_not_chosen_again_unasked(client, newcomer, change):
    page = PAGES[1]
    client.post(page.url(newcomer), {**page.yes, "stream_moxa": "0", "shown_text": "1"})
    n_before = len(filed(newcomer))
    change()
    response = client.get(page.url(newcomer))
    chosen = {(one["name"], one["value"]) for one in soup(response).select("input[type=radio][checked]")}
    assert chosen == {("stream_moxa", "0")}
    assert "agreed to an earlier text" in soup(response).get_text()
    # Nobody asked: the earlier answers stay, and no row says that they agreed to this text.
    as_it_is = {"stream_moxa": "0", "how": "spoken", "go": "next", "shown_text": told(response)}
    assert client.post(page.url(newcomer), as_it_is).status_code == 302
    assert len(filed(newcomer)) == n_before
    # Asked again about one of them.
    assert client.post(page.url(newcomer), {**as_it_is, "stream_treatment": "1"}).status_code == 302
    assert filed(newcomer)[n_before:] == [("treatment", True, 2)]
