"""Courses judged session by session as in the product, under every available Prior."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path

from courses import curve
from courses.outlook.expecting import expectation
from courses.priors.course_records import Record, ScoreRow
from courses.rules.facts import Expectation, Finding, PainFacts, ScoreFact, Thresholds
from courses.rules.pain import find_pain

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
# Fitted to four public series and to a simulated clinic whose curves are twice as wide, each with the thresholds
# that a clinic with those courses would use at the default budget.
FILE = Path(__file__).parent / "fitted_priors.json"
FITTED = json.loads(FILE.read_text())
PRIORS = ("shipped", *FITTED)
# Clinics in which a rise of two or three points is not unusual.
WIDE = ("wide_curves", "noisy_patients")


@lru_cache
def in_force(name: str) -> tuple[curve.Prior, curve.AlertThreshold]:
    """A Prior and its thresholds."""
    if name == "shipped":
        return curve.SHIPPED_PRIOR, curve.SHIPPED_THRESHOLD
    prior = curve.Prior.from_json(FITTED[name]["prior"])
    # The shares were rounded in the file.
    whole = sum(prior.answering.fresh_shares)
    shares = tuple(share / whole for share in prior.answering.fresh_shares)
    prior = replace(prior, answering=replace(prior.answering, fresh_shares=shares))
    return prior, curve.AlertThreshold(**FITTED[name]["threshold"])


def thresholds_of(name: str) -> Thresholds:
    """The thresholds as input for the rules."""
    found = in_force(name)[1]
    return Thresholds(found.threshold, found.quarter_threshold, "v1", memory=found.memory_threshold)


def record_of(scores: Sequence[int], *, planned_end_week: float = 12.0) -> Record:
    """Weekly before-scores."""
    rows = tuple(
        ScoreRow(None, "before", score, START + timedelta(weeks=number - 1), number)
        for number, score in enumerate(scores, 1)
    )
    return Record(rows, "", planned_end_week, 1)


def findings(scores: Sequence[int], name: str, *, planned_end_week: float = 12.0) -> dict[int, list[Finding]]:
    """The findings of the pain rules at each session, judged in order."""
    prior, thresholds = in_force(name)[0], thresholds_of(name)
    whole, found = record_of(scores, planned_end_week=planned_end_week), dict[int, list[Finding]]()
    for number, score in enumerate(scores, 1):
        earlier = Record(whole.rows[: number - 1], "", planned_end_week, 1)
        expected = expectation(
            earlier,
            prior=prior,
            timing="before",
            scored_at=START + timedelta(weeks=number - 1),
            last_alerted_session=max(found, default=0),
        )
        facts = PainFacts(
            ScoreFact("before", number, score, expected if isinstance(expected, Expectation) else None),
            thresholds,
            earlier=tuple(ScoreFact("before", row.session_number, row.score) for row in earlier.rows),
        )
        here = list(find_pain(facts))
        if here:
            found[number] = here
    return found


def told(scores: Sequence[int], name: str) -> dict[int, list[str]]:
    """The rules that raise an alarm at each session."""
    return {number: [one.rule for one in here] for number, here in findings(scores, name).items()}
