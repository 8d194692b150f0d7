"""What a review asks the clinician: questions from the numbers, never orders.

Source: GERAC back pain rule (Haake 2007, Arch Intern Med: ten sessions, five more only for a partial response of
10-50 %), clinical facts sections 1 and 9; the off-track rule of `off_course`. An open red flag or pain alert comes
before all of them, and then no question suggests continuing. Needs clinical sign-off.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

from courses.rules.off_course import ReviewFacts, find_off_course

VERSION = 2
SOURCE = "GERAC (Haake 2007); off track: a proposal of this software"
GATE = 10
EARLIEST = 4
LEAST_FOR_MORE, LEAST_TO_GO_ON, MOST_FOR_MORE = 0.10, 0.30, 0.50
EXTENSION = 5


class Question(StrEnum):
    """The questions that the numbers raise."""

    OPEN_FLAG = "open_flag"
    ON_HOLD = "on_hold"
    OPEN_PAIN = "open_pain"
    CANNOT_TELL = "cannot_tell"
    TOO_EARLY = "too_early"
    GO_ON = "go_on"
    OFF_TRACK = "off_track"
    STOP_OR_REFER = "stop_or_refer"
    EXTEND = "extend"
    COMPLETE = "complete"


# Questions that suggest continuing, or that the goal is reached.
GOING_ON = frozenset({Question.TOO_EARLY, Question.GO_ON, Question.EXTEND, Question.COMPLETE})


@dataclass(frozen=True)
class CourseAtReview:
    """A course at a review: shares, None if they are unknown.

    `gain` is observed, as in GERAC; `fitted_gain` is the curve's, slower to follow a sudden change.
    """

    session_number: int
    n_planned: int
    gain: float | None
    relief30: float | None
    fitted_gain: float | None = None
    is_extended: bool = False
    is_on_hold: bool = False
    has_open_flag: bool = False
    has_open_pain: bool = False

    @property
    def is_at_gate(self) -> bool:
        """Whether the review decides if the course continues at all."""
        return self.session_number >= min(GATE, self.n_planned)


def review_questions(at_review: CourseAtReview) -> tuple[Question, ...]:
    """The questions of a review, most important first; at the gate of ten sessions those of GERAC."""
    if at_review.has_open_flag or at_review.is_on_hold:
        asked = {Question.OPEN_FLAG: at_review.has_open_flag, Question.ON_HOLD: at_review.is_on_hold}
        return tuple(question for question, is_asked in asked.items() if is_asked)
    by_numbers = _by_numbers(at_review)
    if not at_review.has_open_pain:
        return by_numbers
    return (Question.OPEN_PAIN, *(question for question in by_numbers if question not in GOING_ON))


def _by_numbers(at_review: CourseAtReview) -> tuple[Question, ...]:
    if at_review.gain is None:
        return (Question.CANNOT_TELL,)
    if at_review.is_at_gate:
        return _at_gate(at_review.gain, is_extended=at_review.is_extended)
    # The worse of the two, so that neither a sudden worsening nor a slow one is missed.
    gain = at_review.gain if at_review.fitted_gain is None else min(at_review.gain, at_review.fitted_gain)
    facts = ReviewFacts(at_review.session_number, at_review.relief30, gain)
    if at_review.session_number < EARLIEST:
        return (Question.TOO_EARLY,)
    return (Question.OFF_TRACK,) if find_off_course(facts) else (Question.GO_ON,)


def _at_gate(gain: float, *, is_extended: bool) -> tuple[Question, ...]:
    found = []
    if gain < LEAST_TO_GO_ON:
        found.append(Question.STOP_OR_REFER)
    if LEAST_FOR_MORE <= gain <= MOST_FOR_MORE and not is_extended:
        found.append(Question.EXTEND)
    return tuple(found) or (Question.COMPLETE,)
