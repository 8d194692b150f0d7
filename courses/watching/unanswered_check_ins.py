"""Check-ins after a worrying score that nobody answered."""

from __future__ import annotations

from collections import defaultdict
from datetime import datetime, timedelta

from django.db.models import Exists, OuterRef, Q, QuerySet

from clinic.models import Clinic
from courses.models import Alert, AlertEvent, CheckIn, Course, PainScore, Reminder, Session
from courses.rules.facts import Finding, Severity
from courses.rules.unanswered import find_unanswered

LOOK_BACK = timedelta(days=21)
# A check-in is sent the day after its session.
ASKED_AFTER = timedelta(days=1)


def unanswered_check_ins(clinic: Clinic, *, at: datetime) -> dict[int, list[Finding]]:
    """By course, the calls that are due, in a fixed number of queries."""
    waiting = list(_waiting(clinic, at=at))
    worrying = _worrying_sessions({one.session.course_id for one in waiting})
    calendar = clinic.calendar()
    found: dict[int, list[Finding]] = defaultdict(list)
    for check_in in waiting:
        session, asked_at = check_in.session, _asked_at(check_in)
        finding = find_unanswered(
            session=session.number,
            found=[
                one for timing, one in worrying[session.course_id, session.number] if _follows(check_in, timing)
            ],
            asked_at=clinic.local(asked_at),
            call_at=calendar.add_working_days(asked_at, 1),
            at=at,
        )
        if finding:
            found[session.course_id].append(finding)
    return found


def _waiting(clinic: Clinic, *, at: datetime) -> QuerySet[CheckIn]:
    """Unanswered check-ins of active courses without a visit or score since.

    Day 3 counts on its own: a day-1 answer does not answer it, and one that was never sent was not left
    unanswered.
    """
    later_visit = Session.objects.filter(
        course=OuterRef("session__course"), held_at__gt=OuterRef("session__held_at")
    )
    later_score = PainScore.objects.filter(
        course=OuterRef("session__course"), scored_at__gt=OuterRef("session__held_at")
    )
    rows = CheckIn.objects.for_clinic(clinic).filter(
        answered_at=None, created_at__gte=at - LOOK_BACK, session__course__status=Course.Status.ACTIVE
    )
    was_asked = Q(reminder__state__in=[Reminder.State.SENT, Reminder.State.UNKNOWN])
    later_on = later_score.filter(scored_at__gte=OuterRef("reminder__due_at"))
    heard_since = Q(Exists(later_score), kind=CheckIn.Kind.DAY1) | Q(Exists(later_on), kind=CheckIn.Kind.DAY3)
    rows = rows.filter(Q(kind=CheckIn.Kind.DAY1) | was_asked).exclude(Exists(later_visit)).exclude(heard_since)
    return rows.select_related("session", "reminder").order_by("pk")


def _asked_at(check_in: CheckIn) -> datetime:
    reminder = getattr(check_in, "reminder", None)
    return reminder.due_at if reminder else check_in.session.held_at + ASKED_AFTER


def _follows(check_in: CheckIn, timing: object) -> bool:
    """Whether a check-in follows a score: next day after a visit's, day 3 after a later one."""
    is_of_visit = timing in {PainScore.Timing.BEFORE, PainScore.Timing.AFTER, None}
    return is_of_visit is (check_in.kind == CheckIn.Kind.DAY1)


def _worrying_sessions(courses: set[int]) -> dict[tuple[int, int], list[tuple[object, Severity]]]:
    """By session of some courses, the timing and severity of its pain findings, in whichever alert they are."""
    events = AlertEvent.objects.filter(
        alert__course__in=courses, alert__rule__in=[Alert.Rule.PAIN, Alert.Rule.RED_FLAG]
    ).exclude(detail__findings=None)
    found: dict[tuple[int, int], list[tuple[object, Severity]]] = defaultdict(list)
    for course_id, kind, findings in events.order_by("pk").values_list(
        "alert__course_id", "kind", "detail__findings"
    ):
        for one in findings:
            number = one["evidence"].get("session")
            if number is None:
                continue
            known, row = found[course_id, number], (one["evidence"].get("timing"), Severity(one["severity"]))
            if kind != AlertEvent.Kind.CORRECTED:
                known.append(row)
            elif row in known:
                # Corrected or void: the number may belong to another session now.
                known.remove(row)
    return found
