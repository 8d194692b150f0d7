"""Whether a new version of a red flag may be less urgent than the shipped one, and so needs a second person.

Source: a safety rule of this software. Where an answer lowers the level, the words of the question and of every
answer count as well: other words may lead more people to the lower answer, and no program can judge that.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from courses.rules.facts import Severity, most_severe


class Why(StrEnum):
    """What asks for a second person."""

    LESS_URGENT = "less_urgent"
    QUESTION_REWORDED = "question_reworded"
    ANSWER_REWORDED = "answer_reworded"


@dataclass(frozen=True)
class Answer:
    """One answer to the follow-up question, with the level it gives."""

    code: str
    wording: str
    level: Severity


@dataclass(frozen=True)
class FlagLevels:
    """What decides the level of a yes."""

    level: Severity
    question: str = ""
    answers: tuple[Answer, ...] = ()

    @property
    def highest(self) -> Severity:
        """The level of a yes without an answer."""
        return most_severe([self.level, *(answer.level for answer in self.answers)])

    def level_of(self, code: str) -> Severity:
        """The level of a yes with an answer; one that is not asked counts as no answer."""
        return next((answer.level for answer in self.answers if answer.code == code), self.highest)


def less_urgent(new: FlagLevels, shipped: FlagLevels) -> list[str]:
    """The answers that give less than shipped, with "" for a yes without an answer."""
    codes = dict.fromkeys(["", *(one.code for one in (*new.answers, *shipped.answers))])
    return [code for code in codes if _given(new, code).rank > _given(shipped, code).rank]


def second_person_for(new: FlagLevels, shipped: FlagLevels) -> list[Why]:
    """Why a second person must confirm; nothing where one may decide alone."""
    why = [Why.LESS_URGENT] if less_urgent(new, shipped) else []
    if all(answer.level == new.highest for answer in new.answers):
        return why
    if _plain(new.question) != _plain(shipped.question):
        why.append(Why.QUESTION_REWORDED)
    if _words(new) != _words(shipped):
        why.append(Why.ANSWER_REWORDED)
    return why


def _given(flag: FlagLevels, code: str) -> Severity:
    return flag.level_of(code) if code else flag.highest


def _words(flag: FlagLevels) -> dict[str, str]:
    return {answer.code: _plain(answer.wording) for answer in flag.answers}


def _plain(text: str) -> str:
    return " ".join(text.split())
