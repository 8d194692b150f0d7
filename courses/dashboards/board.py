"""The state of a clinic's courses, without test patients, in a fixed number of queries."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from django.db.models import Count, Q
from django.db.models.functions import TruncWeek
from django.utils.safestring import SafeString

from clinic.country.shown import shown_short_day
from clinic.models import Membership
from courses.charts.bars import Bar
from courses.charts.curve_chart import SMALL, curve_svg
from courses.models import Alert, CheckIn, Course, Reminder, Session
from courses.outlook.picture import curve_picture
from courses.outlook.posteriors import posterior_of
from courses.outlook.wording import worse_words
from courses.priors.adopted import in_force
from courses.priors.course_records import records_of
from patients.counting import counted

N_WEEKS = 12
MAX_CURVES = 9


@dataclass(frozen=True)
class StatusCount:
    """The number of courses with a status."""

    status: str
    label: str
    n_courses: int


@dataclass(frozen=True)
class Attention:
    """A course that needs a look: why, and its curve."""

    course: Course
    alerts: tuple[Alert, ...]
    chart: SafeString
    # Worse than at the start, by the patient's own scores.
    worse: tuple[str, ...] = ()


@dataclass(frozen=True)
class CheckInRate:
    """How many check-ins of a kind were sent and answered: those who answer are no fair sample."""

    label: str
    n_answered: int
    n_sent: int


@dataclass(frozen=True)
class Board:
    """The dashboard's content."""

    statuses: tuple[StatusCount, ...]
    n_sessions_this_week: int
    weeks: tuple[Bar, ...]
    check_ins: tuple[CheckInRate, ...]
    alerts: tuple[Alert, ...]
    n_alerts: int
    off_track: tuple[Alert, ...]
    attention: tuple[Attention, ...]
    n_attention: int


def board(membership: Membership, *, at: datetime) -> Board:
    """The dashboard of the member's clinic."""
    alerts = list(
        counted(Alert.objects.visible_to(membership))
        .unresolved()
        .most_pressing_first()
        .select_related("patient", "course__patient", "course__practitioner__user", "acknowledged_by__user")
    )
    weeks = _weeks(membership, at=at)
    attention = _attention(membership, alerts, at=at)
    pressing = tuple(alert for alert in alerts if alert.severity != "review")
    return Board(
        statuses=_statuses(membership),
        n_sessions_this_week=weeks[-1].value,
        weeks=weeks,
        check_ins=_check_ins(membership, at=at),
        alerts=pressing[:12],
        n_alerts=len(pressing),
        off_track=tuple(alert for alert in alerts if alert.rule == Alert.Rule.OFF_COURSE)[:12],
        attention=attention[0],
        n_attention=attention[1],
    )


def _statuses(membership: Membership) -> tuple[StatusCount, ...]:
    rows = counted(Course.objects.visible_to(membership)).order_by().values_list("status").annotate(n=Count("pk"))
    counts = dict(rows)
    return tuple(StatusCount(status, str(status.label), counts.get(status, 0)) for status in Course.Status)


def _weeks(membership: Membership, *, at: datetime) -> tuple[Bar, ...]:
    zone = membership.clinic.zone_info
    today = membership.clinic.local(at).date()
    this_week = today - timedelta(days=today.weekday())
    first = this_week - timedelta(weeks=N_WEEKS - 1)
    start = datetime.combine(first, datetime.min.time(), tzinfo=zone)
    rows = (
        counted(Session.objects.visible_to(membership))
        .filter(held_at__gte=start)
        .order_by()
        .annotate(week=TruncWeek("held_at", tzinfo=zone))
        .values_list("week")
        .annotate(n=Count("pk"))
    )
    counts: dict[date, int] = {week.date(): n for week, n in rows}
    mondays = [first + timedelta(weeks=number) for number in range(N_WEEKS)]
    return tuple(Bar(shown_short_day(monday), counts.get(monday, 0)) for monday in mondays)


def _check_ins(membership: Membership, *, at: datetime) -> tuple[CheckInRate, ...]:
    """Check-ins of the weeks shown."""
    sent = counted(Reminder.objects.visible_to(membership)).filter(
        Q(state=Reminder.State.SENT) | Q(check_in__answered_at__isnull=False),
        check_in__isnull=False,
        check_in__voided_at=None,
        due_at__gte=at - timedelta(weeks=N_WEEKS),
    )
    by_kind = sent.order_by().values_list("check_in__kind")
    rows = by_kind.annotate(n=Count("pk"), n_answered=Count("check_in__answered_at"))
    found = {kind: (n_answered, n) for kind, n, n_answered in rows}
    return tuple(CheckInRate(str(kind.label), *found.get(kind, (0, 0))) for kind in CheckIn.Kind)


def _attention(membership: Membership, alerts: list[Alert], *, at: datetime) -> tuple[tuple[Attention, ...], int]:
    by_course: dict[int, list[Alert]] = defaultdict(list)
    for alert in alerts:
        if alert.course_id and alert.rule != Alert.Rule.LAPSED:
            by_course[alert.course_id].append(alert)
    chosen = [found[0].course for found in list(by_course.values())[:MAX_CURVES] if found[0].course]
    records = records_of(chosen, clinic=membership.clinic, at=at)
    now = in_force(membership.clinic)
    shown = []
    for course in chosen:
        record = records[course.pk]
        ahead = record.week(at) if course.is_open else None
        picture = curve_picture(
            record,
            posterior_of(record, now),
            alerts=by_course[course.pk],
            next_week=ahead,
            today_week=ahead,
        )
        chart = curve_svg(picture, size=SMALL, uid=f"course-{course.pk}")
        worse = tuple(worse_words(one) for one in record.worse_than_start())
        shown.append(Attention(course, tuple(by_course[course.pk]), chart, worse))
    return tuple(shown), len(by_course)
