"""Today: the day's visits, most urgent first."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count, Q
from django.utils.safestring import SafeString

from clinic.access import may
from clinic.models import Membership
from clinic.people.rota import Gap, next_gap
from courses.charts.spark import spark_svg
from courses.models import Alert, Appointment, Course, PainScore, Session
from courses.outlook.picture import primary_run
from courses.outlook.wording import worse_words
from courses.plans.checks_due import patients_with_check_due
from courses.plans.unlogged import unlogged_visits
from courses.priors.course_records import records_of
from courses.rules.facts import Severity
from courses.watching.watch_list import watch_list

MAX_ALERTS = 8
# The others follow once these are logged or marked.
MAX_UNLOGGED = 15


@dataclass(frozen=True)
class Visit:
    """One appointment of today with what the practitioner should know before it."""

    appointment: Appointment
    session_number: int
    n_planned: int
    last_score: int | None
    spark: SafeString
    alerts: tuple[Alert, ...]
    is_review_due: bool
    is_check_due: bool = False
    # Worse than at the start, by the patient's own scores.
    worse: tuple[str, ...] = ()

    @property
    def need(self) -> int:
        """0 for the most urgent: red flag, beyond bounds, review due, on hold, nothing."""
        if any(alert.is_red_flag for alert in self.alerts):
            return 0
        if any(alert.severity != Severity.REVIEW for alert in self.alerts):
            return 1
        if self.is_review_due or self.alerts:
            return 2
        return 3 if self.appointment.course.status == Course.Status.ON_HOLD else 4

    @property
    def is_waiting(self) -> bool:
        """Whether the visit is not logged yet."""
        return self.appointment.status == Appointment.Status.BOOKED


@dataclass(frozen=True)
class Today:
    """The day of one member."""

    day: datetime
    visits: tuple[Visit, ...]
    done: tuple[Visit, ...]
    alerts: tuple[Alert, ...]
    lapsed: tuple[Alert, ...]
    n_more_alerts: int
    watched: tuple[PainScore, ...]
    gap: Gap | None
    has_any_patient: bool
    upcoming: Appointment | None
    is_own: bool
    unlogged: tuple[Appointment, ...] = ()
    n_more_unlogged: int = 0


def today(membership: Membership, *, at: datetime) -> Today:
    """What one member should see first: practitioners see their own day, others the clinic's."""
    day = membership.clinic.local(at).replace(hour=0, minute=0, second=0, microsecond=0)
    is_own = membership.treats_only
    appointments = (
        Appointment.objects.visible_to(membership)
        .between(day, day + timedelta(days=1))
        .exclude(status=Appointment.Status.CANCELLED)
        .select_related("course__patient", "course__practitioner__user", "practitioner__user")
        .annotate(n_held=Count("course__sessions", filter=Q(course__sessions__voided_at=None)))
    )
    if is_own:
        appointments = appointments.filter(practitioner=membership)
    visits = _visits(membership, list(appointments), at=at)
    unresolved = _alerts(membership, is_own=is_own)
    order = _by_need if may(membership, "view", Session) else _by_time
    unlogged = unlogged_visits(membership, before=day)
    matters = [alert for alert in unresolved if alert.rule != Alert.Rule.LAPSED]
    return Today(
        day=day,
        visits=tuple(sorted((one for one in visits if one.is_waiting), key=order)),
        done=tuple(one for one in visits if not one.is_waiting),
        alerts=tuple(matters[:MAX_ALERTS]),
        n_more_alerts=max(len(matters) - MAX_ALERTS, 0),
        lapsed=tuple(alert for alert in unresolved if alert.rule == Alert.Rule.LAPSED)[:MAX_ALERTS],
        watched=tuple(watch_list(membership, at=at)),
        gap=next_gap(membership, at=at),
        has_any_patient=membership.clinic.patients.exists(),
        upcoming=_upcoming(membership, is_own=is_own, after=day + timedelta(days=1)),
        is_own=is_own,
        unlogged=tuple(unlogged[:MAX_UNLOGGED]),
        n_more_unlogged=max(unlogged.count() - MAX_UNLOGGED, 0),
    )


def _by_need(visit: Visit) -> tuple[int, datetime]:
    return visit.need, visit.appointment.starts_at


def _by_time(visit: Visit) -> tuple[int, datetime]:
    return 0, visit.appointment.starts_at


def _upcoming(membership: Membership, *, is_own: bool, after: datetime) -> Appointment | None:
    """The first appointment of each of the next days."""
    booked = Appointment.objects.visible_to(membership).filter(
        status=Appointment.Status.BOOKED, starts_at__gte=after
    )
    if is_own:
        booked = booked.filter(practitioner=membership)
    return booked.select_related("course__patient").order_by("starts_at").first()


def _alerts(membership: Membership, *, is_own: bool) -> list[Alert]:
    alerts = Alert.objects.visible_to(membership).unresolved().most_pressing_first()
    if is_own:
        alerts = alerts.filter(course__practitioner=membership)
    return list(alerts.select_related("patient", "course"))


def _visits(membership: Membership, appointments: list[Appointment], *, at: datetime) -> list[Visit]:
    courses = {appointment.course_id: appointment.course for appointment in appointments}
    records = records_of(courses.values(), clinic=membership.clinic, at=at)
    alerts: dict[int, list[Alert]] = defaultdict(list)
    for alert in Alert.objects.visible_to(membership).unresolved().filter(course__in=courses):
        alerts[alert.course_id or 0].append(alert)
    visits = []
    patients = {course.patient_id for course in courses.values()}
    check_due = patients_with_check_due(membership.clinic, patients, on=membership.clinic.local(at).date())
    for appointment in appointments:
        course, n_held = appointment.course, appointment.n_held  # type: ignore[attr-defined]
        weeks, scores = primary_run(records[course.pk])
        visits.append(
            Visit(
                appointment=appointment,
                session_number=n_held + 1 if appointment.status == Appointment.Status.BOOKED else n_held,
                n_planned=course.n_planned,
                last_score=scores[-1] if scores else None,
                spark=spark_svg(weeks, scores),
                alerts=tuple(alerts[course.pk]),
                is_review_due=n_held in course.review_sessions,
                is_check_due=course.patient_id in check_due,
                worse=tuple(worse_words(one) for one in records[course.pk].worse_than_start()),
            )
        )
    return visits
