"""One score in its course, as facts for the pain rules."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from courses.models import PainScore
from courses.rules.facts import Expectation, Memory, PainFacts, ScoreFact, Thresholds
from courses.rules.odds import RAREST_KEPT


def pain_facts(
    score: PainScore, every: Sequence[PainScore], thresholds: Thresholds, expected: Expectation | None
) -> PainFacts:
    """The facts of a score among all scores of its course."""
    earlier = [one for one in every if one.timing == score.timing and one.scored_at < score.scored_at]
    return PainFacts(
        observed=ScoreFact(score.timing, _number(score), score.score, expected),
        thresholds=thresholds,
        before=_before(score, every),
        earlier=tuple(
            ScoreFact(one.timing, _number(one), one.score)
            for one in sorted(earlier, key=lambda one: one.scored_at)
        ),
    )


def frozen_expectation(score: PainScore) -> Expectation | None:
    """What was expected of a score when it was logged; None if the curve had no answer.

    Missing odds count as the rarest: a correction never hides a breach it cannot judge.
    """
    kept = score.expected
    if "mean" not in kept:
        return None
    unknown = [RAREST_KEPT] * 11
    return Expectation(
        mean=kept["mean"],
        low50=kept["low50"],
        high50=kept["high50"],
        low90=kept["low90"],
        high90=kept["high90"],
        point90=kept["point90"],
        lr_star=tuple(kept.get("lr_star", unknown)),
        one_in=tuple(kept.get("rarities", unknown)),
        n_scores=kept["n_scores"],
        prior_version=kept["prior"],
        memory=_frozen_memory(kept.get("memory")),
    )


def _frozen_memory(kept: Mapping[str, Any] | None) -> Memory | None:
    """The stored evidence of the last scores together; empty for scores from before it was stored."""
    if not kept:
        return None
    return Memory(*(tuple(kept[name]) for name in ("ratio", "one_in", "back", "above")))


def _before(score: PainScore, every: Sequence[PainScore]) -> int | None:
    """The before-score of the same session, for a score that is not one itself."""
    if score.timing == PainScore.Timing.BEFORE or score.session_id is None:
        return None
    same = (
        one.score for one in every if one.session_id == score.session_id and one.timing == PainScore.Timing.BEFORE
    )
    return next(same, None)


def _number(score: PainScore) -> int | None:
    return score.session.number if score.session else None
