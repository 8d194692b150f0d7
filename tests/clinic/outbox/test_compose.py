"""Mail made from templates."""

from __future__ import annotations

import re
from html.parser import HTMLParser

import pytest
from django.test import override_settings

from clinic.models import Clinic, Message
from clinic.outbox.compose import absolute, compose, message_id

CONTEXT = {"person": {"username": "rowan"}, "link": "http://127.0.0.1:8000/in/", "is_new": True}


@pytest.fixture
def message() -> Message:
    return Message(
        clinic=Clinic(name="Linden & Sons", zone="Europe/Berlin", phone="1632", reply_to="desk@example.org")
    )


@pytest.fixture
def mail(message):
    return compose(message, "staff_invitation", CONTEXT, to="rowan@example.org", subject="You are\r\n\tinvited")


class Tags(HTMLParser):
    """Every opening tag with its attributes."""

    def __init__(self) -> None:
        super().__init__()
        self.found: list[tuple[str, dict[str, str | None]]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.found.append((tag, dict(attrs)))


def tags(html: str) -> list[tuple[str, dict[str, str | None]]]:
    parser = Tags()
    parser.feed(html)
    return parser.found


def test_mail_has_a_text_and_an_html_part_that_say_the_same(mail):
    for part in (mail.text, mail.html):
        assert "rowan" in part
        assert "http://127.0.0.1:8000/in/" in part


def test_text_is_plain(mail):
    assert "<" not in mail.text
    assert "&amp;" not in mail.text
    assert mail.text.endswith("\n")
    assert not mail.text.startswith("\n")


def test_html_escapes_what_it_is_given(message):
    context = {**CONTEXT, "person": {"username": "<b>rowan</b>"}}
    html = compose(message, "staff_invitation", context, to="x@example.org", subject="x").html
    assert "<b>" not in html
    assert "Linden &amp; Sons" in html


def test_styles_are_inlined(mail):
    """Mail programs that drop the head of a mail must still show a button."""
    styled = [attributes for tag, attributes in tags(mail.html) if attributes.get("class") == "button"]
    assert styled
    assert all("background" in (attributes["style"] or "") for attributes in styled)


def test_nothing_is_fetched_from_anywhere(mail):
    assert not {tag for tag, _attributes in tags(mail.html)} & {"img", "link", "script", "iframe", "video"}
    assert "url(" not in mail.html
    assert not any(name in attributes for _tag, attributes in tags(mail.html) for name in ("src", "background"))


def test_subject_is_on_one_line(mail):
    assert mail.subject == "You are invited"


def test_headers_name_the_row_and_say_that_a_machine_writes(mail, message):
    assert mail.headers == {
        "Message-ID": f"<{message.uuid}@127.0.0.1>",
        "Auto-Submitted": "auto-generated",
    }
    assert (mail.to, mail.reply_to) == ("rowan@example.org", "desk@example.org")


def test_times_are_those_of_the_clinics_wall(at):
    clinic = Clinic(name="Linden", zone="Australia/Sydney", languages=["en"])
    message = Message(clinic=clinic)
    context = {"raised_at": at, "alert": None, "acknowledge_url": "", "alert_url": ""}
    mail = compose(message, "staff_alert", context, to="x@example.org", subject="x")
    assert "11 Mar 2026, 9:00 PM (Australia/Sydney)" in mail.text
    assert "11 Mar 2026, 9:00 PM" in mail.html


def test_further_headers_are_added(message):
    mail = compose(message, "staff_invitation", CONTEXT, to="x", subject="x", headers={"X-Priority": "1"})
    assert mail.headers["X-Priority"] == "1"
    assert "Message-ID" in mail.headers


@override_settings(BASE_URL="https://clinic.example.org:8443")
def test_message_id_ends_in_our_name_without_a_port(message):
    assert re.fullmatch(r"<[0-9a-f-]{36}@clinic\.example\.org>", message_id(message))


@override_settings(BASE_URL="https://clinic.example.org")
def test_absolute_is_what_people_outside_reach():
    assert absolute("/a/token/") == "https://clinic.example.org/a/token/"
