"""Findings that come with time: courses that lapsed or are off track at a review, check-ins unanswered."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import transaction
from django.db.models import Count, Max

from clinic.batch import each
from clinic.models import Clinic
from courses.alerts.raising import raise_alert
from courses.alerts.unanswered import unanswered_check_ins
from courses.curve import Prior
from courses.models import Alert, Course
from courses.priors.adopted import adopted_prior, bounds_of
from courses.priors.review_facts import review_facts
from courses.priors.rows import Record, records_of
from courses.rules.bounds import RuleBounds
from courses.rules.facts import Finding
from courses.rules.lapsed import find_lapsed
from courses.rules.off_course import find_off_course
from patients.models import Patient


def watch_courses(*, at: datetime) -> int:
    """Look at every active course of every clinic; returns for how many something was found."""
    return sum(_watch_clinic(clinic, at=at) for clinic in Clinic.objects.all())


def _watch_clinic(clinic: Clinic, *, at: datetime) -> int:
    courses = list(
        Course.objects.for_clinic(clinic)
        .filter(status=Course.Status.ACTIVE)
        .select_related("patient", "clinic")
        .annotate(n_held=Count("sessions"), last_held_at=Max("sessions__held_at"))
    )
    records, prior, bounds = records_of(courses, clinic=clinic, at=at), adopted_prior(clinic), bounds_of(clinic)
    unanswered = unanswered_check_ins(clinic, at=at)

    def watch(course: Course) -> bool:
        is_found = False
        calls = [(Alert.Rule.UNANSWERED, finding) for finding in unanswered.get(course.pk, ())]
        for rule, finding in (*_findings(course, records[course.pk], prior, bounds, at=at), *calls):
            _raise(course, rule, finding, at=at)
            is_found = True
        return is_found

    return each(courses, watch)


def _findings(
    course: Course, record: Record, prior: Prior, bounds: RuleBounds, *, at: datetime
) -> Iterable[tuple[Alert.Rule, Finding]]:
    last_held_at, n_held = course.last_held_at, course.n_held  # type: ignore[attr-defined]
    if last_held_at:
        lapsed = find_lapsed(
            last_session_at=last_held_at,
            planned_interval=course.planned_interval(course.clinic.local(last_held_at).date()),
            at=at,
            bounds=bounds,
        )
        if lapsed:
            yield Alert.Rule.LAPSED, lapsed
    if n_held in course.review_sessions and record.rows:
        off_course = find_off_course(review_facts(record, prior, n_held), bounds=bounds)
        if off_course:
            yield Alert.Rule.OFF_COURSE, off_course


@transaction.atomic
def _raise(course: Course, rule: Alert.Rule, finding: Finding, *, at: datetime) -> None:
    Patient.objects.select_for_update().get(pk=course.patient_id)
    if Alert.objects.unresolved().filter(course=course, rule=rule).exists():
        return
    latest = Alert.objects.filter(course=course, rule=rule).order_by("-raised_at").first()
    if latest and latest.raised_at >= course.last_held_at:  # type: ignore[attr-defined]
        # Answered since the last visit: nothing new to say.
        return
    raise_alert(patient=course.patient, course=course, rule=rule, findings=[finding], at=at)
