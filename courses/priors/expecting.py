"""What the curve expects of a score before it is known."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from courses import curve
from courses.priors.rows import Record
from courses.rules.facts import Expectation

# Rarer than this is said no more exactly.
RAREST = 1_000_000.0


def expectation(
    record: Record, *, prior: curve.Prior, timing: str, scored_at: datetime
) -> Expectation | curve.CannotTell:
    """What was to be expected of a score of a timing at a time, from the record without that score."""
    return expectation_of(curve.condition(prior, record.scores()), record, timing=timing, scored_at=scored_at)


def expectation_of(
    posterior: curve.CoursePosterior, record: Record, *, timing: str, scored_at: datetime
) -> Expectation | curve.CannotTell:
    """The same, where the posterior of the record is at hand."""
    found = posterior.next_score(record.week(scored_at), curve.Timing(timing))
    if isinstance(found, curve.CannotTell):
        return found
    return Expectation(
        mean=found.mean,
        low50=found.interval50[0],
        high50=found.interval50[1],
        low90=found.interval90[0],
        high90=found.interval90[1],
        point90=int(np.searchsorted(np.cumsum(found.p), 0.9)),
        lr_star=tuple(float(value) for value in np.minimum(found.lr_star, RAREST)),
        one_in=tuple(min(found.one_in(score), RAREST) if found.tail[score] > 0 else RAREST for score in range(11)),
        n_scores=found.n_scores,
        prior_version=str(found.prior_version),
    )
