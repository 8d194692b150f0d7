"""New scores against the curve and the pain rules."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from datetime import datetime

import structlog
from django.db import transaction

from courses.alerts.raising import note_findings, raise_alert
from courses.curve import CannotTell
from courses.models import Alert, Course, Level, PainScore, RedFlagReport
from courses.priors.adopted import adopted_prior, thresholds_of
from courses.priors.expecting import expectation
from courses.priors.rows import Record, record_of
from courses.rules.facts import Expectation, Finding, PainFacts, ScoreFact, Thresholds
from courses.rules.pain import find_model_free_pain, find_model_pain
from courses.rules.red_flag import SEVERE_PAIN
from courses.sessions import guard
from courses.sessions.verdict import Verdict, verdict

log = structlog.stdlib.get_logger(__name__)

Expected = Mapping[int, Expectation | CannotTell | None]


def judge_scores(
    course: Course, new: Sequence[PainScore], *, reports: Sequence[RedFlagReport] = (), at: datetime
) -> list[Verdict]:
    """The verdict on each new score, with its alert raised; never fails because of the curve.

    `reports` are the red flags told with these scores.
    """
    if not new:
        return []
    known = list(course.scores.exclude(pk__in=[score.pk for score in new]).select_related("session"))
    try:
        with transaction.atomic():
            verdicts = _with_curve(course, new, known, at=at)
    except Exception as error:  # noqa: BLE001 - whatever the curve does, the session and its red flags stand
        log.error("curve failed", course=course.pk, error=type(error).__name__)
        verdicts = _without_curve(new, known)
    _raise_pain(course, [finding for one in verdicts for finding in one.findings], reports, at=at)
    return verdicts


def _with_curve(
    course: Course, new: Sequence[PainScore], known: Sequence[PainScore], *, at: datetime
) -> list[Verdict]:
    expected, thresholds = _expected(course, new, known, at=at), thresholds_of(course.clinic)
    verdicts = []
    for score in new:
        found = expected[score.pk]
        facts = pain_facts(score, [*known, *new], thresholds, found if isinstance(found, Expectation) else None)
        findings = (*find_model_free_pain(facts), *find_model_pain(facts))
        one = verdict(score.timing, score.score, expected=found, findings=tuple(findings))
        PainScore.objects.filter(pk=score.pk).update(expected=one.as_json())
        verdicts.append(one)
    return verdicts


def _expected(course: Course, new: Sequence[PainScore], known: Sequence[PainScore], *, at: datetime) -> Expected:
    """What the curve expected of each new score, the ones before it known."""
    prior, record = adopted_prior(course.clinic), record_of(course, at=at, rows=known)

    def compute() -> Expected:
        found: dict[int, Expectation | CannotTell | None] = {}
        growing: Record = record
        for score in new:
            found[score.pk] = expectation(growing, prior=prior, timing=score.timing, scored_at=score.scored_at)
            growing = growing.with_score(score)
        return found

    found = guard.within(compute, seconds=guard.SECONDS)
    for one in found.values():
        if isinstance(one, Expectation) and not all(map(math.isfinite, (one.mean, *one.lr_star, *one.one_in))):
            raise ArithmeticError("the curve's answer is not a number")
    return found


def _without_curve(new: Sequence[PainScore], known: Sequence[PainScore]) -> list[Verdict]:
    """The rules that need no curve, and no number from one."""
    nothing = Thresholds(math.inf, math.inf, "none")
    return [
        verdict(
            score.timing,
            score.score,
            expected=None,
            findings=tuple(find_model_free_pain(pain_facts(score, [*known, *new], nothing, None))),
        )
        for score in new
    ]


def pain_facts(
    score: PainScore, every: Sequence[PainScore], thresholds: Thresholds, expected: Expectation | None
) -> PainFacts:
    earlier = [one for one in every if one.timing == score.timing and one.scored_at < score.scored_at]
    return PainFacts(
        observed=ScoreFact(score.timing, _number(score), score.score, expected),
        thresholds=thresholds,
        before=_before(score, every),
        earlier=tuple(
            ScoreFact(one.timing, _number(one), one.score, point90=one.expected.get("point90"))
            for one in sorted(earlier, key=lambda one: one.scored_at)
        ),
    )


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


def _raise_pain(
    course: Course, findings: Sequence[Finding], reports: Sequence[RedFlagReport], *, at: datetime
) -> None:
    """One pain alert for the course; where these very scores raised a severe-pain alert the findings join that."""
    if not findings:
        return
    is_told = any(report.flag.code == SEVERE_PAIN and report.level in {Level.E0, Level.E1} for report in reports)
    if is_told:
        alert = Alert.objects.unresolved().get(course=course, flag_code=SEVERE_PAIN)
        note_findings(alert, findings, at=at)
        return
    raise_alert(patient=course.patient, course=course, rule=Alert.Rule.PAIN, findings=findings, at=at)
