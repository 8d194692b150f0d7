"""Worse than at the start, by the patient's own scores and without the curve. Source: alerts document, section 1.

A message for each would hide the others (0 to 3.9 in 100 scores on real series): it is in the digest, once per
run, and on every page of the course.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from courses.rules.facts import Finding, Severity

RULE = "worse_than_start"
VERSION = 1
N_LATEST = 3
LEAST_RISE = 2.0


@dataclass(frozen=True)
class TimedScore:
    """One score of a course as input of this rule, oldest first."""

    timing: str
    score: int
    scored_at: datetime
    session_number: int | None = None


@dataclass(frozen=True)
class Worse:
    """A timing whose latest scores are above its first: by how much, and since when without a break."""

    timing: str
    start: int
    latest: float
    since: datetime
    since_session: int | None

    @property
    def rise(self) -> float:
        """Points above the start."""
        return self.latest - self.start


def worse_than_start(scores: Sequence[TimedScore]) -> list[Worse]:
    """For each timing, from its fourth score on: the mean of the last three is 2 or more above the first."""
    by_timing: dict[str, list[TimedScore]] = {}
    for score in scores:
        by_timing.setdefault(score.timing, []).append(score)
    return [found for timing, rows in by_timing.items() if (found := _worse(timing, rows))]


def find_worse_than_start(worse: Worse) -> Finding:
    """The finding about it."""
    evidence: dict[str, float | int | str | None] = {
        "timing": worse.timing,
        "start": worse.start,
        "latest": round(worse.latest, 1),
        "rise": round(worse.rise, 1),
        "since_session": worse.since_session,
    }
    return Finding(RULE, VERSION, Severity.REVIEW, evidence)


def _worse(timing: str, rows: Sequence[TimedScore]) -> Worse | None:
    run = list(_run(rows))
    if not run:
        return None
    latest, first = run[0], rows[run[-1]]
    return Worse(timing, rows[0].score, _latest(rows, latest), first.scored_at, first.session_number)


def _run(rows: Sequence[TimedScore]) -> Iterator[int]:
    """The consecutive positions at which it has applied, the newest first."""
    for place in range(len(rows) - 1, N_LATEST - 1, -1):
        if _latest(rows, place) < rows[0].score + LEAST_RISE:
            return
        yield place


def _latest(rows: Sequence[TimedScore], place: int) -> float:
    return sum(row.score for row in rows[place - N_LATEST + 1 : place + 1]) / N_LATEST
