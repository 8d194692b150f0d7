"""Check-ins after a worrying score that nobody answered."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, QuerySet

from clinic.models import Clinic
from courses.alerts.steps import calendar_of
from courses.models import Alert, AlertEvent, CheckIn, Course, PainScore, Session
from courses.rules.facts import Finding, Severity
from courses.rules.unanswered import find_unanswered

LOOK_BACK = timedelta(days=21)
# A check-in is asked the day after its session.
ASKED_AFTER = timedelta(days=1)


def unanswered_check_ins(clinic: Clinic, *, at: datetime) -> dict[int, list[Finding]]:
    """By course, the calls that are due, in a fixed number of queries."""
    waiting = list(_waiting(clinic, at=at))
    worrying = _worrying_sessions({one.session.course_id for one in waiting})
    calendar = calendar_of(clinic)
    found: dict[int, list[Finding]] = defaultdict(list)
    for check_in in waiting:
        session, asked_at = check_in.session, _asked_at(check_in)
        finding = find_unanswered(
            session=session.number,
            found=worrying[session.course_id, session.number],
            asked_at=clinic.local(asked_at),
            call_at=calendar.add_working_days(asked_at, 1),
            at=at,
        )
        if finding:
            found[session.course_id].append(finding)
    return found


def _waiting(clinic: Clinic, *, at: datetime) -> QuerySet[CheckIn]:
    """Unanswered ones of active courses since whose session nothing was heard: no visit, no score."""
    later_visit = Session.objects.filter(
        course=OuterRef("session__course"), held_at__gt=OuterRef("session__held_at")
    )
    later_score = PainScore.objects.filter(
        course=OuterRef("session__course"), scored_at__gt=OuterRef("session__held_at")
    )
    rows = CheckIn.objects.for_clinic(clinic).filter(
        answered_at=None, created_at__gte=at - LOOK_BACK, session__course__status=Course.Status.ACTIVE
    )
    rows = rows.exclude(Exists(later_visit)).exclude(Exists(later_score))
    return rows.select_related("session", "reminder").order_by("pk")


def _asked_at(check_in: CheckIn) -> datetime:
    reminder = getattr(check_in, "reminder", None)
    return reminder.due_at if reminder else check_in.session.held_at + ASKED_AFTER


def _worrying_sessions(courses: set[int]) -> dict[tuple[int, int], list[Severity]]:
    """What the pain rules found at each session of some courses, whichever alert it was written to."""
    events = AlertEvent.objects.filter(
        alert__course__in=courses, alert__rule__in=[Alert.Rule.PAIN, Alert.Rule.RED_FLAG]
    ).exclude(detail__findings=None)
    found: dict[tuple[int, int], list[Severity]] = defaultdict(list)
    for course_id, findings in events.values_list("alert__course_id", "detail__findings"):
        for one in findings:
            number = one["evidence"].get("session")
            if number is not None:
                found[course_id, number].append(Severity(one["severity"]))
    return found
