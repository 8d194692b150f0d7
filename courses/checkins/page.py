"""What the page says after an answer, and the patient's own chart."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from clinic.country.countries import CrisisLine, crisis_line_in
from clinic.country.phones import dialled
from courses.charts.curve_chart import SMALL, CurvePicture, Dot, curve_svg
from courses.models import CheckInAnswer, Course, RedFlag, RedFlagReport
from courses.priors.course_records import record_of
from courses.reminders.links import ClinicFacts
from courses.rules.facts import DOCTOR_TODAY, Severity, most_severe
from courses.rules.red_flag import ASKS_SEVERE_PAIN_FROM, find_red_flags
from courses.sessions.entry import FlagEntry
from courses.sessions.reassuring import may_reassure
from courses.sessions.red_flags.recording import flag_answer

__all__ = ["Kept", "Reply", "emergency_of", "may_reassure", "pain_chart", "reply_to", "said_flags"]

Outcome, Signs = CheckInAnswer.Outcome, CheckInAnswer.Signs
MOOD = "mood"


class Kept(StrEnum):
    """Where an answer is stored now."""

    SAVED = "saved"
    SPOOLED = "spooled"
    NOWHERE = "nowhere"


@dataclass(frozen=True)
class Reply:
    """Everything on the page after an answer; the same each time the page is opened."""

    kept: Kept
    # E0, E1 or nothing.
    emergency: str
    # The pain alone is a reason to see a doctor, usual or not.
    is_strong: bool
    # Whether it is unknown if this is the first strong pain since the treatment.
    is_strong_unsure: bool
    has_flags: bool
    is_reassured: bool
    has_score: bool
    is_score_refused: bool
    is_score_replaced: bool
    is_list_open: bool
    is_severe_open: bool
    crisis_line: CrisisLine | None

    @property
    def crisis_dial(self) -> str:
        """The number that a phone dials for the crisis line."""
        return dialled(self.crisis_line.number) if self.crisis_line else ""


def emergency_of(flags: Sequence[FlagEntry], levels: Iterable[str] = ()) -> str:
    """E0, E1 or nothing: the worst level of the answers, shown first, even if saving fails.

    `levels` are those of the stored reports, if there are any; they may be higher. "My usual pain" alone needs
    them: only the record shows whether it is the first strong pain after needling.
    """
    findings = find_red_flags([flag_answer(flag) for flag in flags], is_newly_severe_after_needling=False)
    found = [*(finding.severity for finding in findings), *(Severity(level) for level in levels)]
    worst = most_severe(found) if found else None
    return str(worst) if worst in DOCTOR_TODAY else ""


def said_flags(said: Mapping[str, str], flags: Iterable[RedFlag]) -> tuple[FlagEntry, ...]:
    """The signs of a stored answer, with the list they were chosen from."""
    by_code = {flag.code: flag for flag in flags}
    return tuple(FlagEntry(by_code[code], answer) for code, answer in said.items() if code in by_code)


def reply_to(
    answer: CheckInAnswer,
    *,
    kept: Kept,
    flags: Iterable[RedFlag],
    clinic: ClinicFacts,
    reports: Iterable[RedFlagReport] = (),
) -> Reply:
    """The page's text about an answer, saved or not."""
    said = said_flags(answer.said, flags)
    emergency = emergency_of(said, [report.level for report in reports])
    is_strong = answer.score is not None and answer.score >= ASKS_SEVERE_PAIN_FROM
    codes = {entry.flag.code for entry in said}
    return Reply(
        kept=kept,
        emergency=emergency,
        is_strong=is_strong and not emergency,
        is_strong_unsure=kept != Kept.SAVED,
        has_flags=bool(codes),
        is_reassured=answer.is_reassured and kept == Kept.SAVED,
        has_score=answer.score is not None,
        is_score_refused=answer.outcome in {Outcome.REFUSED, Outcome.OVERTAKEN},
        is_score_replaced=answer.outcome == Outcome.REPLACED,
        is_list_open=answer.signs == Signs.NOT_ANSWERED,
        is_severe_open=answer.awaits_severe,
        crisis_line=crisis_line_in(clinic.country) if MOOD in codes else None,
    )


def pain_chart(course: Course, *, at: datetime) -> SafeString:
    """The patient's scores so far: no ranges, no projection."""
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
