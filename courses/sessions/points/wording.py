"""Sentences beside a point and about the neurological check."""

from __future__ import annotations

from django.utils.translation import gettext as _

from clinic.country.shown import shown_day
from courses.models import Point
from courses.sessions.points.notes import Heed, PointNote, PointRisk, ScreenedItem, point_note
from patients.clearance import CHECKED_CLASS, effective_class, sessions_until_check
from patients.clearance_facts import ClearanceFacts


def note_on(point: Point, screened: tuple[ScreenedItem, ...]) -> PointNote:
    """What this patient's screening says about a point of the catalogue."""
    risk = PointRisk(tuple(point.risk_tags), point.risk == Point.Risk.RESTRICTED, point.advice)
    return point_note(risk, screened)


def note_words(note: PointNote, *, is_restricted: bool) -> str:
    """The note as one line; empty if there is nothing to note."""
    lead = {
        Heed.FORBIDDEN: _("Avoid for this patient: %(why)s."),
        Heed.CAUTION: _("Take care: %(why)s.") if note.reasons else "",
    }.get(note.heed, "")
    parts = [
        lead % {"why": ", ".join(note.reasons)} if lead else "",
        _("Restricted point.") if is_restricted else "",
        f"{note.advice}." if note.advice else "",
    ]
    return " ".join(part for part in parts if part)


def check_words(facts: ClearanceFacts) -> str:
    """When the neurological check is due for a class B patient; empty for everybody else."""
    if effective_class(facts) != CHECKED_CLASS:
        return ""
    n_since = facts.care.n_sessions_since_check
    if facts.checked_on is None:
        return _("Due today: none is on file.")
    left = sessions_until_check(n_since)
    if left == 0:
        return _("Due today: %(n)d sessions since the last.") % {"n": n_since}
    if left == 1:
        return _("Last made %(day)s: due at the session after this one.") % {"day": shown_day(facts.checked_on)}
    return _("Last made %(day)s: due in %(n)d sessions.") % {"day": shown_day(facts.checked_on), "n": left}
