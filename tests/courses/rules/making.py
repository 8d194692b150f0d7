"""Input for the rules: a curve with plain numbers, a score in its course."""

from __future__ import annotations

from courses.rules.facts import Expectation, PainFacts, ScoreFact, Thresholds

THRESHOLDS = Thresholds(lr=10.0, lr_of_quarter_budget=30.0, version="v1")


def expects(mean: float = 4.0, *, point90: int = 6, lr: tuple[float, ...] | None = None) -> Expectation:
    """What a curve expected; without `lr` every score from 6 on is far beyond any threshold."""
    return Expectation(
        mean=mean,
        low50=3,
        high50=5,
        low90=2,
        high90=6,
        point90=point90,
        lr_star=lr or (0.1,) * 6 + (100.0,) * 5,
        one_in=tuple(float(score + 1) for score in range(11)),
        n_scores=6,
        prior_version="shipped",
    )


def pain(
    score: int,
    *,
    timing: str = "after",
    before: int | None = None,
    earlier: tuple[int, ...] = (),
    expected: Expectation | None = None,
    number: int = 5,
) -> PainFacts:
    """One new score; the earlier ones belong to the sessions just before this one."""
    first = number - len(earlier)
    return PainFacts(
        observed=ScoreFact(timing, number, score, expected),
        thresholds=THRESHOLDS,
        before=before,
        earlier=tuple(ScoreFact(timing, first + place, one) for place, one in enumerate(earlier)),
    )
