"""Stores the prediction of each score and what the rules found, once for each judgement."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from courses.models import PainScore, Prediction
from courses.rules.facts import Expectation, Thresholds, most_severe
from courses.sessions.verdict import Verdict

Because = Prediction.Because


@dataclass(frozen=True)
class Basis:
    """What scores were judged by; empty if the curve failed."""

    thresholds: Thresholds | None = None
    prior_id: int | None = None
    group: str = ""


def keep_predictions(
    judged: Sequence[tuple[PainScore, Verdict]],
    basis: Basis,
    *,
    because: Prediction.Because,
    is_quiet: Mapping[int, bool],
    at: datetime,
) -> None:
    """A row for each new score, in the transaction that saves it. `is_quiet` is by score."""
    Prediction.objects.bulk_create(
        Prediction(
            **_of_score(score, because=because, at=at),
            **_of_expectation(score, verdict.expected, basis),
            **_found(verdict),
            group=basis.group,
            is_quiet=is_quiet[score.pk],
        )
        for score, verdict in judged
    )


def keep_again(
    judged: Sequence[tuple[PainScore, Verdict]],
    thresholds: Thresholds,
    *,
    because: Prediction.Because,
    at: datetime,
) -> None:
    """Another row for each score judged again: the prediction stays, the findings are new."""
    scores = [score for score, _verdict in judged]
    said = {one.score_id: one for one in Prediction.objects.filter(score__in=scores).newest()}
    rows = []
    for score, verdict in judged:
        kept = said.get(score.pk)
        basis = Basis(thresholds, kept.prior_id if kept else None, kept.group if kept else "")
        row = Prediction(
            **_of_score(score, because=because, at=at),
            **_of_expectation(score, verdict.expected, basis),
            **_found(verdict),
            group=basis.group,
        )
        row.p = kept.p if kept else None
        rows.append(row)
    Prediction.objects.bulk_create(rows)


def _of_score(score: PainScore, *, because: Prediction.Because, at: datetime) -> dict[str, object]:
    return {
        "clinic_id": score.clinic_id,
        "course_id": score.course_id,
        "score": score,
        "because": because,
        "observed": score.score,
        "timing": score.timing,
        "session_number": score.session.number if score.session else None,
        "judged_at": at,
    }


def _of_expectation(score: PainScore, expected: Expectation | None, basis: Basis) -> dict[str, object]:
    """The prediction, and the score from which there would be an alarm; empty if the curve had no answer."""
    if expected is None:
        return {}
    thresholds = basis.thresholds
    return {
        "p": list(expected.p) or None,
        "n_scores": expected.n_scores,
        "lr": expected.lr_star[score.score],
        "memory": expected.memory.ratio[score.score] if expected.memory else None,
        "prior_id": basis.prior_id,
        "prior_version": expected.prior_version,
        "threshold_version": thresholds.version if thresholds else "",
        "lr_threshold": _finite(thresholds.lr) if thresholds else None,
        "memory_threshold": _finite(thresholds.memory) if thresholds else None,
    }


def _found(verdict: Verdict) -> dict[str, object]:
    if not verdict.findings:
        return {}
    return {
        "alarmed": sorted({finding.rule for finding in verdict.findings}),
        "severity": str(most_severe([finding.severity for finding in verdict.findings])),
    }


def _finite(number: float) -> float | None:
    """A threshold; None if no score reaches it."""
    return number if math.isfinite(number) else None
