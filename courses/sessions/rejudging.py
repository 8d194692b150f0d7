"""A corrected score against what was expected of it when it was logged."""

from __future__ import annotations

from datetime import datetime

from clinic.models import Membership
from courses.alerts.correcting import correct_pain
from courses.models import PainScore, Session
from courses.priors.adopted import thresholds_of
from courses.priors.pain_facts import frozen_expectation, pain_facts
from courses.rules.facts import Finding
from courses.rules.pain import find_model_free_pain, find_model_pain
from courses.sessions.verdict import verdict


def rejudge_session(session: Session, *, reason: str, by: Membership, at: datetime) -> None:
    """The rules once more over a session's scores, which rest on each other; later sessions stay as judged.

    The expectation is the frozen one: a curve fitted since has learned from what came after.
    """
    course = session.course
    every = list(course.scores.select_related("session"))
    thresholds = thresholds_of(course.clinic)
    findings: list[Finding] = []
    for score in every:
        if score.session_id != session.pk:
            continue
        facts = pain_facts(score, every, thresholds, frozen_expectation(score))
        found = (*find_model_free_pain(facts), *find_model_pain(facts))
        findings.extend(found)
        _refreeze(score, found)
    correct_pain(course, session_number=session.number, findings=findings, reason=reason, by=by, at=at)


def _refreeze(score: PainScore, findings: tuple[Finding, ...]) -> None:
    """The verdict the page shows follows the corrected score; what was expected stays."""
    expected = frozen_expectation(score)
    if expected is None:
        return
    words = verdict(score.timing, score.score, expected=expected, findings=findings).as_json()
    kept = {name: value for name, value in score.expected.items() if name != "told"}
    PainScore.objects.filter(pk=score.pk).update(expected={**kept, **words})
