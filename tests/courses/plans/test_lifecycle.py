"""A course starts, is put on hold, resumes, ends."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from courses.alerts.responding import last_news, resolve
from courses.models import Alert, Course, Protocol
from courses.plans.course_state import clearance_for
from courses.plans.lifecycle import end_course, hold_course, hold_courses, plan_course, resume_course
from courses.sessions.red_flags.recording import report_red_flags
from patients.intake import record_assessment, record_neuro_check, record_pain_type
from patients.models import Assessment, NeuroCheck, PatientPainType
from patients.patient_file import has_consent
from tests.factories import CourseFactory, PatientFactory, flag, log_visit

pytestmark = pytest.mark.django_db

Status = Course.Status


@pytest.fixture
def plan(patient, practitioner, clinic, at):
    """Plan a course on a protocol."""

    def make(code="intensive", **values):
        defaults = {"complaint": "Neck pain", "starts_on": at.date(), "practitioner": practitioner}
        protocol = Protocol.objects.get(clinic=clinic, code=code)
        return plan_course(patient=patient, protocol=protocol, **{**defaults, **values})

    return make


def report(course, code, at):
    report_red_flags(
        patient=course.patient,
        course=course,
        flags=[flag(course.clinic, code)],
        form_key=uuid.uuid4(),
        by=course.practitioner,
        at=at,
    )
    course.refresh_from_db()
    return Alert.objects.unresolved().get(flag_code=code)


class TestPlan:
    def test_takes_the_protocols_schedule(self, plan):
        course = plan()
        assert (course.status, course.weekly_sessions, course.review_sessions) == (
            "planned",
            [3, 3, 2, 2],
            [5, 10],
        )

    def test_own_change_leaves_the_protocol(self, plan):
        course = plan()
        course.weekly_sessions.append(1)
        course.save()
        assert Protocol.objects.get(pk=course.protocol_id).weekly_sessions == [3, 3, 2, 2]

    def test_needs_no_clearance(self, clinic, practitioner, at):
        patient = PatientFactory(clinic=clinic)
        protocol = Protocol.objects.get(clinic=clinic, code="intensive")
        course = plan_course(
            patient=patient,
            practitioner=practitioner,
            protocol=protocol,
            starts_on=at.date(),
            complaint="Neck pain",
        )
        assert course.status == "planned"
        assert not has_consent(patient, "treatment")

    def test_second_for_one_complaint_is_refused(self, plan):
        plan()
        with pytest.raises(ValidationError, match="open course for this complaint"):
            plan()

    def test_without_a_complaint_is_refused_by_name_of_field(self, plan):
        with pytest.raises(ValidationError) as caught:
            plan(complaint="")
        assert "complaint" in caught.value.message_dict


class TestHold:
    def test_rests_every_open_course_of_the_patient(self, course, practitioner, at):
        CourseFactory(
            patient=course.patient, practitioner=practitioner, complaint="Headache", status=Status.PLANNED
        )
        assert hold_courses(course.patient, reason="E1: fall", at=at) == 2
        assert set(Course.objects.values_list("status", "hold_reason")) == {("on_hold", "E1: fall")}

    def test_keeps_the_first_reason(self, course, at):
        hold_courses(course.patient, reason="first", at=at)
        assert hold_courses(course.patient, reason="second", at=at) == 0
        assert Course.objects.get().hold_reason == "first"

    def test_leaves_what_is_over_and_other_patients(self, course, practitioner, clinic, at):
        Course.objects.update(status=Status.STOPPED, ended_on=at.date())
        other = CourseFactory(patient=PatientFactory(clinic=clinic), practitioner=practitioner)
        assert hold_courses(course.patient, reason="x", at=at) == 0
        assert Course.objects.get(pk=other.pk).status == "active"

    def test_reason_fits_its_column(self, course, at):
        hold_courses(course.patient, reason="x" * 500, at=at)
        assert len(Course.objects.get().hold_reason) == 200

    @pytest.mark.parametrize(
        ("code", "is_held"), [("cardiac", True), ("trauma", True), ("cancer_wtloss", True), ("pain_72h", False)]
    )
    def test_follows_from_a_red_flag_by_its_level(self, course, at, code, is_held):
        report(course, code, at)
        assert (course.status == "on_hold") is is_held


class TestHoldByHand:
    @pytest.mark.parametrize("status", [Status.PLANNED, Status.ACTIVE])
    def test_rests_one_course_for_a_reason(self, course, status, at):
        Course.objects.update(status=status)
        hold_course(course, reason="travels", at=at)
        assert (Course.objects.get().status, Course.objects.get().hold_reason) == ("on_hold", "travels")

    def test_of_what_rests_or_is_over_is_refused(self, course, at):
        hold_course(course, reason="travels", at=at)
        with pytest.raises(ValidationError):
            hold_course(course, reason="again", at=at)
        Course.objects.update(status="stopped", ended_on=at.date())
        with pytest.raises(ValidationError):
            hold_course(course, reason="again", at=at)


class TestResume:
    def test_resumes_once_the_flag_is_resolved(self, course, lead, at):
        alert = report(course, "trauma", at)
        with pytest.raises(ValidationError, match="not resolved"):
            resume_course(course, at=at)
        resolve(alert, outcome=Alert.Outcome.REFERRED, note="Seen.", by=lead, at=at, seen=last_news(alert))
        resume_course(course, at=at)
        course.refresh_from_db()
        assert (course.status, course.hold_reason) == ("planned", "")

    def test_with_sessions_it_is_active_again(self, course, at):
        log_visit(course, at)
        hold_courses(course.patient, reason="x", at=at)
        resume_course(course, at=at)
        assert Course.objects.get().status == "active"

    def test_flag_of_another_course_of_the_patient_holds_it_too(self, course, practitioner, at):
        other = CourseFactory(patient=course.patient, practitioner=practitioner, complaint="Headache")
        report(other, "trauma", at)
        with pytest.raises(ValidationError, match="not resolved"):
            resume_course(course, at=at)

    def test_call_back_does_not_hold_it(self, course, at):
        report(course, "pain_72h", at)
        hold_courses(course.patient, reason="x", at=at)
        resume_course(course, at=at)
        assert Course.objects.get().status != "on_hold"

    def test_of_what_runs_is_refused(self, course, at):
        with pytest.raises(ValidationError, match="not on hold"):
            resume_course(course, at=at)


class TestEnd:
    @pytest.mark.parametrize("status", [Status.COMPLETED, Status.STOPPED])
    def test_has_a_day_and_a_reason(self, course, at, status):
        end_course(course, status=status, reason="as planned", on=at.date(), at=at)
        course.refresh_from_db()
        assert (course.status, course.ended_on, course.end_reason) == (status, at.date(), "as planned")

    def test_of_a_course_on_hold_ends_the_hold(self, course, at):
        hold_courses(course.patient, reason="x", at=at)
        end_course(course, status=Status.STOPPED, reason="moved away", on=at.date(), at=at)
        assert Course.objects.get().hold_reason == ""

    def test_twice_is_refused(self, course, at):
        end_course(course, status=Status.STOPPED, reason="x", on=at.date(), at=at)
        with pytest.raises(ValidationError, match="already ended"):
            end_course(course, status=Status.COMPLETED, reason="y", on=at.date(), at=at)

    def test_leaves_its_red_flags_open(self, course, at):
        report(course, "trauma", at)
        end_course(course, status=Status.STOPPED, reason="x", on=at.date() + timedelta(days=1), at=at)
        assert Alert.objects.unresolved().count() == 1


class TestMixedWithVertigo:
    @pytest.fixture
    def explained(self, patient, practitioner, at) -> None:
        """Mixed type with vertigo; other causes are excluded, the check is made."""
        day = at.date() - timedelta(days=5)
        for code, has_vertigo in (("mixed", False), ("sympathetic", True)):
            record_pain_type(
                patient=patient,
                code=code,
                status=PatientPainType.Status.CONFIRMED,
                starts_on=day,
                has_vertigo=has_vertigo,
                by=practitioner,
                at=at,
            )
        record_assessment(
            patient=patient,
            diagnosed_by="Dr. Yew",
            licence="GMC 2",
            diagnosed_on=day,
            origin=Assessment.Origin.NEUROLOGICAL,
            is_vertigo_explained=True,
            by=practitioner,
            at=at,
        )
        record_neuro_check(
            patient=patient, checked_on=day, result=NeuroCheck.Result.NORMAL, by=practitioner, at=at
        )

    @pytest.mark.parametrize(("code", "may_needle"), [("vertigo_mixed", True), ("standard", False)])
    def test_is_needled_on_the_specialised_plan_alone(self, plan, explained, at, code, may_needle):
        assert clearance_for(plan(code), on=at.date()).may_needle is may_needle
