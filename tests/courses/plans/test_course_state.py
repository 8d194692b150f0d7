"""What the courses know about a patient's safety."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.models import Clinic
from courses.alerts.responding import last_news, resolve
from courses.models import Alert, Course
from courses.plans.course_state import care_fact, clearance_for
from courses.sessions.red_flags.recording import report_red_flags
from patients.intake import record_assessment, record_neuro_check, record_pain_type, record_specialist_letter
from patients.models import Assessment, NeuroCheck, PatientPainType
from tests.factories import CourseFactory, document, flag, log_visit

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)


@pytest.fixture
def report(course, practitioner, at):
    now = at

    def make(code, *, at=now):
        return report_red_flags(
            patient=course.patient,
            course=course,
            flags=[flag(course.clinic, code)],
            form_key=uuid.uuid4(),
            by=practitioner,
            at=at,
        )

    return make


def codes(course, on, **values):
    return [str(reason.code) for reason in clearance_for(course, on=on, **values).reasons]


def close_all(lead, at, **more):
    for alert in Alert.objects.unresolved():
        resolve(alert, outcome=Alert.Outcome.REFERRED, note="Seen.", by=lead, at=at, seen=last_news(alert), **more)


def test_patient_without_trouble(course, practitioner, at):
    assert codes(course, at.date(), practitioner=practitioner) == []


def test_open_flag_and_hold_are_both_named(course, report, at):
    report("trauma")
    course.refresh_from_db()
    assert codes(course, at.date()) == ["open_red_flag", "on_hold"]


def test_open_flag_of_another_course_counts(course, practitioner, report, at):
    report("trauma")
    other = CourseFactory(patient=course.patient, practitioner=practitioner, complaint="Headache")
    assert codes(other, at.date()) == ["open_red_flag"]


def test_call_back_and_pain_alert_do_not_block(course, report, at):
    report("pain_72h")
    assert codes(course, at.date()) == []


def test_usual_severe_pain_waits_for_its_review(course, practitioner, lead, at):
    """A call back and no hold, but a doctor's examination before the next needle."""
    report_red_flags(
        patient=course.patient,
        course=course,
        flags=[flag(course.clinic, "severe_pain", answer="usual")],
        form_key=uuid.uuid4(),
        by=practitioner,
        at=at,
    )
    assert codes(course, at.date()) == ["review_missing"]
    close_all(lead, at, medical_review="Dr. Ilex, today: no sign of a fracture.")
    assert codes(course, at.date()) == []


def test_usual_severe_pain_resolved_without_a_review_still_waits(course, practitioner, lead, at):
    report_red_flags(
        patient=course.patient,
        course=course,
        flags=[flag(course.clinic, "severe_pain", answer="usual")],
        form_key=uuid.uuid4(),
        by=practitioner,
        at=at,
    )
    close_all(lead, at)
    assert codes(course, at.date()) == ["review_missing"]
    # A doctor's examination on the same day may have been before the pain was reported.
    for days, missing in ((0, ["review_missing"]), (1, [])):
        record_assessment(
            patient=course.patient,
            diagnosed_by="Dr. Ilex",
            licence="GMC 1",
            diagnosed_on=at.date() + timedelta(days=days),
            origin=Assessment.Origin.STRUCTURAL,
            by=practitioner,
            at=at + timedelta(days=1),
        )
        assert codes(course, at.date() + timedelta(days=1)) == missing


def test_acknowledged_flag_still_blocks(course, report, at):
    report("trauma")
    Alert.objects.update(state="acknowledged", acknowledged_at=at)
    assert "open_red_flag" in codes(course, at.date())


@pytest.mark.parametrize(
    "code",
    [
        "coordination_gait",
        "hand_clumsy",
        "lhermitte",
        "arms_legs_numb_both",
        "radic_progress",
        "bladder_bowel",
        "saddle_numb",
    ],
)
def test_report_withdraws_until_a_letter_of_a_later_day(course, practitioner, lead, report, at, code):
    report(code)
    close_all(lead, at)
    Course.objects.update(status="active", hold_reason="")
    course.refresh_from_db()
    assert codes(course, at.date()) == ["withdrawn"]
    letter = {
        "patient": course.patient,
        "document": document(),
        "written_by": "Dr. Yew",
        "by": practitioner,
        "at": at,
    }
    record_specialist_letter(written_on=at.date(), **letter)
    assert codes(course, at.date() + DAY) == ["withdrawn"]
    record_specialist_letter(written_on=at.date() + DAY, **letter)
    assert codes(course, at.date() + DAY) == []


def test_other_reports_withdraw_nothing(course, lead, report, at):
    report("trauma")
    close_all(lead, at)
    assert care_fact(course.patient, is_on_hold=False).withdrawn_on is None


def test_day_of_a_withdrawal_is_the_clinics(course, report, at):
    report("lhermitte", at=at.replace(hour=23, minute=30))
    assert care_fact(course.patient, is_on_hold=False).withdrawn_on == at.date() + DAY


class TestSessionsSinceTheCheck:
    @pytest.fixture
    def checked(self, course, practitioner, at):
        """A class B patient, checked on the day of the first visit."""
        on = at.date() - 10 * DAY
        record_pain_type(
            patient=course.patient,
            code="radiculopathy",
            status=PatientPainType.Status.CONFIRMED,
            starts_on=on - DAY,
            by=practitioner,
            at=at,
        )
        record_neuro_check(
            patient=course.patient, checked_on=on, result=NeuroCheck.Result.NORMAL, by=practitioner, at=at
        )

    def test_fifth_visit_needs_a_new_one(self, course, checked, at):
        for day in range(4):
            assert codes(course, at.date()) == []
            log_visit(course, at - (10 - 2 * day) * DAY)
        assert codes(course, at.date()) == ["check_overdue"]

    def test_visits_without_needles_do_not_count(self, course, checked, at):
        for day in range(6):
            log_visit(course, at - (10 - day) * DAY, is_needled=False, after=None)
        assert codes(course, at.date()) == []

    def test_visit_at_the_first_moment_of_the_day_of_the_check_counts(self, course, checked, at):
        midnight = course.clinic.local(at - 30 * DAY).replace(hour=0, minute=0, second=0, microsecond=0)
        NeuroCheck.objects.update(checked_on=midnight.date())
        log_visit(course, midnight)
        log_visit(course, midnight - timedelta(microseconds=1))
        assert care_fact(course.patient, is_on_hold=False).n_sessions_since_check == 1

    def test_check_at_the_visit_restarts_the_count(self, course, checked, at):
        for day in range(4):
            log_visit(course, at - (10 - 2 * day) * DAY)
        log_visit(course, at, neuro_check="unchanged")
        assert codes(course, at.date()) == []

    def test_day_is_the_clinics_whoever_asks(self, course, checked, at):
        """A visit at nine in the morning in Sydney is the evening before in UTC."""
        Clinic.objects.update(zone="Australia/Sydney")
        course.clinic.refresh_from_db()
        first = (at - 11 * DAY).replace(hour=22)
        for visit in range(4):
            log_visit(course, first + visit * DAY)
        counted = care_fact(course.patient, is_on_hold=False).n_sessions_since_check
        with timezone.override("Australia/Sydney"):
            assert care_fact(course.patient, is_on_hold=False).n_sessions_since_check == counted == 4
