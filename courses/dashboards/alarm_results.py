"""What a clinic's pain alerts turned out to be, by the rules that raised them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from clinic.models import Membership
from courses.curve.reliability import exact_interval
from courses.dashboards.quality_words import cause_words, rule_words
from courses.models import Alert
from courses.rules.pain import RULE_NAMES
from courses.rules.worse_than_start import RULE as WORSE
from patients.counting import counted

Outcome = Alert.Outcome
# With fewer answered alerts no share is shown.
LEAST_ANSWERED = 20


class Found(StrEnum):
    """What an alert turned out to be, according to its outcome."""

    ACTED_ON = "acted_on"
    REASSURED = "reassured"
    SETTLED = "settled"
    CORRECTED = "corrected"
    ENDED = "ended"
    OPEN = "open"


FOUND = {
    Outcome.ADVISED: Found.ACTED_ON,
    Outcome.PLAN_CHANGED: Found.ACTED_ON,
    Outcome.REFERRED: Found.ACTED_ON,
    Outcome.EMERGENCY: Found.ACTED_ON,
    Outcome.REASSURED: Found.REASSURED,
    Outcome.SETTLED: Found.SETTLED,
    Outcome.DATA_CORRECTED: Found.CORRECTED,
    Outcome.COURSE_CLOSED: Found.ENDED,
    Outcome.OVERTAKEN: Found.ENDED,
}


@dataclass(frozen=True)
class RuleResults:
    """How often a rule raised or joined an alert, and what these turned out to be, in the order of `Found`."""

    label: str
    n: int
    found: tuple[int, ...]


@dataclass(frozen=True)
class Results:
    """Alerts since a time: by rule, in total, and their recorded causes."""

    rules: tuple[RuleResults, ...]
    total: RuleResults
    causes: tuple[tuple[str, int], ...]

    @property
    def n_answered(self) -> int:
        """Resolved by a person, or as a wrong entry: only these show whether an alarm was real."""
        return sum(self._of(one) for one in (Found.ACTED_ON, Found.REASSURED, Found.SETTLED, Found.CORRECTED))

    @property
    def n_acted_on(self) -> int:
        """Those after which something was done."""
        return self._of(Found.ACTED_ON)

    @property
    def is_enough(self) -> bool:
        """Whether there are enough to show a share."""
        return self.n_answered >= LEAST_ANSWERED

    @property
    def percent(self) -> int:
        """Percentage of answered alerts that were acted on."""
        return round(100 * self.n_acted_on / self.n_answered) if self.n_answered else 0

    @property
    def low(self) -> int:
        """The lower end of the exact 95 % interval of that."""
        return round(100 * exact_interval(self.n_acted_on, self.n_answered)[0])

    @property
    def high(self) -> int:
        """Its upper end."""
        return round(100 * exact_interval(self.n_acted_on, self.n_answered)[1])

    def _of(self, found: Found) -> int:
        return self.total.found[list(Found).index(found)]


def alarm_results(member: Membership, *, since: datetime) -> Results:
    """The pain alerts raised since a time at the member's clinic, in one query."""
    wanted = [Alert.Rule.PAIN, Alert.Rule.WORSE_THAN_START]
    rows = counted(Alert.objects.visible_to(member)).filter(rule__in=wanted, raised_at__gte=since)
    alerts = list(rows.values_list("rule", "outcome", "cause", "findings"))
    by_rule: dict[str, list[str]] = {}
    for rule, outcome, _cause, findings in alerts:
        for name in _rules_of(rule, findings):
            by_rule.setdefault(name, []).append(outcome)
    pain = [row for row in alerts if row[0] == Alert.Rule.PAIN]
    causes = Counter(cause for _rule, _outcome, cause, _findings in pain if cause)
    return Results(
        rules=tuple(_counted(rule_words(name), by_rule[name]) for name in (*RULE_NAMES, WORSE) if name in by_rule),
        total=_counted("", [outcome for _rule, outcome, *_rest in pain]),
        causes=tuple((cause_words(cause), n) for cause, n in causes.most_common()),
    )


def _rules_of(rule: str, findings: Iterable[dict[str, str]]) -> Iterator[str]:
    """The rules behind an alert, each once; rules of earlier versions have no row."""
    if rule == Alert.Rule.WORSE_THAN_START:
        yield WORSE
        return
    yield from {finding["rule"] for finding in findings} & set(RULE_NAMES)


def _counted(label: str, outcomes: list[str]) -> RuleResults:
    found = Counter(FOUND[Outcome(outcome)] if outcome else Found.OPEN for outcome in outcomes)
    return RuleResults(label, len(outcomes), tuple(found[one] for one in Found))
