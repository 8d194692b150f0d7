"""Red flags are saved and their alerts raised before anything else."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import transaction

from clinic.models import Message
from courses.alerts.steps import sweep
from courses.models import Alert, CheckIn, Course, RedFlagReport
from courses.sessions.entry import CheckInEntry
from courses.sessions.log import log_check_in
from courses.sessions.red_flags.recording import Origin, report_red_flags, write_reports
from patients.models import Patient
from tests.factories import flag, log_visit

pytestmark = pytest.mark.django_db

MINUTE = timedelta(minutes=1)


@pytest.fixture
def call(course, front_desk, at):
    """Somebody calls; the front desk records it."""
    now = at

    def make(*codes, form_key=None, at=now, on=course, **values):
        return report_red_flags(
            patient=course.patient,
            course=on,
            flags=[flag(course.clinic, code) for code in codes],
            form_key=form_key or uuid.uuid4(),
            by=front_desk,
            at=at,
            **values,
        )

    return make


@pytest.fixture
def severe(course, at):
    """A visit with severe pain, answered as usual; returns the level."""

    def log(*, before, after, is_needled=True):
        answered = flag(course.clinic, "severe_pain", answer="usual")
        logged = log_visit(course, at, before=before, after=after, is_needled=is_needled, flags=(answered,))
        return logged.reports[0].level

    return log


class TestPhone:
    def test_report_says_who_called_and_who_wrote_it_down(self, call, front_desk, at):
        call("trauma", caller="her daughter", note="fell on the stairs")
        report = RedFlagReport.objects.get()
        assert (report.caller, report.note, report.source) == ("her daughter", "fell on the stairs", "phone")
        assert (report.recorded_by, report.reported_at) == (front_desk, at)

    def test_front_desk_pages_the_others(self, call, lead):
        call("trauma")
        recipients = set(Message.objects.values_list("recipient", flat=True))
        assert f"membership:{lead.pk}" in recipients

    def test_every_flag_has_a_report_and_an_alert(self, call):
        call("trauma", "bleeding", "pain_72h")
        assert RedFlagReport.objects.count() == Alert.objects.count() == 3

    def test_same_form_reports_once(self, call):
        key = uuid.uuid4()
        first, second = call("trauma", form_key=key), call("trauma", form_key=key)
        assert (len(first), len(second)) == (1, 0)
        assert Alert.objects.get().events.exclude(report=None).count() == 1

    def test_second_call_is_a_second_report(self, call, at):
        call("trauma")
        call("trauma", at=at + MINUTE)
        assert RedFlagReport.objects.count() == 2
        assert Alert.objects.get().events.filter(kind="reported_again").count() == 1

    def test_patient_without_a_course_can_be_reported(self, call):
        call("cardiac", on=None)
        assert Alert.objects.get().course is None

    def test_archived_patient_can_be_reported(self, call, lead, at):
        Patient.objects.update(archived_at=at)
        call("cardiac")
        assert Message.objects.filter(recipient=f"membership:{lead.pk}").exists()

    def test_hold_says_the_level_and_the_flag(self, call, course):
        call("trauma")
        course.refresh_from_db()
        assert course.hold_reason.startswith("E1: ")

    def test_wording_shown_is_kept(self, call, clinic, at):
        call("trauma")
        shown = RedFlagReport.objects.get().flag
        clinic.red_flags.filter(pk=shown.pk).update(replaced_at=at)
        clinic.red_flags.create(code="trauma", version=2, wording="Anew", level="E1")
        assert RedFlagReport.objects.get().flag.wording == shown.wording


class TestUsualSeverePain:
    def test_at_intake_is_a_call_back_and_holds_nothing(self, severe, course):
        """One patient in six begins at eight or more: that is not new after needling."""
        assert severe(before=9, after=8) == "C"
        course.refresh_from_db()
        assert course.status == "active"

    def test_before_needling_alone_is_a_call_back(self, severe):
        assert severe(before=9, after=None) == "C"

    def test_first_after_needling_is_for_a_doctor_today(self, severe):
        assert severe(before=5, after=9) == "E1"

    def test_without_needles_is_a_call_back(self, severe):
        assert severe(before=5, after=9, is_needled=False) == "C"

    def test_not_the_first_is_a_call_back(self, severe, course, at):
        log_visit(course, at - timedelta(days=4), before=8, after=6)
        assert severe(before=5, after=9) == "C"


class TestOrigin:
    def test_session_reports_at_its_own_time_and_pages_now(self, course, lead, at):
        log_visit(course, at - timedelta(hours=3), at=at, flags=(flag(course.clinic, "trauma"),))
        report = RedFlagReport.objects.get()
        assert (report.reported_at, report.recorded_at) == (at - timedelta(hours=3), at)
        assert Message.objects.filter(kind="staff_alert").first().due_at == at

    def test_check_in_reports_without_a_name(self, course, at):
        session = log_visit(course, at).session
        check_in = CheckIn.objects.get(session=session, kind="day1")
        entry = CheckInEntry(form_key=check_in.uuid, score=None, flags=(flag(course.clinic, "trauma"),))
        log_check_in(check_in, entry=entry, at=at + timedelta(days=1))
        report = RedFlagReport.objects.get()
        assert (report.source, report.check_in, report.recorded_by) == ("check_in", check_in, None)


def test_severe_pain_beside_another_flag_is_an_emergency(course, at):
    flags = (flag(course.clinic, "severe_pain", answer="yes"), flag(course.clinic, "pain_72h"))
    logged = log_visit(course, at, before=8, after=9, flags=flags)
    assert [report.level for report in logged.reports] == ["E0", "C"]


def test_open_courses_of_the_patient_are_all_held(course, practitioner, call):
    Course.objects.create(
        clinic=course.clinic,
        patient=course.patient,
        practitioner=practitioner,
        protocol=course.protocol,
        complaint="Headache",
        starts_on=course.starts_on,
        weekly_sessions=[1],
    )
    call("trauma")
    assert set(Course.objects.values_list("status", flat=True)) == {"on_hold"}


class TestLateAndImported:
    def origin(self, course, at, source, *, days: float):
        return Origin(course.patient, course, source, uuid.uuid4(), at - timedelta(days=days))

    def write(self, course, front_desk, at, *, source="imported", days=3.0, code="trauma"):
        origin = self.origin(course, at, RedFlagReport.Source(source), days=days)
        with transaction.atomic():
            return write_reports(origin, [flag(course.clinic, code)], by=front_desk, at=at)

    def test_live_flag_entered_late_pages_as_new_and_shows_when_it_was(self, course, front_desk, lead, at):
        (report,) = self.write(course, front_desk, at, source="phone", days=20)
        assert Alert.objects.get().raised_at == at
        assert set(Message.objects.values_list("due_at", flat=True)) == {at}
        assert (report.is_entered_late, report.reported_at) == (True, at - timedelta(days=20))

    def test_imported_flag_of_the_last_days_is_listed_and_pages_nobody(self, course, front_desk, lead, at):
        self.write(course, front_desk, at, days=13.9)
        alert = Alert.objects.get()
        assert (alert.state, alert.is_quiet, alert.severity) == ("open", True, "E1")
        assert not Message.objects.exists()
        sweep(at=alert.next_step_at)
        assert not Message.objects.exists()

    def test_older_history_is_kept_without_an_alert(self, course, front_desk, at):
        self.write(course, front_desk, at, days=14)
        assert (RedFlagReport.objects.count(), Alert.objects.count()) == (1, 0)

    def test_imported_flag_leaves_the_course_running(self, course, front_desk, at):
        self.write(course, front_desk, at)
        assert Course.objects.get().status == "active"

    def test_live_report_of_the_same_flag_pages(self, course, front_desk, lead, call, at):
        self.write(course, front_desk, at)
        call("trauma")
        assert not Alert.objects.get().is_quiet
        assert Message.objects.filter(is_urgent=True).exists()
