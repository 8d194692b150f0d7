"""What happens after a session, and what the patient should do."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from courses.alerts.steps import sweep
from courses.models import Appointment, PainScore
from courses.sessions.next_steps import flare_words, next_steps, patient_words
from courses.sessions.red_flags.recording import report_red_flags
from courses.sessions.verdict import BandPosition
from patients.models import Consent
from tests.factories import flag, log_visit, refuse_consent

pytestmark = pytest.mark.django_db


@pytest.fixture
def lines(course, at):
    """The next steps of a visit logged now, as text."""

    def of(**values):
        held_at = at + timedelta(minutes=course.sessions.count())
        session = log_visit(course, held_at, **values).session
        return [f"{step.what}: {step.when}" for step in next_steps(session, at=at)]

    return of


def words(course, at, **values):
    session = log_visit(course, at, **values).session
    return patient_words(session, list(session.scores.all()), at=at)


def told_by_phone(course, code, *, by, at):
    """A red flag that is reported after the session was logged."""
    report_red_flags(
        patient=course.patient,
        course=course,
        flags=[flag(course.clinic, code)],
        form_key=uuid.uuid4(),
        by=by,
        at=at,
    )


def test_alert_names_who_gets_which_mail(course, practitioner, lead, at):
    session = log_visit(course, at).session
    told_by_phone(course, "trauma", by=practitioner, at=at + timedelta(minutes=1))
    steps = [f"{step.what}: {step.when}" for step in next_steps(session, at=at)]
    assert f"Alert email to {practitioner} (practitioner): will be sent Wed 11 Mar, 11:01" in steps
    assert f"Alert email to {lead} (duty lead): will be sent Wed 11 Mar, 11:01" in steps
    later = [f"{step.what}: {step.when}" for step in next_steps(session, at=at + timedelta(minutes=1))]
    assert f"Alert email to {lead} (duty lead): will be sent now" in later


def test_mail_about_this_sessions_red_flag_is_named_above_and_not_again(lines, clinic):
    told = lines(flags=(flag(clinic, "trauma"),))
    assert "Alert: red flag, doctor today: open" in told
    assert not [line for line in told if line.startswith("Alert email")]


def test_person_emailed_again_and_again_is_one_line(course, at, practitioner, lead):
    session = log_visit(course, at).session
    told_by_phone(course, "cardiac", by=practitioner, at=at)
    for minutes in (5, 10):
        sweep(at=at + timedelta(minutes=minutes))
    to_lead = [step for step in next_steps(session, at=at) if str(lead) in step.what]
    assert len(to_lead) == 1
    assert "mails; the latest" in to_lead[0].when


def test_check_in_says_when_it_goes(lines):
    assert "Email to the patient: next-day check-in: Thu 12 Mar, 10:00" in lines()
    assert "Email to the patient: day-3 check-in: Sat 14 Mar, 10:00" in lines()


def test_check_in_that_will_not_go_says_why(lines, patient, practitioner, at):
    refuse_consent(patient, Consent.Stream.CHECK_INS, by=practitioner, at=at)
    assert "Email to the patient: next-day check-in: will not be sent: no consent" in lines()


def test_next_appointment(lines, course, lead, at):
    assert "Next appointment: none is booked" in lines()
    Appointment.objects.create(
        clinic=course.clinic,
        course=course,
        practitioner=course.practitioner,
        starts_at=at + timedelta(days=2),
        ends_at=at + timedelta(days=2, minutes=30),
        booked_by=lead,
        booked_at=at,
    )
    assert "Next appointment: Fri 13 Mar, 11:00" in lines()


def test_review_is_due_after_the_planned_session(lines, course):
    course.review_sessions = [1]
    course.save()
    assert "Review: due after this session" in lines()


def test_uncounted_needles_are_said(lines):
    assert "Needles: Needle count missing" in lines()


def test_patient_gets_contact_advice_alone_while_a_flag_is_open(course, clinic, at):
    told, contact = words(course, at, flags=(flag(clinic, "skin_infect"),))
    assert told == "See a doctor or an emergency department today."
    assert clinic.emergency_number in contact


def test_patient_reads_what_to_do_at_home(course, at):
    told = words(course, at)
    assert any(line.startswith("Warm compress: ") for line in told)
    assert not any("gel" in line.split(":")[0] for line in told)


def test_without_needles_nothing_is_said_of_what_follows_needling(course, at):
    told = words(course, at, is_needled=False)
    assert len(told) == 1
    assert "Call us" in told[0]


@pytest.mark.parametrize(
    ("before", "after", "standing", "said"),
    [
        (4, 4, BandPosition.IN_BAND, ""),
        (4, 5, BandPosition.IN_BAND, "Pain rose by 1, within the expected range"),
        (4, 8, BandPosition.ABOVE, "Pain rose by 4 and is above the expected range"),
        (4, 6, BandPosition.CANNOT_TELL, "Pain rose by 2. There are too few scores"),
    ],
)
def test_flare_is_inside_the_band_or_not(before, after, standing, said):
    scores = [
        PainScore(timing="before", score=before),
        PainScore(timing="after", score=after, expected={"standing": standing}),
    ]
    assert flare_words(scores).startswith(said)
    assert bool(flare_words(scores)) is bool(said)


def test_one_score_is_no_flare():
    assert flare_words([PainScore(timing="before", score=9)]) == ""
