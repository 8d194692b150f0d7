"""Letters to doctors: their content, and who wrote and downloaded them."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from courses.alerts.responding import acknowledge, last_news, resolve
from courses.exchange import letters
from courses.exchange.letters import take_out, write_referral, write_summary
from courses.exchange.typesetting import TypesettingFailed
from courses.measures.entry import ItemScore, MeasuresEntry
from courses.measures.recording import record_measures
from courses.models import Alert, Letter, LetterEvent, MeasureScore, Review
from courses.reviews.discharging import Discharge, discharge
from courses.reviews.reviewing import ReviewEntry, record_review
from tests.courses.exchange.reading import text_of
from tests.factories import flag, log_run, log_visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def treated(course, practitioner, at):
    course.patient.given_name, course.patient.family_name = "Ada", "Heron"
    course.patient.save()
    log_run(course, [(8, 7), (7, 6), (6, 5), (5, 4)], until=at - timedelta(days=2))
    log_visit(course, at - timedelta(hours=3), flags=(flag(course.clinic, "skin_infect"),))
    scores = (ItemScore("peg_one", "", 6),)
    record_measures(
        course, entry=MeasuresEntry(uuid.uuid4(), MeasureScore.Stage.START, scores), by=practitioner, at=at
    )
    entry = ReviewEntry(uuid.uuid4(), Review.Decision.CHANGE, "fewer points")
    record_review(course, entry=entry, by=practitioner, at=at)
    return course


@pytest.fixture
def alert(treated):
    return Alert.objects.red_flags().get()


@pytest.fixture
def write(practitioner, at):
    return {
        "addressee": "Dr. Ilex Hornbeam",
        "message": "Dear colleague,\n\nplease look.",
        "by": practitioner,
        "at": at,
    }


def test_summary_contains_patient_diagnosis_dates_sessions_and_who(treated, write):
    text = text_of(write_summary(treated, **write).pdf)
    for words in (
        "Linden", "Dr. Ilex Hornbeam", "Ada Heron, born 31 May 1980", "Dear colleague, please look.",
        "structural, by Dr. Ilex", "20 January 2026", "5 of 13 planned; 0 missed", "Practitioner Tree",
        "Licence L-1",
    ):  # fmt: skip
        assert words in text


def test_summary_contains_scores_measures_reviews_and_the_curve(treated, write):
    text = text_of(write_summary(treated, **write).pdf)
    for words in ("Pain before the session 8 5 (session 5)", "Limited by the neck this week 6", "fewer points"):
        assert words in text
    assert "planned end" in text  # a word of the chart
    assert "Pain before a session: 8 at the start, 5 lately: 38% relief so far." in text


def test_summary_contains_red_flags_with_times_and_answers(treated, alert, practitioner, write, at):
    acknowledge(alert, by=practitioner, at=at, seen=last_news(alert), way="admin")
    resolve(alert, outcome="referred", note="seen", at=at, by=practitioner, seen=last_news(alert))
    text = text_of(write_summary(treated, **write).pdf)
    assert "doctor today: " in text
    assert "acknowledged 11 Mar 2026, 11:00 by Practitioner Tree; resolved 11 Mar 2026, 11:00: referred" in text


def test_summary_promises_nothing(treated, write):
    text = text_of(write_summary(treated, **write).pdf).lower()
    assert "results vary" in text
    assert not any(word in text for word in ("cure", "will be", "guarantee", "healing crisis"))
    assert "9 in 10 scores" in text


def test_summary_of_a_course_that_is_over_looks_back_only(treated, practitioner, write, at):
    entry = Discharge(
        ReviewEntry(uuid.uuid4(), Review.Decision.STOP, "moved away", is_final=True),
        "stopped",
        "moved away",
        "Rest.",
    )
    discharge(treated, entry=entry, by=practitioner, at=at)
    text = text_of(write_summary(treated, **write).pdf)
    assert "ended 11 March 2026 (stopped: moved away)" in text
    assert "Advice given to the patient Rest." in text
    assert "Next score" not in text


def test_text_is_never_markup(treated, write):
    letter = write_summary(
        treated, **{**write, "message": '#panic("x") *bold* $a$ = Head <b> \\ #read("main.typ")'}
    )
    assert '#panic("x") *bold* $a$ = Head <b> \\ #read("main.typ")' in text_of(letter.pdf)


def test_referral_contains_the_flag_and_what_a_doctor_needs(alert, write):
    text = text_of(write_referral(alert, **write).pdf)
    for words in (
        "URGENT REFERRAL",
        "see this patient",
        "Needle spot" and "Last needled",
        "Latest pain scores",
        "Screening",
    ):
        assert words in text
    assert "at least 30%" not in text


def test_referral_is_in_the_alerts_history_and_answers_nothing(alert, write):
    write_referral(alert, **write)
    alert.refresh_from_db()
    assert alert.state == Alert.State.OPEN
    assert alert.events.last().detail == {"note": "Urgent referral letter written."}


def test_only_red_flags_are_referred(treated, alert, write):
    Alert.objects.filter(pk=alert.pk).update(rule="pain", flag_code="")
    alert.refresh_from_db()
    with pytest.raises(ValidationError):
        write_referral(alert, **write)
    assert not Letter.objects.exists()


def test_who_wrote_and_who_took_it_is_kept(treated, lead, practitioner, write, at):
    letter = write_summary(treated, **write)
    assert take_out(letter, by=lead, at=at).startswith(b"%PDF-")
    events = LetterEvent.objects.values_list("kind", "by")
    assert list(events) == [("written", practitioner.pk), ("downloaded", lead.pk)]


def test_letter_cannot_be_changed(treated, write):
    write_summary(treated, **write)
    with pytest.raises(DatabaseError, match="append_only"), transaction.atomic():
        Letter.objects.update(addressee="other")


def test_nothing_is_kept_where_no_pdf_came_out(treated, write, monkeypatch):
    def fail(*args, **kwargs):
        raise TypesettingFailed("time limit")

    monkeypatch.setattr(letters, "typeset", fail)
    with pytest.raises(TypesettingFailed):
        write_summary(treated, **write)
    assert not Letter.objects.exists()
