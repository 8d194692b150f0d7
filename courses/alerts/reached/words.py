"""The time until somebody was reached, in sentences for the alert's page."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.country.shown import shown_exact_moment
from courses.models import Alert, Reach

MINUTE, HOUR = 60, 3600
# Up to this time, seconds are clearer than minutes.
LONGEST_IN_SECONDS = 120


@dataclass(frozen=True)
class ReachLine:
    """One report, and when somebody was reached."""

    words: str
    is_late: bool


def reach_lines(alert: Alert, *, at: datetime) -> list[ReachLine]:
    """A line for each report of an alert, newest first; needs its clinic loaded."""
    reaches = alert.reaches.select_related("event").order_by("-event")
    return [ReachLine(_words(alert, reach, at=at), _is_late(reach, at=at)) for reach in reaches]


def _is_late(reach: Reach, *, at: datetime) -> bool:
    if reach.answered_at is not None:
        return False
    return (reach.reached_at or at) >= reach.late_at


def _words(alert: Alert, reach: Reach, *, at: datetime) -> str:
    values = {"what": reach.event.get_kind_display(), "at": _when(alert, reach.reported_at)}
    if reach.took is not None:
        values["took"] = duration_words(reach.took)
        return _("%(at)s, %(what)s: first message accepted after %(took)s.") % values
    if reach.answered_at is not None:
        values["answered"] = _when(alert, reach.answered_at)
        return _("%(at)s, %(what)s: answered at %(answered)s, before a message was accepted.") % values
    if reach.leaves_at > at:
        values["leaves"] = _when(alert, reach.leaves_at)
        return _("%(at)s, %(what)s: the first message will be sent at %(leaves)s.") % values
    values["wait"] = duration_words(at - reach.reported_at)
    return _("%(at)s, %(what)s: no message accepted yet, after %(wait)s.") % values


def duration_words(duration: timedelta) -> str:
    """A duration in seconds, minutes or hours."""
    seconds = max(round(duration.total_seconds()), 0)
    if seconds < LONGEST_IN_SECONDS:
        return ngettext("%(n)s second", "%(n)s seconds", seconds) % {"n": seconds}
    if seconds < 2 * HOUR:
        return ngettext("%(n)s minute", "%(n)s minutes", seconds // MINUTE) % {"n": seconds // MINUTE}
    return ngettext("%(n)s hour", "%(n)s hours", seconds // HOUR) % {"n": seconds // HOUR}


def _when(alert: Alert, at: datetime) -> str:
    return shown_exact_moment(alert.clinic.local(at))
