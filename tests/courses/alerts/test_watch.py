"""Findings that come with time."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.models import Message
from courses.alerts.responding import last_news, resolve
from courses.models import Alert, CheckIn, Course, Reminder
from courses.sessions.entry import CheckInEntry
from courses.sessions.log import log_check_in
from courses.watching import findings
from courses.watching.findings import watch_courses
from tests.factories import CourseFactory, cleared_patient, log_run, log_visit

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
NO_RELIEF = [(7, 7), (7, 7), (8, 7), (8, 8), (8, 8)]


def rules() -> list[str]:
    return sorted(Alert.objects.values_list("rule", flat=True))


@pytest.fixture
def lapsed(course: Course, at) -> Course:
    """A course whose last visit was long before."""
    log_run(course, [(6, 5), (5, 4), (5, 4)], until=at - 12 * DAY)
    return course


class TestOverdue:
    def test_course_without_a_visit_for_long_is_found(self, lapsed, at):
        assert watch_courses(at=at) == 1
        alert = Alert.objects.get()
        assert (alert.rule, alert.severity, alert.findings[0]["evidence"]) == (
            "lapsed",
            "review",
            {"days": 12, "bounds": "shipped"},
        )
        assert not Message.objects.filter(kind="staff_alert").exists()

    def test_looking_again_raises_nothing_again(self, lapsed, at):
        for hour in range(3):
            watch_courses(at=at + timedelta(hours=hour))
        assert Alert.objects.get().events.count() == 1

    def test_answered_matter_rests_until_the_next_visit(self, lapsed, lead, at):
        watch_courses(at=at)
        alert = Alert.objects.get()
        resolve(alert, outcome=Alert.Outcome.ADVISED, note="", by=lead, at=at, seen=last_news(alert))
        watch_courses(at=at + DAY)
        assert Alert.objects.count() == 1
        log_visit(lapsed, at + 2 * DAY)
        watch_courses(at=at + 14 * DAY)
        assert Alert.objects.count() == 2

    def test_course_within_its_interval_is_left_alone(self, course, at):
        log_run(course, [(6, 5), (5, 4)], until=at - 6 * DAY)
        assert watch_courses(at=at) == 0

    @pytest.mark.parametrize("status", ["on_hold", "completed", "stopped"])
    def test_only_running_courses_are_looked_at(self, lapsed, at, status):
        is_over = status != "on_hold"
        Course.objects.update(status=status, ended_on=at.date() if is_over else None, hold_reason="x")
        assert watch_courses(at=at) == 0

    def test_course_without_a_visit_yet_is_left_alone(self, course, at):
        assert watch_courses(at=at) == 0

    def test_course_that_keeps_its_plan_is_not_overdue(self, course, at):
        """The standard plan becomes less frequent: twice a week for five weeks, then once."""
        starts_on = course.clinic.local(at).date() - 42 * DAY
        Course.objects.update(starts_on=starts_on)
        course.refresh_from_db()
        kept = [week * 7 + day for week, n_visits in enumerate([2, 2, 2, 2, 2, 1]) for day in (0, 3)[:n_visits]]
        for day in kept:
            log_visit(course, at - 42 * DAY + day * DAY, after=None)
        assert watch_courses(at=at - timedelta(hours=1)) == 0


class TestOffCourse:
    def test_little_relief_at_a_review_is_found(self, course, at):
        log_run(course, NO_RELIEF, until=at)
        watch_courses(at=at)
        alert = Alert.objects.get()
        assert (alert.rule, alert.severity) == ("off_course", "review")
        assert alert.findings[0]["evidence"].keys() == {
            "session",
            "relief30",
            "gain",
            "prior",
            "n_scores",
            "bounds",
        }

    def test_before_the_review_nothing_is_said(self, course, at):
        log_run(course, NO_RELIEF[:3], until=at)
        assert watch_courses(at=at) == 0

    def test_relief_is_no_matter(self, course, at):
        log_run(course, [(8, 7), (7, 6), (6, 5), (5, 4), (4, 3)], until=at)
        assert watch_courses(at=at) == 0

    def test_course_whose_curve_breaks_does_not_stop_the_others(
        self, course, clinic, practitioner, at, monkeypatch
    ):
        log_run(course, NO_RELIEF, until=at)
        other = CourseFactory(
            patient=cleared_patient(clinic, by=practitioner, at=at - 60 * DAY), practitioner=practitioner
        )
        log_visit(other, at - 20 * DAY)
        monkeypatch.setattr(findings, "review_facts", lambda *_args: 1 / 0)
        watch_courses(at=at)
        assert rules() == ["lapsed"]


class TestUnanswered:
    @pytest.fixture
    def asked(self, course, at):
        """A worrying visit three days ago; its check-in was sent the day before yesterday."""
        log_run(course, [(6, 5), (5, 4)], until=at - 7 * DAY)
        log_visit(course, at - 3 * DAY, before=4, after=9)
        return CheckIn.objects.filter(kind="day1").latest("pk")

    def test_is_a_call_for_staff(self, asked, at):
        watch_courses(at=at)
        alert = Alert.objects.get(rule="unanswered")
        assert (alert.severity, alert.findings[0]["evidence"]["session"]) == ("C", 3)
        assert Message.objects.filter(group_key=f"alert:{alert.pk}").count() == 1

    def test_comes_the_next_working_day(self, asked, at):
        watch_courses(at=at - 2 * DAY + timedelta(hours=1))
        assert "unanswered" not in rules()

    def test_nothing_after_a_visit_that_worried_nobody(self, course, at):
        log_run(course, [(6, 5), (5, 4), (5, 4)], until=at - 3 * DAY)
        watch_courses(at=at)
        assert rules() == []

    def test_looking_again_raises_nothing_again(self, asked, lead, at):
        watch_courses(at=at)
        alert = Alert.objects.get(rule="unanswered")
        resolve(alert, outcome=Alert.Outcome.ADVISED, note="", by=lead, at=at, seen=last_news(alert))
        watch_courses(at=at + timedelta(hours=1))
        assert Alert.objects.filter(rule="unanswered").count() == 1

    def test_answer_in_time_needs_no_call(self, asked, at):
        log_check_in(asked, entry=CheckInEntry(form_key=uuid.uuid4(), score=5), at=at - DAY)
        watch_courses(at=at)
        assert "unanswered" not in rules()

    def test_late_answer_closes_the_call(self, asked, at):
        watch_courses(at=at)
        log_check_in(asked, entry=CheckInEntry(form_key=uuid.uuid4(), score=5), at=at)
        alert = Alert.objects.get(rule="unanswered")
        assert (alert.state, alert.outcome) == ("resolved", "overtaken")

    def test_day_3_after_a_worse_next_day_is_a_call_of_its_own(self, course, at):
        asked = self._worse_next_day(course, at)
        assert "unanswered" not in rules()
        watch_courses(at=asked.reminder.due_at + DAY)
        assert "unanswered" in rules()

    def test_day_3_that_was_not_sent_needs_no_call(self, course, at):
        asked = self._worse_next_day(course, at)
        Reminder.objects.filter(pk=asked.reminder.pk).update(state="refused", refused_because="x")
        watch_courses(at=asked.reminder.due_at + DAY)
        assert "unanswered" not in rules()

    def test_day_3_after_a_quiet_next_day_needs_no_call(self, asked, at):
        log_check_in(asked, entry=CheckInEntry(form_key=uuid.uuid4(), score=4), at=at - 2 * DAY)
        Reminder.objects.filter(kind="check_in_day3").update(state="sent")
        watch_courses(at=at + 2 * DAY)
        assert "unanswered" not in rules()

    def _worse_next_day(self, course, at) -> CheckIn:
        """An ordinary visit, a much worse next day, and day 3 sent; no answer since."""
        log_run(course, [(6, 5), (5, 4), (4, 3)], until=at - 3 * DAY)
        of_session = CheckIn.objects.filter(session__number=3)
        worse = CheckInEntry(form_key=uuid.uuid4(), score=9)
        log_check_in(of_session.get(kind="day1"), entry=worse, at=at - 2 * DAY)
        Reminder.objects.filter(check_in__in=of_session).update(state="sent")
        return of_session.get(kind="day3")

    def test_visit_closes_the_call_and_the_overdue_alert(self, asked, at):
        watch_courses(at=at + 9 * DAY)
        assert {"lapsed", "unanswered"} <= set(rules())
        log_visit(asked.session.course, at + 9 * DAY, before=4, after=3)
        left = Alert.objects.unresolved().values_list("rule", flat=True)
        assert not {"lapsed", "unanswered"} & set(left)


def test_looking_takes_the_same_queries_for_one_and_three(course, clinic, practitioner, at):
    def n_queries():
        with CaptureQueriesContext(connection) as queries:
            watch_courses(at=at)
        return len(queries)

    log_run(course, [(6, 5), (5, 4)], until=at)
    alone = n_queries()
    for _n in range(2):
        patient = cleared_patient(clinic, by=practitioner, at=at - 60 * DAY)
        log_run(CourseFactory(patient=patient, practitioner=practitioner), [(6, 5)], until=at)
    assert n_queries() == alone
