"""The page of a fault: it asks nothing of what may be broken."""

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
    assert "What you entered may not be saved" in page
    assert "call the doctor, or the emergency number" in page
    assert "broken for a test" not in page


def test_its_style_is_there(broken):
    linked = re.findall(r'(?:href|src)="/static/([^"]+)"', broken.content.decode())
    assert len(linked) == 5
    assert [path for path in linked if finders.find(path) is None] == []


def test_its_style_is_no_breach_of_the_policy(broken):
    page = broken.content.decode()
    assert "<style" not in page
    assert " style=" not in page
    assert "style-src 'self'" in broken["Content-Security-Policy"]
