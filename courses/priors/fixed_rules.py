"""Which past scores the rules that need no curve would alarm on: their share of the alert budget."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from courses.priors.rows import Record, ScoreRow
from courses.rules.bounds import SHIPPED_BOUNDS, RuleBounds
from courses.rules.facts import PainFacts, ScoreFact, Thresholds
from courses.rules.plain_rise import plain_reasons

# The curve can tell from the third score of a timing on.
EARLIER_NEEDED = 2


def fixed_alarms(record: Record, *, bounds: RuleBounds = SHIPPED_BOUNDS) -> list[bool]:
    """For each row of a record, in its order, whether a plain rule alarms on it."""
    thresholds = Thresholds(math.inf, math.inf, "none", bounds)
    facts = _facts_of(record.rows, thresholds=thresholds)
    return [any(plain_reasons(one, can_tell=can_tell)) for one, can_tell in facts]


def _facts_of(rows: Sequence[ScoreRow], *, thresholds: Thresholds) -> Iterator[tuple[PainFacts, bool]]:
    by_timing: dict[str, list[ScoreFact]] = {}
    before: dict[int | None, int] = {row.session_number: row.score for row in rows if row.timing == "before"}
    for row in rows:
        earlier = by_timing.setdefault(row.timing, [])
        fact = ScoreFact(row.timing, row.session_number, row.score)
        is_with_session = row.timing != "before" and row.session_number is not None
        facts = PainFacts(
            observed=fact,
            thresholds=thresholds,
            before=before.get(row.session_number) if is_with_session else None,
            earlier=tuple(earlier),
        )
        yield facts, len(earlier) >= EARLIER_NEEDED
        earlier.append(fact)


def sessions_of(records: Sequence[Record]) -> list[int]:
    """For each row of some records, the number of its session, counted on; a score without one stands alone."""
    numbers: dict[object, int] = {}
    return [
        numbers.setdefault((place, row.session_number or ("alone", number)), len(numbers))
        for place, record in enumerate(records)
        for number, row in enumerate(record.rows)
    ]
