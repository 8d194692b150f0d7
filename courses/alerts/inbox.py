"""The alert inbox, most urgent first, and what every staff page shows about it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

from django.db.models import OuterRef, Q, QuerySet, Subquery
from django.utils.translation import gettext as _

from clinic.country.shown import shown_short_moment
from clinic.models import Membership
from courses.alerts.responding import NEWS
from courses.models import Alert, AlertEvent, Appointment, Course
from courses.rules.facts import Severity

AlertRows = TypeVar("AlertRows", bound=QuerySet[Alert])
N_SHOWN = 3


@dataclass(frozen=True)
class Unanswered:
    """Unanswered alerts after everyone on the contact list was alerted: how many, and the most urgent by number
    and severity. It names no patient, because every member sees it.
    """

    n_alerts: int
    worst: tuple[Alert, ...]


@dataclass(frozen=True)
class Waiting:
    """How many alerts are unassigned, and which of these have exhausted the contact list."""

    n_open: int
    unanswered: Unanswered | None


def waiting(membership: Membership) -> Waiting:
    """What every page of the clinic shows to every member, whatever their rights, until somebody answers."""
    alerts = Alert.objects.for_clinic(membership.clinic)
    # Used on every page: reading a few values of a few rows costs less than counting in the database.
    found = list(alerts.filter(state=Alert.State.OPEN).values_list("severity", "exhausted_at"))
    n_open = sum(severity != Severity.REVIEW for severity, _exhausted_at in found)
    n_exhausted = sum(exhausted_at is not None for _severity, exhausted_at in found)
    if not n_exhausted:
        return Waiting(n_open, None)
    worst = alerts.exhausted().most_pressing_first().only("pk", "severity", "rule", "raised_at")
    return Waiting(n_open, Unanswered(n_exhausted, tuple(worst[:N_SHOWN])))


def with_last_news(rows: AlertRows) -> AlertRows:
    """Add the newest report of each alert: what an answer from the list has seen."""
    news = AlertEvent.objects.filter(alert=OuterRef("pk"), kind__in=NEWS).order_by("-pk")
    return rows.annotate(seen=Subquery(news.values("pk")[:1]))


def mine(rows: AlertRows, membership: Membership) -> AlertRows:
    """The alerts a member acknowledged, and the unassigned ones of their own courses."""
    own = Q(course__practitioner=membership) & ~Q(state=Alert.State.ACKNOWLEDGED)
    return rows.filter(Q(acknowledged_by=membership) | own)


def progress_words(alert: Alert) -> str:
    """The state of the answer and who acknowledged; needs clinic and acknowledged_by loaded."""
    if alert.state == Alert.State.ACKNOWLEDGED and alert.acknowledged_by:
        return _("acknowledged by %(who)s") % {"who": alert.acknowledged_by}
    if alert.is_resolved:
        return alert.get_outcome_display()
    if alert.silenced_until:
        return _("silenced until %(until)s") % {"until": _when(alert, alert.silenced_until)}
    if alert.state == Alert.State.SNOOZED and alert.lapses_at:
        return _("snoozed until %(until)s") % {"until": _when(alert, alert.lapses_at)}
    if alert.exhausted_at:
        return _("unanswered, and nobody is left on the contact list")
    is_for_digest = alert.is_quiet or alert.severity == Severity.REVIEW
    return _("in the daily digest") if is_for_digest else _("unassigned")


def visits_without_reminder(course: Course | None, *, at: datetime) -> list[Appointment]:
    """Booked visits of a course on hold: they get no reminder, so staff must call."""
    if course is None or course.status != Course.Status.ON_HOLD:
        return []
    booked = course.appointments.filter(status=Appointment.Status.BOOKED, starts_at__gt=at)
    return list(booked.order_by("starts_at"))


def _when(alert: Alert, at: datetime) -> str:
    return shown_short_moment(alert.clinic.local(at))
