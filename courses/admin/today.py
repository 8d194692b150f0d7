"""Today: who comes, in order of need."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db.models import Count
from django.utils.safestring import SafeString

from clinic.models import Membership, Role
from clinic.rota import Gap, next_gap
from courses.alerts.watch_list import watch_list
from courses.charts.spark import spark_svg
from courses.models import Alert, Appointment, Course, PainScore
from courses.priors.picture import primary_run
from courses.priors.rows import records_of

MAX_ALERTS = 8


@dataclass(frozen=True)
class Visit:
    """One appointment of today with what one should know before the patient comes in."""

    appointment: Appointment
    session_number: int
    n_planned: int
    last_score: int | None
    spark: SafeString
    alerts: tuple[Alert, ...]
    is_review_due: bool

    @property
    def need(self) -> int:
        """0 for the most pressing: red flag, other alert, on hold, review due, nothing."""
        if any(alert.is_red_flag for alert in self.alerts):
            return 0
        if any(alert.severity != "review" for alert in self.alerts):
            return 1
        if self.appointment.course.status == Course.Status.ON_HOLD:
            return 2
        return 3 if self.is_review_due else 4

    @property
    def is_waiting(self) -> bool:
        """Whether the visit is still to be logged."""
        return self.appointment.status == Appointment.Status.BOOKED


@dataclass(frozen=True)
class Today:
    """The day of one member."""

    day: datetime
    visits: tuple[Visit, ...]
    done: tuple[Visit, ...]
    alerts: tuple[Alert, ...]
    lapsed: tuple[Alert, ...]
    watched: tuple[PainScore, ...]
    gap: Gap | None
    has_any_patient: bool
    is_own: bool


def today(membership: Membership, *, at: datetime) -> Today:
    """What one member should see first; a practitioner sees their own day, others the clinic's."""
    day = membership.clinic.local(at).replace(hour=0, minute=0, second=0, microsecond=0)
    is_own = membership.role == Role.PRACTITIONER
    appointments = (
        Appointment.objects.visible_to(membership)
        .between(day, day + timedelta(days=1))
        .exclude(status=Appointment.Status.CANCELLED)
        .select_related("course__patient", "course__practitioner__user", "practitioner__user")
        .annotate(n_held=Count("course__sessions"))
    )
    if is_own:
        appointments = appointments.filter(practitioner=membership)
    visits = _visits(membership, list(appointments), at=at)
    unresolved = _alerts(membership, is_own=is_own)
    return Today(
        day=day,
        visits=tuple(sorted((one for one in visits if one.is_waiting), key=_by_need)),
        done=tuple(one for one in visits if not one.is_waiting),
        alerts=tuple(alert for alert in unresolved if alert.rule != Alert.Rule.LAPSED)[:MAX_ALERTS],
        lapsed=tuple(alert for alert in unresolved if alert.rule == Alert.Rule.LAPSED)[:MAX_ALERTS],
        watched=tuple(watch_list(membership, at=at)),
        gap=next_gap(membership, at=at),
        has_any_patient=membership.clinic.patients.exists(),
        is_own=is_own,
    )


def _by_need(visit: Visit) -> tuple[int, datetime]:
    return visit.need, visit.appointment.starts_at


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
            )
        )
    return visits
