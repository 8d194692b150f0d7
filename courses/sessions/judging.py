"""Judges new scores by the curve and the pain rules."""

from __future__ import annotations

import math
from collections.abc import Sequence
from datetime import datetime, timedelta

import structlog
from django.db import transaction

from clinic.models import Fault
from courses.alerts.raising import note_findings, raise_alert
from courses.curve import CannotTell
from courses.models import Alert, Course, PainScore, Prediction, RedFlagReport
from courses.outlook import time_limit
from courses.outlook.expecting import expectation
from courses.outlook.pain_facts import pain_facts
from courses.plans.course_state import CourseState
from courses.priors.adopted import bounds_of
from courses.priors.course_records import Record
from courses.rules.facts import DOCTOR_TODAY, Expectation, Finding, Thresholds
from courses.rules.pain import find_fixed_pain, find_pain
from courses.rules.red_flag import SEVERE_PAIN
from courses.rules.still_worse import is_on_watch
from courses.sessions.predictions import Basis, keep_predictions
from courses.sessions.verdict import Verdict, verdict

log = structlog.stdlib.get_logger(__name__)

# An entry later than this waits for the digest; a red flag never does.
LATE = timedelta(days=7)


def judge_scores(
    state: CourseState,
    new: Sequence[PainScore],
    *,
    reports: Sequence[RedFlagReport] = (),
    is_quiet: bool = False,
    at: datetime,
) -> list[Verdict]:
    """Save new scores, each with its verdict, and raise their alert; never fails because of the curve.

    `reports` are the red flags reported with these scores. Quiet is for moved scores: listed, alerting nobody.
    """
    if not new:
        return []
    course, basis = state.course, Basis()
    try:
        with transaction.atomic():
            verdicts, basis = _with_curve(state, new, at=at)
    except Exception as error:  # noqa: BLE001 - whatever the curve does, the session and its red flags are kept
        log.error("curve failed", course=course.pk, error=type(error).__name__)
        Fault.note(Fault.Kind.CURVE, f"course:{course.pk}", at=at)
        verdicts = _without_curve(state, new)
    judged = list(zip(new, verdicts, strict=True))
    for score, one in judged:
        score.expected = one.as_json()
    PainScore.objects.bulk_create(new)
    late = {score.pk: at - score.scored_at > LATE for score in new}
    quiet = {score.pk: late[score.pk] or is_quiet for score in new}
    because = Prediction.Because.MOVED if is_quiet else Prediction.Because.LOGGED
    keep_predictions(judged, basis, because=because, is_quiet=quiet, at=at)
    for is_late in (False, True):
        found = [finding for score, one in judged if late[score.pk] is is_late for finding in one.findings]
        raise_pain(course, found, reports, is_late=is_late or is_quiet, at=at)
    return verdicts


def _with_curve(state: CourseState, new: Sequence[PainScore], *, at: datetime) -> tuple[list[Verdict], Basis]:
    every, thresholds, record = [*state.scores, *new], state.in_force.thresholds, state.record(at=at)
    verdicts = []
    for score, found in zip(new, _expected(state, record, new), strict=True):
        facts = pain_facts(score, every, thresholds, found if isinstance(found, Expectation) else None)
        findings = find_pain(facts)
        watched = is_on_watch(facts) and not findings
        verdicts.append(verdict(score.timing, score.score, expected=found, findings=findings, is_watched=watched))
    return verdicts, Basis(thresholds, state.in_force.prior_id, record.group)


def _expected(state: CourseState, record: Record, new: Sequence[PainScore]) -> list[Expectation | CannotTell]:
    """What the curve expected of each new score, given the scores before it."""
    prior, last_alerted_session = state.in_force.prior, state.last_alerted_session

    def compute() -> list[Expectation | CannotTell]:
        found, growing = [], record
        for score in new:
            found.append(
                expectation(
                    growing,
                    prior=prior,
                    timing=score.timing,
                    scored_at=score.scored_at,
                    last_alerted_session=last_alerted_session,
                )
            )
            growing = growing.with_score(score)
        return found

    found = time_limit.within(compute, seconds=time_limit.SECONDS)
    for one in found:
        if isinstance(one, Expectation) and not all(map(math.isfinite, one.numbers)):
            raise ArithmeticError("the curve's answer is not a number")
    return found


def _without_curve(state: CourseState, new: Sequence[PainScore]) -> list[Verdict]:
    """The rules without the curve, and without numbers from it; day 3 as if the curve had no answer."""
    nothing = Thresholds(math.inf, math.inf, "none", bounds_of(state.course.clinic))
    verdicts = []
    for score in new:
        facts = pain_facts(score, [*state.scores, *new], nothing, None)
        findings = find_fixed_pain(facts)
        watched = is_on_watch(facts) and not findings
        verdicts.append(verdict(score.timing, score.score, expected=None, findings=findings, is_watched=watched))
    return verdicts


def raise_pain(
    course: Course, findings: Sequence[Finding], reports: Sequence[RedFlagReport], *, is_late: bool, at: datetime
) -> None:
    """One pain alert for the course; if these scores raised a severe-pain alert, the findings join that."""
    if not findings:
        return
    is_told = any(report.flag.code == SEVERE_PAIN and report.level in DOCTOR_TODAY for report in reports)
    if is_told:
        alert = Alert.objects.unresolved().get(course=course, flag_code=SEVERE_PAIN)
        note_findings(alert, findings, at=at)
        return
    raise_alert(
        patient=course.patient,
        course=course,
        rule=Alert.Rule.PAIN,
        findings=findings,
        is_quiet=is_late,
        at=at,
    )
