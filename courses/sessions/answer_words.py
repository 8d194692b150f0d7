"""A patient's answers to the check-ins of a session, in words for staff."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from courses.models import CheckInAnswer, RedFlag, Session

Outcome, Signs = CheckInAnswer.Outcome, CheckInAnswer.Signs


@dataclass(frozen=True)
class AnswerLine:
    """One press of the patient's button."""

    asked: str
    answered_at: datetime
    pain: str
    signs: str
    is_open: bool


def answer_lines(session: Session) -> list[AnswerLine]:
    """Every answer to the check-ins of one session, the newest first."""
    answers = list(
        CheckInAnswer.objects.filter(check_in__session=session).select_related("check_in").order_by("-pk")
    )
    codes = {code for answer in answers for code in answer.said}
    flags = RedFlag.objects.for_clinic(session.clinic).filter(code__in=codes) if codes else ()
    by_version = {(flag.code, flag.version): flag for flag in flags}
    return [_line(answer, by_version) for answer in answers]


def is_list_open(answers: Iterable[CheckInAnswer]) -> bool:
    """Whether the newest answer to any of the check-ins left the list of signs untouched."""
    newest = {answer.check_in_id: answer for answer in sorted(answers, key=lambda one: one.pk)}
    return any(answer.signs == Signs.NOT_ANSWERED for answer in newest.values())


def _line(answer: CheckInAnswer, flags: Mapping[tuple[str, int], RedFlag]) -> AnswerLine:
    said = [_sign(answer, code, flags) for code in answer.said]
    if answer.awaits_severe:
        said.append(_("severe-pain question not answered"))
    is_open = answer.signs == Signs.NOT_ANSWERED
    listed = "" if answer.signs == Signs.SOME else str(answer.get_signs_display())
    return AnswerLine(
        asked=answer.check_in.get_kind_display(),
        answered_at=answer.answered_at,
        pain=_pain(answer),
        signs="; ".join([*([listed] if listed else []), *said]),
        is_open=is_open,
    )


def _pain(answer: CheckInAnswer) -> str:
    if answer.score is None:
        return _("no score given")
    if answer.outcome in {Outcome.SAVED, Outcome.KEPT}:
        return str(answer.score)
    return f"{answer.score} ({answer.get_outcome_display()})"


def _sign(answer: CheckInAnswer, code: str, flags: Mapping[tuple[str, int], RedFlag]) -> str:
    """A sign in the wording that was shown, with the answer to its question."""
    version = answer.asked.get(code)
    flag = flags.get((code, version)) or next((one for (name, _n), one in flags.items() if name == code), None)
    if flag is None:
        return code
    reply = answer.said[code]
    words = {row["answer"]: row["wording"] for row in flag.follow_up_levels}.get(reply, "")
    if not flag.follow_up:
        return flag.words_for(reply)
    return f"{flag.words_for(reply)} ({flag.follow_up} {words or _('not answered')})"
