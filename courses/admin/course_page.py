"""What the course page shows."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import date, datetime
from functools import partial
from typing import Any

from django.db.models import Prefetch
from django.http import Http404
from django.shortcuts import get_object_or_404

from clinic.access import active_membership
from clinic.models import Membership, User
from courses.admin.mistake_lists import void_lines, voidable_lines
from courses.admin.numbers.chart_views import ChartView, chart_views
from courses.charts.curve_chart import LARGE, NARROW, CurvePicture
from courses.measures.measure_lines import fillings_of, measure_lines, thresholds_for
from courses.measures.wording import line_words
from courses.models import Alert, CheckInAnswer, Course, Needling, PainScore, Review
from courses.outlook.markers import holds_of, markers_of, reviews_of, visits_of
from courses.outlook.picture import curve_picture
from courses.outlook.posteriors import posterior_of
from courses.outlook.summary import CurveSays
from courses.outlook.then import with_ranges
from courses.plans.adherence import adherence_of
from courses.plans.course_state import CourseState
from courses.plans.visits import next_visit_at
from courses.priors.course_records import Record
from courses.priors.learning import basis_words
from courses.reviews.due import due_review
from courses.reviews.reviewing import course_at_review
from courses.reviews.wording import question_words, relief_words
from courses.rules.review_advice import review_questions
from courses.sessions.answer_words import is_list_open
from patients.wording import VERDICTS, reason_texts

N_REMINDERS = 6


def course_for_page(by: Membership, key: str) -> Course:
    """A visible course with all related rows that its page names; otherwise 404."""
    if not key.isdecimal():
        raise Http404
    courses = Course.objects.visible_to(by).select_related("clinic", "patient", "protocol", "practitioner__user")
    return get_object_or_404(courses, pk=key)


def course_page(course: Course, *, by: Any, at: datetime, has_ranges: bool = False) -> dict[str, Any]:
    """Everything about one course and the actions possible now, in a fixed number of queries.

    `has_ranges`: the chart shows what was expected at each past session, as it was then.
    """
    state, today = CourseState(course), course.clinic.local(at).date()
    scores, alerts, record = state.scores, state.course_alerts, state.record(at=at)
    sessions = _sessions(course, scores)
    reviews = list(course.reviews.uncorrected().select_related("reviewed_by__user"))
    views = _curve(
        state, record, alerts=alerts, reviews=reviews, n_held=len(sessions), has_ranges=has_ranges, at=at
    )
    says = views[0].says
    return {
        "course": course,
        "picture": views[0].picture,
        "chart_views": views,
        "basis": basis_words(course.clinic, state.in_force),
        "has_ranges": has_ranges,
        "sessions": sessions,
        "adherence": adherence_of(course, course.appointments.all(), n_held=len(sessions), at=at),
        "alerts": sorted(alerts, key=lambda alert: (alert.is_resolved, -alert.raised_at.timestamp())),
        "adverse_events": list(course.adverse_events.select_related("item", "session")),
        "hand_overs": list(course.hand_overs.select_related("from_member__user")),
        "letters": list(course.letters.defer("pdf").select_related("written_by__user")),
        "reminders": list(course.reminders.all()[:N_REMINDERS]),
        **_reviewing(course, reviews, says, n_held=len(sessions), open_rules=_open_rules(state, alerts)),
        "measures": _measures(course, scores, group=record.group),
        **_clearance(state, by=by, on=today),
        "void_entries": void_lines(course),
        "voidable_entries": voidable_lines(course),
        "events": list(course.events.select_related("by__user")),
        **_rights(course, by),
    }


def _curve(
    state: CourseState,
    record: Record,
    *,
    alerts: Sequence[Alert],
    reviews: Sequence[Review],
    n_held: int,
    has_ranges: bool,
    at: datetime,
) -> list[ChartView]:
    """The chart of each timing with its timeline, and its sentences."""
    course, posterior = state.course, posterior_of(record, state.in_force)
    appointments = list(course.appointments.all())
    last_at = record.rows[-1].scored_at if record.rows else None
    next_week = record.week(next_visit_at(course, appointments, last_at=last_at, at=at))
    picture_of = partial(
        curve_picture,
        record,
        posterior,
        next_week=next_week if course.is_open else None,
        today_week=record.week(at) if course.is_open else None,
        visits=visits_of(record, appointments, course=course, at=at),
    )
    markers = markers_of(record, alerts, course=course)
    holds = holds_of(record, course.holds.all(), course=course)
    held = reviews_of(record, reviews, course=course, n_held=n_held)

    def full_picture(timing: str) -> CurvePicture:
        picture = replace(picture_of(timing=timing), markers=markers, holds=holds, reviews=held)
        return with_ranges(picture, record, state.scores) if has_ranges else picture

    return chart_views(
        record,
        posterior,
        picture_of=full_picture,
        uid=f"course-{course.pk}",
        wide=LARGE,
        narrow=NARROW,
        next_week=next_week,
        is_over=not course.is_open,
    )


def _sessions(course: Course, scores: list[PainScore]) -> list[dict[str, Any]]:
    by_session: dict[int, dict[str, PainScore]] = {}
    for score in scores:
        if score.session_id:
            by_session.setdefault(score.session_id, {})[score.timing] = score
    sessions = course.sessions.select_related("practitioner__user").prefetch_related(
        Prefetch("needlings", Needling.objects.select_related("point")), "red_flag_reports"
    )
    answers = CheckInAnswer.objects.filter(check_in__session__course=course).select_related("check_in")
    answered: dict[int, list[CheckInAnswer]] = {}
    for answer in answers:
        answered.setdefault(answer.check_in.session_id, []).append(answer)
    return [
        {
            "session": session,
            "scores": by_session.get(session.pk, {}),
            "is_list_open": is_list_open(answered.get(session.pk, [])),
        }
        for session in sessions
    ]


def _open_rules(state: CourseState, alerts: Sequence[Alert]) -> set[str]:
    """The rules that a review looks at first, from rows that the page has already read."""
    pain = {Alert.Rule.PAIN for alert in alerts if alert.rule == Alert.Rule.PAIN and not alert.is_resolved}
    return {*pain, *([Alert.Rule.RED_FLAG] if state.open_flags else [])}


def _reviewing(
    course: Course,
    reviews: list[Review],
    says: CurveSays | None,
    *,
    n_held: int,
    open_rules: Collection[str],
) -> dict[str, Any]:
    """Past reviews, the one that is due, and its question."""
    after = [review.session_number for review in reviews]
    due = due_review(course.review_sessions, n_planned=course.n_planned, n_held=n_held, reviewed_after=after)
    is_extended = any(review.n_added for review in reviews)
    at_review = course_at_review(course, says, n_held=n_held, is_extended=is_extended, open_rules=open_rules)
    questions = review_questions(at_review) if due and course.is_open else ()
    return {
        "reviews": [(review, relief_words(review)) for review in reversed(reviews)],
        "review_due": due if course.is_open else None,
        "review_questions": question_words(questions),
    }


def _measures(course: Course, scores: list[PainScore], *, group: str) -> list[Any]:
    fillings = fillings_of(course.measure_scores.all())
    pain = [score for score in scores if score.timing == PainScore.Timing.BEFORE]
    lines = measure_lines(fillings, pain=pain, thresholds=thresholds_for(course), group=group)
    return [line_words(line) for line in lines]


def _clearance(state: CourseState, *, by: Any, on: date) -> dict[str, Any]:
    found = state.clearance(on=on, practitioner=state.course.practitioner)
    return {
        "clearance": found,
        "clearance_verdict": VERDICTS[found.verdict],
        "clearance_reasons": reason_texts(found, to=active_membership(by)),
    }


def _rights(course: Course, by: Any) -> dict[str, bool]:
    user: User = by
    return {
        "may_log": user.has_perm("courses.log_session") and course.is_open,
        "may_resume": user.has_perm("courses.resume_course") and course.status == Course.Status.ON_HOLD,
        "may_change": user.has_perm("courses.change_course") and course.is_open,
        "may_hand_over": user.has_perm("courses.hand_over") and course.is_open,
        "may_correct": user.has_perm("courses.change_course"),
        "may_reopen": user.has_perm("courses.change_course") and not course.is_open,
        "may_write": user.has_perm("courses.add_letter"),
        "may_book": user.has_perm("courses.book_appointment") and course.is_open,
    }
