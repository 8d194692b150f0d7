"""The effect of other bounds on courses: how many patients would have been overdue, how many courses off track."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import pairwise

from clinic.models import Clinic
from courses.models import Course, Hold, Session
from courses.outlook.review_facts import review_facts
from courses.priors.adopted import adopted_prior
from courses.priors.course_records import records_of
from courses.rules.bounds import RuleBounds
from courses.rules.lapsed import find_lapsed
from courses.rules.off_course import ReviewFacts, find_off_course
from patients.counting import counted

Stretch = tuple[datetime, datetime]


@dataclass(frozen=True)
class Tally:
    """How many times a rule found something, under the current bounds and under the new ones."""

    n_now: int
    n_then: int


@dataclass(frozen=True)
class Past:
    """One past course: its visits, in order, and its holds."""

    course: Course
    visits: tuple[datetime, ...]
    holds: tuple[Stretch, ...]

    def rested_at(self, moment: datetime) -> bool:
        """Whether the course was on hold."""
        return any(began_at <= moment < ended_at for began_at, ended_at in self.holds)


def past_courses(clinic: Clinic, *, since: datetime, at: datetime) -> list[Past]:
    """The courses with a visit since a time, in a fixed number of queries; without test patients."""
    recent = Session.objects.for_clinic(clinic).filter(held_at__gte=since, held_at__lte=at).values("course")
    courses = counted(Course.objects.for_clinic(clinic)).filter(pk__in=recent)
    visits: dict[int, list[datetime]] = defaultdict(list)
    sessions = Session.objects.for_clinic(clinic).filter(course__in=courses, held_at__lte=at)
    for course_id, held_at in sessions.order_by("held_at").values_list("course", "held_at"):
        visits[course_id].append(held_at)
    holds: dict[int, list[Stretch]] = defaultdict(list)
    for hold in Hold.objects.for_clinic(clinic).filter(course__in=courses, began_at__lte=at):
        holds[hold.course_id].append((hold.began_at, hold.ended_at or at))
    rows = courses.select_related("clinic", "patient").order_by("pk")
    return [Past(course, tuple(visits[course.pk]), tuple(holds[course.pk])) for course in rows]


def try_lapsed(past: Sequence[Past], now: RuleBounds, then: RuleBounds, *, since: datetime, at: datetime) -> Tally:
    """How many times a patient would have been overdue."""
    counts = [sum(_n_lapses(one, bounds, since=since, at=at) for one in past) for bounds in (now, then)]
    return Tally(*counts)


def _n_lapses(past: Past, bounds: RuleBounds, *, since: datetime, at: datetime) -> int:
    # A patient is not overdue after the last visit of a course that has ended.
    ends = [at] if past.course.status == Course.Status.ACTIVE else []
    found = 0
    for held_at, next_at in pairwise((*past.visits, *ends)):
        interval = past.course.planned_interval(past.course.clinic.local(held_at).date())
        told_at = held_at + interval * bounds.patience
        is_found = find_lapsed(last_session_at=held_at, planned_interval=interval, at=next_at, bounds=bounds)
        found += bool(is_found) and since <= told_at <= at and not past.rested_at(told_at)
    return found


def try_off_course(
    clinic: Clinic, past: Sequence[Past], now: RuleBounds, then: RuleBounds, *, since: datetime, at: datetime
) -> Tally:
    """How many reviews would have found a course off track, with the data of that time and today's Prior."""
    facts = list(_reviews(clinic, past, since=since, at=at))
    counts = [sum(find_off_course(one, bounds=bounds) is not None for one in facts) for bounds in (now, then)]
    return Tally(*counts)


def _reviews(clinic: Clinic, past: Sequence[Past], *, since: datetime, at: datetime) -> Iterator[ReviewFacts]:
    prior = adopted_prior(clinic)
    records = records_of([one.course for one in past], clinic=clinic, at=at)
    for one in past:
        record = records[one.course.pk]
        for number, held_at in enumerate(one.visits, start=1):
            if number in one.course.review_sessions and held_at >= since:
                known = tuple(row for row in record.rows if row.scored_at <= held_at)
                if known:
                    yield review_facts(replace(record, rows=known), prior, number)
