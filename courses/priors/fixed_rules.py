"""Which past scores the rules without a calibrated threshold would flag: their share of the alert budget."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from courses.priors.course_records import Record, ScoreRow
from courses.rules.bounds import SHIPPED_BOUNDS, RuleBounds
from courses.rules.facts import Expectation, PainFacts, ScoreFact, Thresholds
from courses.rules.pain import find_fixed_pain


def fixed_alarms(
    record: Record, expected: Sequence[Expectation | None], *, bounds: RuleBounds = SHIPPED_BOUNDS
) -> list[bool]:
    """For each row of a record, in its order, whether any pain rule except the calibrated ones raises an alarm.

    `expected` holds what the curve expected of each row; None if it had no answer.
    """
    thresholds = Thresholds(math.inf, math.inf, "none", bounds)
    facts = _facts_of(record.rows, expected, thresholds=thresholds)
    return [bool(find_fixed_pain(one)) for one in facts]


def _facts_of(
    rows: Sequence[ScoreRow], expected: Sequence[Expectation | None], *, thresholds: Thresholds
) -> Iterator[PainFacts]:
    by_timing: dict[str, list[ScoreFact]] = {}
    before: dict[int | None, int] = {row.session_number: row.score for row in rows if row.timing == "before"}
    for row, expectation in zip(rows, expected, strict=True):
        earlier = by_timing.setdefault(row.timing, [])
        fact = ScoreFact(row.timing, row.session_number, row.score, expectation)
        is_with_session = row.timing != "before" and row.session_number is not None
        yield PainFacts(
            observed=fact,
            thresholds=thresholds,
            before=before.get(row.session_number) if is_with_session else None,
            earlier=tuple(earlier),
        )
        earlier.append(fact)


def sessions_of(records: Sequence[Record]) -> list[int]:
    """For each row of some records, the number of its session; a score without one is a session of its own."""
    numbers: dict[object, int] = {}
    return [
        numbers.setdefault((place, row.session_number or ("alone", number)), len(numbers))
        for place, record in enumerate(records)
        for number, row in enumerate(record.rows)
    ]
