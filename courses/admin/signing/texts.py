"""Shipped texts and numbers that a clinician signs off though they are no rows of the clinic's lists."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, override

from clinic.country.countries import country
from clinic.country.shown import shown_number
from clinic.models import Clinic
from clinic.presets import load_rows
from clinic.signing.content import Kind, Piece, digest_of
from courses.admin.numbers.rule_settings import LABELS, RULES
from courses.alerts.policy import DAY, HOUR, POLICIES, Clock, Policy, Wait
from courses.curve.prior import SHIPPED_PRIOR
from courses.models import Level
from courses.presets import DATA
from courses.priors.adopted import bounds_of, in_force
from courses.reviews.wording import QUESTIONS
from courses.rules.bounds import LIMITS
from courses.rules.facts import Severity
from courses.rules.review_advice import SOURCE

CLOCKS = {
    Clock.ALWAYS: gettext_lazy("at any hour"),
    Clock.OPEN: gettext_lazy("in opening hours"),
    Clock.THEN_OPEN: gettext_lazy("then at the next opening"),
    Clock.DIGEST: gettext_lazy("with the daily digest"),
}
CHECKLISTS, QUESTION_GROUPS, REVIEW = "text.what_to_check", "text.check_in_questions", "text.review_questions"
BOUNDS, TIMES, PRIOR, COUNTRY = "text.rule_bounds", "text.alert_times", "text.prior", "text.country"
PROPOSAL = gettext_lazy("a proposal of this software")
COURSES = gettext_lazy("published courses (Chow 2006, Zhao 2024, Kovacs 2008)")


def text_kinds() -> list[Kind]:
    """The groups, in the order of the page."""
    return [
        Kind(CHECKLISTS, _("What to check before an alert is answered"), _checklists),
        Kind(QUESTION_GROUPS, _("Questions of the check-in page"), _question_groups),
        Kind(REVIEW, _("Questions at a review"), _review_questions),
        Kind(BOUNDS, _("Limits of the fixed alert rules"), _bounds),
        Kind(TIMES, _("How fast alerts are sent"), _times),
        Kind(PRIOR, _("Expected course of pain before a clinic has its own"), _prior),
        Kind(COUNTRY, _("Phone numbers for emergencies"), _numbers),
    ]


def _text(
    kind: str,
    code: str,
    title: str,
    facts: Iterable[tuple[str, str | float]],
    source: str | Promise,
    *,
    values: Any,
) -> Piece:
    """`values` is the content in codes, numbers and untranslated words: the same in every language."""
    shown = tuple((label, value if isinstance(value, str) else shown_number(value)) for label, value in facts)
    digest = digest_of([code, values, _untranslated(source)])
    return Piece(kind, code, title, "", "", shown, str(source), "", digest, needs=True)


def _untranslated(words: str | Promise) -> str:
    with override(None):
        return str(words)


def _checklists(clinic: Clinic) -> list[Piece]:
    return [
        _text(
            CHECKLISTS,
            row["name"],
            " ".join(row["lines"]),
            [(_("Shown for"), row["name"])],
            row["source"],
            values=row["lines"],
        )
        for row in load_rows(DATA / "what_to_check.json")
    ]


def _question_groups(clinic: Clinic) -> list[Piece]:
    return [
        _text(
            QUESTION_GROUPS,
            row["code"],
            row["question"],
            [(_("Opens to"), ", ".join(row["flags"]))],
            "",
            values=[row["question"], row["flags"]],
        )
        for row in load_rows(DATA / "check_in_questions.json")
    ]


def _review_questions(clinic: Clinic) -> list[Piece]:
    return [
        _text(REVIEW, str(code), str(words), (), SOURCE, values=_untranslated(words))
        for code, words in QUESTIONS.items()
    ]


def _bounds(clinic: Clinic) -> list[Piece]:
    numbers = bounds_of(clinic).numbers()
    return [
        _text(
            BOUNDS,
            rule,
            str(heading),
            [(str(LABELS[name]), numbers[name]) for name in names],
            LIMITS[names[0]].source,
            values={name: float(numbers[name]) for name in names},
        )
        for rule, heading in RULES.items()
        if (names := [name for name, limit in LIMITS.items() if limit.rule == rule])
    ]


def _times(clinic: Clinic) -> list[Piece]:
    return [
        _text(
            TIMES,
            str(severity),
            _severity_words(severity),
            _policy_facts(policy),
            PROPOSAL,
            values=[_plain(one) for one in (policy.first, policy.repeat, *policy.escalate, policy.lapse)],
        )
        for severity, policy in POLICIES.items()
    ]


def _plain(wait: Wait) -> list[str | int]:
    return [wait.clock.name, wait.minutes]


def _severity_words(severity: Severity) -> str:
    known = {str(level): str(level.label) for level in Level}
    others = {
        Severity.RED: _("Pain alert, red"),
        Severity.AMBER: _("Pain alert, amber"),
        Severity.REVIEW: _("Review"),
    }
    return known.get(str(severity)) or others[severity]


def _policy_facts(policy: Policy) -> list[tuple[str, str]]:
    return [
        (_("First message"), _wait(policy.first)),
        (_("Repeated"), _wait(policy.repeat)),
        (_("Next person"), ", ".join(_wait(one) for one in policy.escalate) or _("nobody")),
        (_("Acknowledgement expires"), _wait(policy.lapse)),
    ]


def _wait(wait: Wait) -> str:
    if wait.clock is Clock.WORKING_DAYS:
        n = wait.minutes
        return ngettext("after %(n)d working day", "after %(n)d working days", n) % {"n": n}
    clock = str(CLOCKS[wait.clock])
    if wait.clock is Clock.DIGEST:
        return clock
    if not wait.minutes:
        return _("at once, %(clock)s") % {"clock": clock}
    return _("after %(length)s, %(clock)s") % {"length": _length(wait), "clock": clock}


def _length(wait: Wait) -> str:
    """In the largest unit in which it is a whole number; 24 opening hours are not a day."""
    minutes = wait.minutes
    if minutes % DAY == 0 and wait.clock is not Clock.OPEN:
        n = minutes // DAY
        return ngettext("%(n)d day", "%(n)d days", n) % {"n": n}
    if minutes % HOUR == 0:
        n = minutes // HOUR
        return ngettext("%(n)d hour", "%(n)d hours", n) % {"n": n}
    return ngettext("%(n)d minute", "%(n)d minutes", minutes) % {"n": minutes}


def _prior(clinic: Clinic) -> list[Piece]:
    """Only where the clinic works with it: its own comes from its own courses."""
    if in_force(clinic).prior_id is not None:
        return []
    start, slope, bend = SHIPPED_PRIOR.mean
    facts = [
        (_("Start, 0 to 10"), start),
        (_("Slope"), slope),
        (_("Bend"), bend),
        (_("Noise of one score"), SHIPPED_PRIOR.noise),
    ]
    title, values = _("How pain changes in an average patient"), [float(number) for _label, number in facts]
    return [_text(PRIOR, str(SHIPPED_PRIOR.version), title, facts, COURSES, values=values)]


def _numbers(clinic: Clinic) -> list[Piece]:
    """What the country's table has from no official register."""
    known = country(clinic.country)
    if known is None:
        return []
    found = []
    if known.emergency_needs_sign_off:
        number = known.emergency_number
        found.append(_text(COUNTRY, "emergency", number, (), known.emergency_source, values=number))
    line = known.crisis_line
    if line is not None and line.needs_sign_off:
        title = _("Crisis line: %(number)s") % {"number": line.number}
        facts = [(_("Name"), line.name)]
        found.append(_text(COUNTRY, "crisis", title, facts, line.source, values=[line.number, line.name]))
    return found
