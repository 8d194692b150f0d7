"""The head of a letter: name, logo, where the clinic is and how it is reached."""

from __future__ import annotations

import io

import pytest
from pypdf import PdfReader

from clinic.logo.kept_logo import replace_logo
from clinic.logo.uploaded_logo import picture_of
from courses.exchange.letters import write_summary
from tests.courses.exchange.reading import text_of
from tests.factories import log_visit
from tests.pictures import noise, picture

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter(course, practitioner, at):
    """The PDF of a summary."""
    log_visit(course, at)
    return lambda: write_summary(course, addressee="Dr. Ilex", message="Please look.", by=practitioner, at=at).pdf


def pictures(pdf: bytes) -> list[tuple[int, int]]:
    """The size of each picture of pixels on the first page."""
    return [one.image.size for one in PdfReader(io.BytesIO(bytes(pdf))).pages[0].images if one.image]


@pytest.mark.parametrize("mode", ["RGB", "RGBA"])
def test_shows_the_logo(letter, course, manager, at, mode):
    replace_logo(course.clinic, picture_of(picture(mode=mode)), by=manager, at=at)
    assert (300, 90) in pictures(letter())


def test_without_a_logo_shows_the_name_alone(letter, clinic):
    pdf = letter()
    assert pictures(pdf) == []
    assert clinic.name in text_of(pdf)


def test_says_where_the_clinic_is_and_how_it_is_reached(letter, course):
    clinic = course.clinic
    clinic.address, clinic.website = "12 Linden Street, 10115 Berlin", "https://www.linden.example/"
    clinic.reply_to = "desk@linden.example"
    clinic.save()
    assert "12 Linden Street 10115 Berlin 030 23125000 desk@linden.example www.linden.example" in text_of(letter())


def test_the_heaviest_logo_still_fits_into_the_time(letter, course, manager, at):
    replace_logo(course.clinic, picture_of(noise()), by=manager, at=at)
    assert (600, 200) in pictures(letter())
