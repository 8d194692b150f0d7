"""Whose page a patient is on: logo, address and website, and what is shown while the database is away."""

from __future__ import annotations

import re

import pytest
from django.db import OperationalError, connection
from django.test.utils import CaptureQueriesContext

from clinic.logo.kept_logo import replace_logo
from clinic.logo.uploaded_logo import picture_of
from courses.reminders.links import check_in_path, unsubscribe_path
from patients.models import Consent
from tests.pictures import picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def clinic_with_face(clinic, manager, at):
    clinic.address, clinic.website = "12 Linden Street, 10115 Berlin", "https://www.linden.example/"
    clinic.save()
    replace_logo(clinic, picture_of(picture()), by=manager, at=at)
    return clinic


def away(*_args: object) -> None:
    raise OperationalError("away for a test")


def pictures(response) -> list[str]:
    return re.findall(r'<img[^>]*src="([^"]*)"', response.content.decode())


@pytest.fixture
def pages(client, path, patient):
    """Check-in and unsubscription."""
    return lambda: [client.get(path), client.get(unsubscribe_path(patient, Consent.Stream.REMINDERS))]


def test_patients_pages_show_whose_they_are(pages, clinic_with_face):
    for page in pages():
        assert clinic_with_face.logo_path in pictures(page)
        text = page.content.decode()
        assert "12 Linden Street, 10115 Berlin" in text
        assert '<a href="https://www.linden.example/" rel="noopener noreferrer">www.linden.example</a>' in text
        assert "img-src 'self' data:" in page["Content-Security-Policy"]


def test_without_a_logo_the_products_mark_is_there(pages, clinic):
    for page in pages():
        assert [one for one in pictures(page) if "/logo/" in one] == []
        assert "page-foot" not in page.content.decode()


def test_a_page_made_while_the_database_is_away_asks_for_no_logo(client, path, clinic_with_face):
    client.get(path)
    with connection.execute_wrapper(away):
        page = client.get(path)
    assert page.status_code == 200
    assert [one for one in pictures(page) if "/logo/" in one] == []
    assert "How are you today?" in page.content.decode()
    # What this process has read before is shown.
    assert "12 Linden Street, 10115 Berlin" in page.content.decode()


def test_a_link_stays_as_short_as_it_was(check_in, clinic_with_face):
    before = len(check_in_path(check_in))
    clinic_with_face.address = "x" * 300
    clinic_with_face.save()
    check_in.clinic.refresh_from_db()
    assert abs(len(check_in_path(check_in)) - before) < 10


def test_a_logo_costs_a_page_no_query(client, path, clinic, manager, at):
    client.get(path)
    with CaptureQueriesContext(connection) as without:
        client.get(path)
    replace_logo(clinic, picture_of(picture()), by=manager, at=at)
    with CaptureQueriesContext(connection) as with_logo:
        client.get(path)
    assert len(with_logo) == len(without)
