"""What was found in a file, in sentences that are true before an import, after it, and after it was undone."""

from __future__ import annotations

from collections.abc import Mapping

from django.utils.translation import gettext as _
from django.utils.translation import ngettext


def found_lines(found: Mapping[str, int], *, is_undone: bool = False) -> list[str]:
    """A line for each kind; what there is none of is left out. Of an import that was undone, what it had added."""
    added = [_new_patients(found), _courses(found), _sessions(found)]
    if is_undone:
        return [line for line in added if line]
    n_lines, n_on_file = found.get("n_lines", 0), found.get("n_on_file", 0)
    lines = [
        ngettext("%(n)d line read", "%(n)d lines read", n_lines) % {"n": n_lines} if n_lines else "",
        *added[:1],
        ngettext("%(n)d patient already on file", "%(n)d patients already on file", n_on_file) % {"n": n_on_file}
        if n_on_file
        else "",
        *added[1:],
        _left_out(found),
        _sharing(found),
    ]
    return [line for line in lines if line]


def _new_patients(found: Mapping[str, int]) -> str:
    n = found.get("n_new", 0)
    return ngettext("%(n)d new patient", "%(n)d new patients", n) % {"n": n} if n else ""


def _courses(found: Mapping[str, int]) -> str:
    n, n_open = found.get("n_courses", 0), found.get("n_open", 0)
    if not n:
        return ""
    courses = ngettext("%(n)d course", "%(n)d courses", n) % {"n": n}
    return _("%(courses)s, %(n)d of them open") % {"courses": courses, "n": n_open} if n_open else courses


def _sessions(found: Mapping[str, int]) -> str:
    n, n_scores = found.get("n_sessions", 0), found.get("n_scores", 0)
    if not n:
        return ""
    sessions = ngettext("%(n)d session", "%(n)d sessions", n) % {"n": n}
    scores = ngettext("%(n)d pain score", "%(n)d pain scores", n_scores) % {"n": n_scores}
    return _("%(sessions)s with %(scores)s") % {"sessions": sessions, "scores": scores}


def _left_out(found: Mapping[str, int]) -> str:
    n = found.get("n_sessions_on_file", 0)
    words = ngettext(
        "%(n)d session already on file, not imported again",
        "%(n)d sessions already on file, not imported again",
        n,
    )
    return words % {"n": n} if n else ""


def _sharing(found: Mapping[str, int]) -> str:
    n = found.get("n_sharing_contact", 0)
    words = ngettext(
        "%(n)d person with the phone or email of another person, as in families",
        "%(n)d people with the phone or email of another person, as in families",
        n,
    )
    return words % {"n": n} if n else ""
