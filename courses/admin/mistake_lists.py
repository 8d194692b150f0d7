"""Mistakes on the course page: void entries, and entries that can be voided there."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _

from clinic.country.shown import shown_day
from clinic.models import Voidable
from courses.models import CheckIn, ClearanceOverride, Course, Letter, MeasureScore, Review, Session
from courses.plans.program_reason import reason_words


@dataclass(frozen=True)
class Line:
    """One entry, in words."""

    what: str
    when: str
    url: str = ""
    why: str = ""
    by: str = ""
    at: datetime | None = None


def void_lines(course: Course) -> list[Line]:
    """The void entries of a course, the newest first; parts of a void session are on its own page."""
    lines = [_void(row, *words) for row, *words in _void_rows(course)]
    return sorted(lines, key=lambda line: (line.at is not None, line.at), reverse=True)


def voidable_lines(course: Course) -> list[Line]:
    """Entries without a page of their own: answered check-ins, measures, unused overrides."""
    answered = CheckIn.objects.filter(session__course=course, answered_at__isnull=False).select_related("session")
    lines = [
        Line(_check_in_words(one), _day(course, one.answered_at), _address(course, "check-in", one.pk))
        for one in answered
    ]
    for scores in _forms(MeasureScore.objects.filter(course=course)).values():
        what = ", ".join(sorted({one.get_code_display() for one in scores}))
        first = scores[0]
        lines.append(Line(what, _day(course, first.measured_at), _address(course, "measures", first.pk)))
    lines += [
        Line(_("Override of the clearance"), _day(course, one.given_at), _address(course, "override", one.pk))
        for one in course.overrides.filter(session=None)
    ]
    return lines


def _void_rows(course: Course) -> Iterator[tuple[Any, str, str, str]]:
    """Each row with its kind, its time and its page."""
    sessions = Session.every.filter(course=course).exclude(voided_at=None).select_related("voided_by__user")
    for session in sessions:
        url = reverse("admin:courses_session_change", args=[session.pk])
        yield session, str(session), _day(course, session.held_at), url
    check_ins = CheckIn.every.filter(session__course=course, session__voided_at=None).exclude(voided_at=None)
    for check_in in check_ins.select_related("session", "voided_by__user"):
        yield check_in, _check_in_words(check_in), _day(course, check_in.answered_at or check_in.created_at), ""
    reviews = Review.every.filter(course=course).exclude(voided_at=None).select_related("voided_by__user")
    for review in reviews:
        words = f"{review}: {review.get_decision_display()}"
        yield review, words, _day(course, review.reviewed_at), ""
    scores = MeasureScore.every.filter(course=course).exclude(voided_at=None).select_related("voided_by__user")
    for one in scores:
        yield one, str(one), _day(course, one.measured_at), ""
    letters = Letter.every.filter(course=course).exclude(voided_at=None).defer("pdf")
    for letter in letters.select_related("voided_by__user"):
        url = reverse("admin:courses_letter_change", args=[letter.pk])
        yield letter, str(letter), _day(course, letter.written_at), url
    overrides = ClearanceOverride.every.filter(course=course).exclude(voided_at=None)
    for override in overrides.select_related("voided_by__user"):
        yield override, _("Override of the clearance"), _day(course, override.given_at), ""


def _void(row: Voidable, what: str, when: str, url: str) -> Line:
    return Line(what, when, url, reason_words(row.void_reason), str(row.voided_by), row.voided_at)


def _check_in_words(check_in: CheckIn) -> str:
    values = {"kind": check_in.get_kind_display(), "session": check_in.session}
    return _("Check-in, %(kind)s after %(session)s") % values


def _forms(scores: Any) -> dict[Any, list[MeasureScore]]:
    found: dict[Any, list[MeasureScore]] = {}
    for score in scores.order_by("measured_at", "pk"):
        found.setdefault(score.form_key, []).append(score)
    return found


def _address(course: Course, kind: str, number: int) -> str:
    return reverse("admin:courses_course_void", args=[course.pk, kind, number])


def _day(course: Course, at: Any) -> str:
    return shown_day(course.clinic.local(at))
