"""Findings that come with time: courses overdue or off track at a review, check-ins unanswered."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from itertools import chain

from django.db import transaction

from clinic.models import Clinic
from clinic.worker.batch import each
from courses.alerts.raising import raise_alert
from courses.models import Alert, Course
from courses.outlook.review_facts import review_facts
from courses.priors.adopted import InForce, in_force
from courses.priors.course_records import Record, records_of
from courses.rules.facts import Finding
from courses.rules.lapsed import find_lapsed
from courses.rules.off_course import find_off_course
from courses.rules.worse_than_start import Worse, find_worse_than_start
from courses.watching.unanswered_check_ins import unanswered_check_ins
from patients.locking import lock_patients


def watch_courses(*, at: datetime) -> int:
    """Check every active course of every clinic; returns for how many something was found."""
    found: list[int] = []
    each(Clinic.objects.all(), lambda clinic: found.append(_watch_clinic(clinic, at=at)))
    return sum(found)


def _watch_clinic(clinic: Clinic, *, at: datetime) -> int:
    courses = list(
        Course.objects.for_clinic(clinic)
        .filter(status=Course.Status.ACTIVE)
        .seen_here()
        .select_related("patient", "clinic")
        .with_held()
    )
    records, now = records_of(courses, clinic=clinic, at=at), in_force(clinic)
    unanswered = unanswered_check_ins(clinic, at=at)

    def watch(course: Course) -> bool:
        is_found = watch_start(course, records[course.pk], at=at)
        calls = [(Alert.Rule.UNANSWERED, finding) for finding in unanswered.get(course.pk, ())]
        # Rules without the curve come first, so that a failure of the curve does not delay them.
        for rule, finding in chain(calls, _findings(course, records[course.pk], now, at=at)):
            _raise(course, rule, finding, at=at)
            is_found = True
        return is_found

    return each(courses, watch)


def _findings(
    course: Course, record: Record, now: InForce, *, at: datetime
) -> Iterable[tuple[Alert.Rule, Finding]]:
    last_held_at, n_held = course.last_held_at, course.n_held  # type: ignore[attr-defined]
    if last_held_at:
        lapsed = find_lapsed(
            last_session_at=last_held_at,
            planned_interval=course.planned_interval(course.clinic.local(last_held_at).date()),
            at=at,
            bounds=now.bounds,
        )
        if lapsed:
            yield Alert.Rule.LAPSED, lapsed
    if n_held in course.review_sessions and record.rows:
        off_course = find_off_course(review_facts(record, now.prior, n_held), bounds=now.bounds)
        if off_course:
            yield Alert.Rule.OFF_COURSE, off_course


def watch_start(course: Course, record: Record, *, at: datetime) -> bool:
    """Report a course that is worse than at its start: once per run, and not while its pain alert is open."""
    found = record.worse_than_start()
    return bool(found) and _tell_of_start(course, found, at=at)


@transaction.atomic
def _tell_of_start(course: Course, found: Sequence[Worse], *, at: datetime) -> bool:
    lock_patients([course.patient_id])
    alerts, rule = Alert.objects.filter(course=course), Alert.Rule.WORSE_THAN_START
    is_told = alerts.filter(rule=rule, raised_at__gte=max(one.since for one in found)).exists()
    if is_told or alerts.unresolved().filter(rule__in=[Alert.Rule.PAIN, rule]).exists():
        return False
    findings = [find_worse_than_start(one) for one in found]
    raise_alert(patient=course.patient, course=course, rule=rule, findings=findings, at=at)
    return True


@transaction.atomic
def _raise(course: Course, rule: Alert.Rule, finding: Finding, *, at: datetime) -> None:
    lock_patients([course.patient_id])
    if Alert.objects.unresolved().filter(course=course, rule=rule).exists():
        return
    latest = Alert.objects.filter(course=course, rule=rule).order_by("-raised_at").first()
    if latest and latest.raised_at >= course.last_held_at:  # type: ignore[attr-defined]
        # Answered since the last visit: nothing new to report.
        return
    raise_alert(patient=course.patient, course=course, rule=rule, findings=[finding], at=at)
