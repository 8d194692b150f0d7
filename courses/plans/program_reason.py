"""Reasons that the software gives, not a person: rows keep a code, pages word it in the reader's language."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class ProgramReason(models.TextChoices):
    """Each by its code, which nobody types; some carry on with the words of whoever did what caused it."""

    MOVED = "#moved", _("moved")
    COURSE_ENDED = "#course_ended", _("course ended")
    OTHER_COURSE = "#other_course", _("Moved to another course: %(why)s")
    COURSE_REOPENED = "#course_reopened", _("Course reopened: %(why)s")
    LOGGED_ELSEWHERE = "#logged_elsewhere", _("Logged in another course and moved here")

    def because(self, why: str) -> str:
        """The code with the words of a person behind it."""
        return f"{self.value} {why}"


def reason_words(stored: str) -> str:
    """A stored reason as it is read: a person's words, and those of earlier versions, unchanged."""
    code, _space, why = stored.partition(" ")
    if code not in ProgramReason.values:
        return stored
    return str(ProgramReason(code).label) % {"why": why}
