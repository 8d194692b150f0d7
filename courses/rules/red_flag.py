"""Red flags: the level of a yes.

Source: alerts document section 1, "Red-flag levels"; levels themselves are the clinic's data.
An unanswered or unsure follow-up takes the highest level, never a lower one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from courses.rules.facts import Finding, Severity, most_severe

RULE = "red_flag"
VERSION = 2
SEVERE_PAIN = "severe_pain"
USUAL = "usual"
# A score this high asks the severe-pain question; alone it never makes a red flag.
ASKS_SEVERE_PAIN_FROM = 8


@dataclass(frozen=True)
class FlagAnswer:
    """A yes to one flag, with the answer to its follow-up question, if any."""

    code: str
    level: Severity
    answer: str = ""
    levels_by_answer: Mapping[str, Severity] | None = None
    # The level that this yes had before, if it is reported again elsewhere.
    least: Severity | None = None


@dataclass(frozen=True)
class FlagContext:
    """Other reports from the same time; severe after needling: the course's first score of 8 or more,
    taken after needles were used.
    """

    n_flags: int
    is_newly_severe_after_needling: bool = False


def level_of(flag: FlagAnswer, context: FlagContext) -> Severity:
    """The level of one yes; never below the level that it had before."""
    level = _answered(flag, context)
    return level if flag.least is None else most_severe([level, flag.least])


def _answered(flag: FlagAnswer, context: FlagContext) -> Severity:
    by_answer = flag.levels_by_answer or {}
    highest = most_severe([flag.level, *by_answer.values()])
    level = by_answer.get(flag.answer, highest)
    if flag.code != SEVERE_PAIN:
        return level
    if flag.answer == USUAL:
        return most_severe([Severity.E1, level]) if context.is_newly_severe_after_needling else level
    return Severity.E0 if context.n_flags > 1 else level


def find_red_flags(flags: Sequence[FlagAnswer], *, is_newly_severe_after_needling: bool) -> list[Finding]:
    """A finding for every yes, without exception, in the given order."""
    context = FlagContext(len(flags), is_newly_severe_after_needling)
    return [
        Finding(RULE, VERSION, level_of(flag, context), {"flag": flag.code, "answer": flag.answer})
        for flag in flags
    ]


def lowest_level(reported: Sequence[Severity]) -> Severity:
    """How far staff may lower a flag that was reported at some levels: an emergency stays at least E1."""
    return Severity.E1 if Severity.E0 in reported else Severity.C


def is_newly_severe(*, had_severe: bool, is_needled: bool, before: int | None, later: int | None) -> bool:
    """Whether the course's first score of 8 or more was taken after needling: `later` is the score since."""
    is_severe_before = before is not None and before >= ASKS_SEVERE_PAIN_FROM
    is_severe_later = later is not None and later >= ASKS_SEVERE_PAIN_FROM
    return is_needled and is_severe_later and not is_severe_before and not had_severe
