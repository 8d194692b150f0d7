"""What the patient is told, and their own chart."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from courses.charts.curve_chart import SMALL, CurvePicture, Dot, curve_svg
from courses.models import CheckIn, Course, PainScore
from courses.priors.rows import record_of
from courses.rules.facts import Severity
from courses.rules.red_flag import ASKS_SEVERE_PAIN_FROM, find_red_flags
from courses.sessions.entry import CheckInEntry
from courses.sessions.flags import flag_answer
from courses.sessions.verdict import Standing, Verdict

REASSURE_UP_TO = 6
REASSURE_RISE = 2
REASSURE_WITHIN = timedelta(hours=72)


def emergency_of(entry: CheckInEntry) -> str:
    """E0, E1 or nothing: what the answers come to at worst, told before and whatever becomes of saving."""
    answers = [flag_answer(flag) for flag in entry.flags]
    findings = find_red_flags(answers, is_newly_severe_after_needling=True)
    worst = min((finding.severity for finding in findings), key=lambda level: level.rank, default=None)
    return str(worst) if worst in {Severity.E0, Severity.E1} else ""


def is_strong(entry: CheckInEntry) -> bool:
    """Whether the pain itself is a reason to see a doctor, usual or not."""
    return entry.score is not None and entry.score >= ASKS_SEVERE_PAIN_FROM


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
        and before is not None
        and entry.score - before.score <= REASSURE_RISE
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
    return curve_svg(picture, size=SMALL, uid="pain", title=_("Your pain chart"))
