"""Judges a corrected score by the expectation from when it was logged."""

from __future__ import annotations

from datetime import datetime

from clinic.models import Membership
from courses.alerts.after_correction import correct_pain
from courses.models import PainScore, Prediction, Session
from courses.outlook.pain_facts import frozen_expectation, pain_facts
from courses.priors.adopted import thresholds_of
from courses.rules.facts import Finding
from courses.rules.pain import find_pain
from courses.sessions.predictions import keep_again
from courses.sessions.verdict import Verdict, verdict


def rejudge_session(session: Session, *, reason: str, by: Membership, at: datetime) -> None:
    """Apply the rules again to a session's scores together; later sessions keep their verdicts.

    The stored expectation is used, because a curve fitted since then has seen later scores.
    """
    course = session.course
    every = list(course.scores.select_related("session"))
    thresholds = thresholds_of(course.clinic)
    findings: list[Finding] = []
    judged: list[tuple[PainScore, Verdict]] = []
    for score in every:
        if score.session_id != session.pk:
            continue
        expected = frozen_expectation(score)
        facts = pain_facts(score, every, thresholds, expected)
        found = find_pain(facts)
        findings.extend(found)
        judged.append((score, verdict(score.timing, score.score, expected=expected, findings=found)))
        _refreeze(*judged[-1])
    keep_again(judged, thresholds, because=Prediction.Because.CORRECTED, at=at)
    correct_pain(course, session_number=session.number, findings=findings, reason=reason, by=by, at=at)


def _refreeze(score: PainScore, found: Verdict) -> None:
    """Update the stored verdict to the corrected score; the expectation stays."""
    if found.expected is None:
        return
    kept = {name: value for name, value in score.expected.items() if name != "told"}
    PainScore.objects.filter(pk=score.pk).update(expected={**kept, **found.as_json()})
