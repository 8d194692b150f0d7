"""What the database refuses in a course's rows."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import IntegrityError, transaction

from courses.models import (
    AdverseEvent,
    AdverseEventItem,
    Alert,
    AlertEvent,
    AlertThreshold,
    Appointment,
    CheckIn,
    Course,
    Needling,
    PainScore,
    Point,
    Prior,
    Protocol,
    RedFlag,
    RedFlagReport,
    Reminder,
    Session,
)
from courses.sessions.red_flags.recording import report_red_flags
from tests.factories import CourseFactory, flag, log_visit

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)


@pytest.fixture
def session(course, at) -> Session:
    return log_visit(course, at).session


@pytest.fixture
def book(course, practitioner, at):
    """Book a time directly in the table."""

    def make(starts_at=at, ends_at=None, **values):
        fields = {"practitioner": practitioner, "booked_by": practitioner, "booked_at": at, **values}
        return Appointment.objects.create(
            clinic=course.clinic, course=course, starts_at=starts_at, ends_at=ends_at or starts_at + HOUR, **fields
        )

    return make


@pytest.fixture
def alert(course, practitioner, at) -> Alert:
    report_red_flags(
        patient=course.patient,
        course=course,
        flags=[flag(course.clinic, "trauma")],
        form_key=uuid.uuid4(),
        by=practitioner,
        at=at,
    )
    return Alert.objects.get()


class TestCourse:
    def test_one_open_course_a_complaint(self, course, refused):
        with refused("courses_course_one_open_per_complaint"):
            CourseFactory(patient=course.patient, practitioner=course.practitioner)

    def test_another_complaint_or_a_closed_course_is_no_matter(self, course, at):
        CourseFactory(patient=course.patient, practitioner=course.practitioner, complaint="Headache")
        Course.objects.filter(pk=course.pk).update(status="completed", ended_on=at.date())
        CourseFactory(patient=course.patient, practitioner=course.practitioner)

    @pytest.mark.parametrize(("status", "is_dated"), [("completed", False), ("stopped", False), ("active", True)])
    def test_has_an_end_exactly_when_it_is_over(self, course, at, refused, status, is_dated):
        with refused("courses_course_ended_has_a_date"):
            Course.objects.update(status=status, ended_on=at.date() if is_dated else None)

    def test_hold_has_a_reason(self, course, refused):
        with refused("courses_course_hold_has_a_reason"):
            Course.objects.update(status="on_hold")

    def test_cannot_be_moved_behind_its_sessions(self, course, session, at, refused):
        with refused("courses_session_not_before_course"):
            Course.objects.update(starts_on=at.date() + timedelta(days=1))


class TestSession:
    def test_is_not_before_the_course(self, session, course, refused):
        with refused("courses_session_not_before_course"):
            Session.objects.update(held_at=session.held_at - timedelta(days=60))

    def test_day_of_the_course_is_the_clinics(self, session, course):
        """Half past eleven at night in UTC is the next day in Berlin."""
        start = session.held_at.replace(hour=23, minute=30) - timedelta(days=1)
        Course.objects.update(starts_on=session.held_at.date())
        Session.objects.update(held_at=start)
        assert Session.objects.get().held_at == start

    def test_number_is_unique(self, course, session, at, refused):
        log_visit(course, at + HOUR)
        with refused("courses_session_number_once"):
            Session.objects.update(number=1)

    def test_form_saves_once(self, course, session, at, refused):
        other = log_visit(course, at + HOUR).session
        other.form_key = session.form_key
        with refused("courses_session_form_saves_once"):
            other.save()

    def test_is_numbered_from_one(self, session, refused):
        with refused("courses_session_numbered_from_one"):
            Session.objects.update(number=0)

    @pytest.mark.parametrize(
        ("values", "rule"),
        [
            ({}, "courses_needling_point_or_tender_spot"),
            ({"ashi_site": "shoulder", "has_point": True}, "courses_needling_point_or_tender_spot"),
            ({"ashi_site": "shoulder", "angle_degrees": 91}, "courses_needling_angle_to_90"),
            ({"ashi_site": "shoulder", "depth_mm": 151}, "courses_needling_depth_to_150"),
        ],
    )
    def test_needling_makes_sense(self, session, refused, values, rule):
        point = Point.objects.filter(clinic=session.clinic).first() if values.pop("has_point", False) else None
        with refused(rule):
            Needling.objects.create(clinic=session.clinic, session=session, point=point, side="left", **values)

    def test_adverse_event_is_noted_once(self, session, course, at, refused):
        item = AdverseEventItem.objects.filter(clinic=course.clinic).first()
        event = {"clinic": course.clinic, "course": course, "session": session, "item": item, "noticed_at": at}
        AdverseEvent.objects.create(**event)
        with refused("courses_adverseevent_once"):
            AdverseEvent.objects.create(**event)


class TestPainScore:
    @pytest.fixture
    def score(self, session: Session) -> PainScore:
        return session.scores.get(timing="after")

    def test_is_ten_at_most(self, score, refused):
        with refused("courses_painscore_0_to_10"):
            score.pk, score.timing, score.score = None, "other", 11
            score.save()

    def test_is_not_negative(self, score):
        with pytest.raises(IntegrityError), transaction.atomic():
            PainScore.objects.update(score=-1)

    def test_is_unique_for_session_and_timing(self, score, refused):
        with refused("courses_painscore_one_per_session_and_timing"):
            PainScore.objects.update(timing="after")

    def test_other_scores_may_be_many_and_need_no_session(self, score):
        PainScore.objects.update(timing="other", session=None)
        assert PainScore.objects.filter(timing="other").count() == 2

    def test_timing_needs_its_session(self, score, refused):
        with refused("courses_painscore_timing_needs_session"):
            PainScore.objects.update(session=None)


class TestAppointment:
    def test_ends_after_it_starts(self, book, at, refused):
        with refused("courses_appointment_ends_after_start"):
            book(at, at)

    @pytest.mark.parametrize("minutes", [-59, 0, 59])
    def test_clash_is_refused(self, book, at, refused, minutes):
        book()
        with refused("courses_appointment_no_clash"):
            book(at + timedelta(minutes=minutes))

    @pytest.mark.parametrize("hours", [-1, 1])
    def test_neighbours_do_not_clash(self, book, at, hours):
        book()
        book(at + hours * HOUR)
        assert Appointment.objects.count() == 2

    @pytest.mark.parametrize("status", ["cancelled", "missed"])
    def test_time_given_back_is_free(self, book, status):
        book(status=status)
        book()
        assert Appointment.objects.count() == 2

    def test_kept_time_is_taken(self, book, refused):
        book(status="kept")
        with refused("courses_appointment_no_clash"):
            book()

    def test_two_practitioners_work_at_once(self, book, lead):
        book()
        book(practitioner=lead)
        assert Appointment.objects.count() == 2


class TestAlert:
    def test_one_unresolved_alert_a_matter(self, alert, refused):
        alert.pk, alert.uuid = None, uuid.uuid4()
        with refused("courses_alert_one_unresolved_per_matter"):
            alert.save()

    def test_one_unresolved_alert_for_a_patient_without_a_course(self, alert, refused):
        alert.course = None
        alert.save()
        alert.pk, alert.uuid = None, uuid.uuid4()
        with refused("courses_alert_one_unresolved_per_matter"):
            alert.save()

    @pytest.mark.parametrize(
        "values",
        [
            {"state": "resolved"},
            {"next_step_at": None},
            {"outcome": "advised"},
            {"state": "resolved", "outcome": "advised", "next_step_at": None},
        ],
    )
    def test_is_resolved_whole_or_has_a_next_step(self, alert, refused, values):
        with refused("courses_alert_resolved_or_has_a_next_step"):
            Alert.objects.update(**values)

    def test_acknowledgement_has_a_time(self, alert, refused):
        with refused("courses_alert_acknowledged_has_a_time"):
            Alert.objects.update(state="acknowledged")

    @pytest.mark.parametrize("values", [{"flag_code": ""}, {"rule": "pain"}])
    def test_flag_alert_names_its_flag_and_no_other_does(self, alert, refused, values):
        with refused("courses_alert_flag_alert_names_its_flag"):
            Alert.objects.update(**values)

    def test_red_flag_is_never_snoozed(self, alert, refused):
        with refused("courses_alert_red_flag_never_snoozed"):
            Alert.objects.update(state="snoozed")

    def test_unknown_severity_is_refused(self, alert, refused):
        with refused("courses_alert_known_severity"):
            Alert.objects.update(severity="E9")

    def test_event_is_never_changed(self, alert, refused):
        with refused("courses_append_only"):
            AlertEvent.objects.update(kind="noted")

    def test_event_is_never_deleted(self, alert, refused):
        with refused("courses_append_only"):
            AlertEvent.objects.filter(alert=alert)._raw_delete("default")

    def test_most_pressing_come_first(self, alert, course, at):
        def another(number, **values):
            return Alert.objects.create(
                clinic=course.clinic,
                patient=course.patient,
                course=course,
                rule="red_flag",
                flag_code=f"flag{number}",
                raised_at=at + number * HOUR,
                next_step_at=at,
                **values,
            )

        acknowledged = another(1, severity="E0", state="acknowledged", acknowledged_at=at)
        later, emergency = another(2, severity="E1"), another(3, severity="E0")
        assert list(Alert.objects.most_pressing_first()) == [emergency, alert, later, acknowledged]


class TestRedFlag:
    def test_version_is_unique(self, clinic, refused):
        with refused("courses_redflag_version_once"):
            RedFlag.objects.create(clinic=clinic, code="mood", wording="Again", level="E0")

    def test_one_wording_is_in_force(self, clinic, refused):
        with refused("courses_redflag_one_wording_in_force"):
            RedFlag.objects.create(clinic=clinic, code="mood", version=2, wording="Anew", level="E0")

    def test_new_wording_replaces_the_old_which_stays(self, clinic, at):
        RedFlag.objects.filter(clinic=clinic, code="mood").update(replaced_at=at)
        new = RedFlag.objects.create(clinic=clinic, code="mood", version=2, wording="Anew", level="E0")
        assert RedFlag.objects.current().get(code="mood") == new
        assert RedFlag.objects.filter(code="mood").count() == 2

    def test_unknown_level_is_refused(self, clinic, refused):
        with refused("courses_redflag_known_level"):
            RedFlag.objects.filter(clinic=clinic).update(level="E3")

    def test_report_is_unique_for_a_form(self, alert, refused):
        report = RedFlagReport.objects.get()
        report.pk, report.uuid = None, uuid.uuid4()
        with refused("courses_redflagreport_once_a_form"):
            report.save()

    def test_report_of_an_unknown_level_is_refused(self, alert, refused):
        with refused("courses_redflagreport_known_level"):
            RedFlagReport.objects.update(level="E9")

    @pytest.mark.parametrize(
        "values",
        [
            {"source": "session", "recorded_by": None},
            {"source": "check_in"},
            {"recorded_by": None},
            {"source": "rumour"},
        ],
    )
    def test_report_has_its_source(self, alert, refused, values):
        with refused("courses_redflagreport_source_is_there"):
            RedFlagReport.objects.update(**values)

    def test_report_is_never_deleted(self, alert, refused):
        with refused("courses_append_only"):
            RedFlagReport.objects.all()._raw_delete("default")


class TestCheckInAndReminder:
    def test_one_check_in_for_session_and_kind(self, session, at, refused):
        with refused("courses_checkin_one_per_session_and_kind"):
            CheckIn.objects.create(
                clinic=session.clinic, session=session, kind="day1", created_at=at, expires_at=at + HOUR
            )

    def test_check_in_expires_after_it_was_made(self, session, at, refused):
        with refused("courses_checkin_expires_later"):
            CheckIn.objects.update(expires_at=at)

    def test_reminder_has_a_reason(self, session, refused):
        with refused("courses_reminder_has_a_reason"):
            Reminder.objects.update(check_in=None)

    def test_refusal_says_why(self, session, refused):
        with refused("courses_reminder_refusal_says_why"):
            Reminder.objects.update(state="refused")

    def test_one_reminder_for_appointment_kind_and_start(self, course, book, at, refused):
        appointment = book()
        values = {"clinic": course.clinic, "course": course, "kind": "before_24h", "due_at": at}
        Reminder.objects.create(appointment=appointment, starts_at=at, **values)
        with refused("courses_reminder_once_per_appointment_and_start"):
            Reminder.objects.create(appointment=appointment, starts_at=at, **values)


class TestCatalogues:
    @pytest.mark.parametrize(
        ("model", "rule"),
        [
            (Protocol, "courses_protocol_code_once"),
            (Point, "courses_point_code_once"),
            (AdverseEventItem, "courses_adverseeventitem_code_once"),
        ],
    )
    def test_code_is_unique_in_a_clinic(self, clinic, refused, model, rule):
        row = model.objects.filter(clinic=clinic).first()
        row.pk = None
        with refused(rule):
            row.save()

    def test_protocol_has_weeks(self, clinic, refused):
        with refused("courses_protocol_has_weeks"):
            Protocol.objects.update(weekly_sessions=[])

    def test_unknown_risk_is_refused(self, clinic, refused):
        with refused("courses_point_known_risk"):
            Point.objects.update(risk="deadly")

    def test_prior_version_is_unique(self, clinic, at, refused):
        numbers = {"numbers": {}, "n_patients": 0, "n_courses": 0, "n_scores": 0, "fitted_at": at}
        Prior.objects.create(clinic=clinic, version=1, **numbers)
        with refused("courses_prior_version_once"):
            Prior.objects.create(clinic=clinic, version=1, **numbers)

    def test_one_prior_is_in_use(self, clinic, at, refused):
        numbers = {"numbers": {}, "n_patients": 0, "n_courses": 0, "n_scores": 0, "fitted_at": at}
        Prior.objects.create(clinic=clinic, version=1, is_adopted=True, **numbers)
        with refused("courses_prior_one_in_use"):
            Prior.objects.create(clinic=clinic, version=2, is_adopted=True, **numbers)

    def test_threshold_version_is_unique(self, clinic, at, refused):
        values = {"clinic": clinic, "version": 1, "budget_per_100": 5, "numbers": {}, "calibrated_at": at}
        AlertThreshold.objects.create(**values)
        with refused("courses_alertthreshold_version_once"):
            AlertThreshold.objects.create(**values)


class TestFactsOfACourse:
    def test_plan_is_counted_from_its_weeks(self):
        assert Course(weekly_sessions=[3, 3, 2, 2]).n_planned == 10

    @pytest.mark.parametrize(("day", "days"), [(-3, 3.5), (0, 3.5), (6, 3.5), (7, 7), (20, 7), (21, 7), (60, 7)])
    def test_planned_interval_is_the_longer_of_this_week_and_the_next(self, at, day, days):
        plan = Course(starts_on=at.date(), weekly_sessions=[2, 2, 1, 1])
        assert plan.planned_interval(at.date() + timedelta(days=day)) == timedelta(days=days)

    def test_week_without_a_visit_makes_the_interval_longer(self, at):
        plan = Course(starts_on=at.date(), weekly_sessions=[1, 0, 1])
        assert plan.planned_interval(at.date()) >= timedelta(days=14)

    def test_planned_end_is_the_end_of_the_last_week(self, at):
        assert Course(starts_on=at.date(), weekly_sessions=[2, 1]).planned_end_on == at.date() + timedelta(days=14)

    @pytest.mark.parametrize(
        ("status", "is_open"),
        [("planned", True), ("active", True), ("on_hold", True), ("completed", False), ("stopped", False)],
    )
    def test_is_open_until_it_ends(self, status, is_open):
        assert Course(status=status).is_open is is_open
