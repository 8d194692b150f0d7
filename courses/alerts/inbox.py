"""The alert inbox: what needs an answer, in order of need, and what every staff page says of it."""

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
    """Alerts that nobody answered while nobody is left to tell: their number, and the most pressing by number and
    severity. No patient: every member sees this."""

    n_alerts: int
    worst: tuple[Alert, ...]


@dataclass(frozen=True)
class Waiting:
    """How many alerts nobody has taken on, and those among them that nobody is left to be told of."""

    n_open: int
    unanswered: Unanswered | None


def waiting(membership: Membership) -> Waiting:
    """What every page of the clinic says until somebody answers, to every member whatever their rights."""
    alerts = Alert.objects.for_clinic(membership.clinic)
    # On every page: a few values of a few rows cost less than to have them counted.
    found = list(alerts.filter(state=Alert.State.OPEN).values_list("severity", "exhausted_at"))
    n_open = sum(severity != Severity.REVIEW for severity, _exhausted_at in found)
    n_exhausted = sum(exhausted_at is not None for _severity, exhausted_at in found)
    if not n_exhausted:
        return Waiting(n_open, None)
    worst = alerts.exhausted().most_pressing_first().only("pk", "severity", "rule", "raised_at")
    return Waiting(n_open, Unanswered(n_exhausted, tuple(worst[:N_SHOWN])))


def with_last_news(rows: AlertRows) -> AlertRows:
    """Each with the newest report of it: what an answer from the list has seen."""
    news = AlertEvent.objects.filter(alert=OuterRef("pk"), kind__in=NEWS).order_by("-pk")
    return rows.annotate(seen=Subquery(news.values("pk")[:1]))


def mine(rows: AlertRows, membership: Membership) -> AlertRows:
    """Those one took on, and those of one's own courses that nobody took on."""
    own = Q(course__practitioner=membership) & ~Q(state=Alert.State.ACKNOWLEDGED)
    return rows.filter(Q(acknowledged_by=membership) | own)


def progress_words(alert: Alert) -> str:
    """Where the answer stands and who is on it; needs clinic and acknowledged_by loaded."""
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
    """Booked visits of a course on hold: no reminder goes out, so that staff must call."""
    if course is None or course.status != Course.Status.ON_HOLD:
        return []
    booked = course.appointments.filter(status=Appointment.Status.BOOKED, starts_at__gt=at)
    return list(booked.order_by("starts_at"))


def _when(alert: Alert, at: datetime) -> str:
    return shown_short_moment(alert.clinic.local(at))
