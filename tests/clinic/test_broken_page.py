"""The error page uses nothing that may be broken."""

from __future__ import annotations

import re

import pytest
from django.contrib.staticfiles import finders
from django.urls import reverse

pytestmark = pytest.mark.django_db


@pytest.fixture
def broken(signed_in, practitioner, monkeypatch):
    """A page that fails, as a browser gets it."""

    def fail(*args: object, **kwargs: object) -> None:
        raise RuntimeError("broken for a test")

    monkeypatch.setattr("courses.admin.site.today", fail)
    client = signed_in(practitioner)
    client.raise_request_exception = False
    return client.get(reverse("admin:index"))


def test_says_what_to_do_and_never_to_wait_with_an_emergency(broken):
    assert broken.status_code == 500
    page = " ".join(broken.content.decode().split())
    assert "What was saved is safe" in page
    assert "Do not wait for this page. Call now" in page
    assert "broken for a test" not in page


def test_its_style_is_there(broken):
    linked = re.findall(r'(?:href|src)="/static/([^"]+)"', broken.content.decode())
    assert len(linked) == 6
    assert [path for path in linked if finders.find(path) is None] == []


def test_its_style_is_no_breach_of_the_policy(broken):
    page = " ".join(broken.content.decode().split())
    assert "<style" not in page
    assert " style=" not in page
    assert "style-src 'self'" in broken["Content-Security-Policy"]


def test_page_that_fails_as_well_leaves_the_plainest_one(signed_in, practitioner, monkeypatch, broken):
    monkeypatch.setattr("courses.away.views.numbers_of", lambda request: 1 / 0)
    client = signed_in(practitioner)
    page = client.get(reverse("admin:index"))
    assert page.status_code == 500
    assert "call the doctor, or the emergency number" in " ".join(page.content.decode().split())
