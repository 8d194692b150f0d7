"""What the patient is told, and their own chart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.safestring import SafeString

from courses.charts.curve_chart import SMALL, CurvePicture, Dot, curve_svg
from courses.models import CheckIn, Course, PainScore
from courses.priors.rows import record_of
from courses.rules.facts import Severity, most_severe
from courses.sessions.entry import CheckInEntry
from courses.sessions.verdict import Standing, Verdict

REASSURE_UP_TO = 6
REASSURE_RISE = 2
REASSURE_WITHIN = timedelta(hours=72)


def has_emergency(entry: CheckInEntry) -> str:
    """The highest level among the signs ticked, before anything is saved: E0, E1, or nothing."""
    levels = [_highest(flag.flag.level, flag.flag.follow_up_levels, flag.answer) for flag in entry.flags]
    if not levels:
        return ""
    worst = most_severe(levels)
    return str(worst) if worst in {Severity.E0, Severity.E1} else ""


def may_reassure(check_in: CheckIn, entry: CheckInEntry, verdicts: Sequence[Verdict], *, at: datetime) -> bool:
    """Only in the band, without a sign, with little pain, little above before, within 72 hours of needling."""
    session = check_in.session
    before = PainScore.objects.filter(session=session, timing=PainScore.Timing.BEFORE).first()
    return (
        not entry.flags
        and entry.score is not None
        and entry.score <= REASSURE_UP_TO
        and all(
            verdict.standing in {Standing.IN_BAND, Standing.BELOW} and not verdict.findings for verdict in verdicts
        )
        and bool(verdicts)
        and (before is None or entry.score - before.score <= REASSURE_RISE)
        and session.is_needled
        and at - session.held_at <= REASSURE_WITHIN
    )


def pain_chart(course: Course, *, at: datetime) -> SafeString:
    """The patient's scores so far: no band, no projection."""
    record = record_of(course, at=at)
    dots = tuple(Dot(record.week(row.scored_at), row.score, row.timing, row.session_number) for row in record.rows)
    picture = CurvePicture(
        dots=dots,
        band=None,
        markers=(),
        planned_end_week=record.planned_end_week,
        primary="before",
        n_scores=len(dots),
        prior="",
    )
    return curve_svg(picture, size=SMALL, uid="pain")


def _highest(level: str, levels_by_answer: Sequence[dict[str, str]], answer: str) -> Severity:
    by_answer = {row["answer"]: Severity(row["level"]) for row in levels_by_answer}
    return by_answer.get(answer) or most_severe([Severity(level), *by_answer.values()])
