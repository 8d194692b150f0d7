"""A letter that was written by mistake: on file, marked on its page and in its PDF, on no list."""

from __future__ import annotations

import io

import pytest
from bs4 import BeautifulSoup
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.urls import reverse
from pypdf import PdfReader

from courses.exchange.letters import take_out, void_letter, write_referral, write_summary
from courses.models import Alert, Letter
from tests.courses.exchange.reading import text_of
from tests.factories import flag, log_run, log_visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def letter(course, practitioner, at):
    log_run(course, [(8, 7), (7, 6)], until=at)
    message = "Dear colleague,\n\n" + "please look at this neck.\n\n" * 60
    written = write_summary(course, addressee="Dr. Ilex Hornbeam", message=message, by=practitioner, at=at)
    return Letter.objects.get(pk=written.pk)


@pytest.fixture
def void(letter, practitioner, at):
    void_letter(letter, reason="written for the wrong patient", by=practitioner, at=at)
    return Letter.every.get(pk=letter.pk)


def test_every_page_of_a_void_letter_says_so_and_still_reads_as_written(void, practitioner, at):
    pages = PdfReader(io.BytesIO(take_out(void, by=practitioner, at=at))).pages
    assert len(pages) > 1
    for page in pages:
        text = " ".join(page.extract_text().split())
        assert "VOID" in text
        assert "do not send or file" in text
        assert "written for the wrong patient" in text
    assert "Dr. Ilex Hornbeam" in text_of(take_out(void, by=practitioner, at=at))


def test_what_was_signed_is_kept_as_it_was(void, letter):
    assert bytes(void.pdf) == bytes(letter.pdf)
    assert [event.kind for event in void.events.all()] == ["written", "voided"]
    assert not Letter.objects.filter(pk=void.pk).exists()


def test_void_once_with_a_reason_and_never_undone(letter, void, practitioner, at):
    with pytest.raises(ValidationError, match="voided this already"):
        void_letter(letter, reason="again", by=practitioner, at=at)
    for change in ({"void_reason": "other"}, {"voided_at": None, "voided_by": None, "void_reason": ""}):
        with pytest.raises(DatabaseError), transaction.atomic():
            Letter.every.filter(pk=void.pk).update(**change)
    with pytest.raises(DatabaseError), transaction.atomic():
        void.delete()


def test_without_a_reason_nothing_is_voided(letter, practitioner, at):
    with pytest.raises(ValidationError, match="Say why"):
        void_letter(letter, reason="  ", by=practitioner, at=at)
    assert Letter.objects.filter(pk=letter.pk).exists()


def test_alert_of_a_void_referral_says_so(course, practitioner, at):
    log_visit(course, at, flags=(flag(course.clinic, "skin_infect"),))
    alert = Alert.objects.red_flags().get()
    written = write_referral(alert, addressee="Dr. Hornbeam", message="Please see.", by=practitioner, at=at)
    void_letter(written, reason="sent to the wrong doctor", by=practitioner, at=at)
    assert "letter was voided: sent to the wrong doctor" in str(alert.events.order_by("-pk")[0].detail)


class TestPages:
    def test_voiding_asks_for_a_reason_keeps_it_and_marks_every_page(
        self, letter, signed_in, practitioner, course
    ):
        client, url = signed_in(practitioner), reverse("admin:courses_letter_void", args=[letter.pk])
        assert url in client.get(reverse("admin:courses_letter_change", args=[letter.pk])).content.decode()
        assert client.post(url, {"reason": ""}).status_code == 422
        page = client.post(url, {"reason": "wrong <patient>"}, follow=True)
        text = BeautifulSoup(page.content, "html.parser").get_text(" ", strip=True)
        assert "Void: do not send or file." in text
        assert "wrong <patient>" in text
        assert "Print it, read it, sign it" not in text
        assert "Void letter" not in text
        assert "voided" in text
        pdf = client.get(reverse("admin:courses_letter_pdf", args=[letter.pk]))
        assert "void-letter-" in pdf["Content-Disposition"]
        assert "VOID" in text_of(pdf.content)
        again = client.post(url, {"reason": "second press"}, follow=True)
        assert "voided this already" in again.content.decode()

    def test_course_and_list_show_it_among_the_void_ones_alone(self, void, signed_in, practitioner, course):
        client = signed_in(practitioner)
        url = reverse("admin:courses_course_change", args=[course.pk])
        course_page = BeautifulSoup(client.get(url).content, "html.parser")
        letters = course_page.select_one("section:has(#letters-head)").get_text()
        assert "None yet." in letters
        assert "written for the wrong patient" in course_page.select_one("[data-void]").get_text()
        listed = reverse("admin:courses_letter_changelist")
        assert "Dr. Ilex Hornbeam" not in client.get(listed).content.decode()
        assert "Dr. Ilex Hornbeam" in client.get(f"{listed}?void=yes").content.decode()

    def test_not_for_the_front_desk(self, letter, signed_in, front_desk):
        url = reverse("admin:courses_letter_void", args=[letter.pk])
        assert signed_in(front_desk).post(url, {"reason": "x"}).status_code in {403, 404}
        assert Letter.objects.filter(pk=letter.pk).exists()
