"""What the curve expects of a score before it is known."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from itertools import takewhile

import numpy as np

from courses import curve
from courses.priors.course_records import Record
from courses.rules.facts import Expectation, Memory
from courses.rules.odds import RAREST_KEPT


def expectation(
    record: Record, *, prior: curve.Prior, timing: str, scored_at: datetime, last_alerted_session: int = 0
) -> Expectation | curve.CannotTell:
    """What to expect of a score of a timing at a time, from the record without that score.

    `last_alerted_session`: the last session that raised an alert; a lasting shift is looked for only after it.
    """
    posterior = curve.condition(prior, record.scores())
    found = expectation_of(posterior, record, timing=timing, scored_at=scored_at)
    if isinstance(found, curve.CannotTell):
        return found
    allowed = _starts_after(record, last_alerted_session, timing=timing, scored_at=scored_at)
    memory = curve.memory_of_next(
        prior, posterior.course, week=record.week(scored_at), timing=curve.Timing(timing), allowed=allowed
    )
    return replace(found, memory=_memory(memory) if memory else None)


def _starts_after(record: Record, last_alerted_session: int, *, timing: str, scored_at: datetime) -> int:
    """How many of the last scores of a timing belong to sessions without an alert so far."""
    rows = [row for row in record.rows if row.timing == timing and row.scored_at <= scored_at]
    quiet = takewhile(
        lambda row: (row.session_number or last_alerted_session + 1) > last_alerted_session, reversed(rows)
    )
    return sum(1 for _row in quiet)


def _memory(found: curve.NextMemory) -> Memory:
    return Memory(
        ratio=tuple(np.minimum(found.ratio, RAREST_KEPT).tolist()),
        one_in=tuple(found.one_in.tolist()),
        back=tuple(found.back.tolist()),
        above=tuple(found.above.tolist()),
    )


def expectation_of(
    posterior: curve.CoursePosterior, record: Record, *, timing: str, scored_at: datetime
) -> Expectation | curve.CannotTell:
    """The same, if the posterior of the record is available."""
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
        lr_star=tuple(float(value) for value in np.minimum(found.lr_star, RAREST_KEPT)),
        one_in=tuple(
            min(found.one_in(score), RAREST_KEPT) if found.tail[score] > 0 else RAREST_KEPT for score in range(11)
        ),
        n_scores=found.n_scores,
        prior_version=str(found.prior_version),
        p=tuple(found.p.tolist()),
    )
