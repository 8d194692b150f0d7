"""A review's questions and numbers in sentences."""

from __future__ import annotations

from collections.abc import Iterable

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from courses.models import Review
from courses.rules.review_advice import Question

QUESTIONS = {
    Question.OPEN_FLAG: gettext_lazy(
        "A red flag is open: what must happen for the patient before anything is decided?"
    ),
    Question.ON_HOLD: gettext_lazy("The course is on hold: what must be cleared before anything else is decided?"),
    Question.OPEN_PAIN: gettext_lazy(
        "A pain alert is open: what made it worse? Before the next session, must the plan change "
        "or a doctor see the patient?"
    ),
    Question.CANNOT_TELL: gettext_lazy("Relief cannot be calculated yet: what do you and the patient see?"),
    Question.TOO_EARLY: gettext_lazy(
        "It is early, and some only change after session 6: is there a reason to change now?"
    ),
    Question.GO_ON: gettext_lazy("The course is not off track: is there any reason not to continue as planned?"),
    Question.OFF_TRACK: gettext_lazy(
        "Off track: little relief so far and little chance of 30% relief at the planned end. "
        "Would another plan, or a visit to a doctor, help the patient more?"
    ),
    Question.STOP_OR_REFER: gettext_lazy(
        "Less than 30% relief by now: is it time to stop, or to refer to a doctor?"
    ),
    Question.EXTEND: gettext_lazy(
        "10% to 50% relief: would 5 more sessions than planned be worth it to the patient?"
    ),
    Question.COMPLETE: gettext_lazy(
        "More than 50% relief, or the course was already extended: should the course end as planned?"
    ),
}


def question_words(asked: Iterable[str]) -> list[str]:
    """The questions in sentences, without those of older versions that are no longer known."""
    known = {str(question): words for question, words in QUESTIONS.items()}
    return [str(known[one]) for one in asked if one in known]


def relief_words(review: Review) -> str:
    """The stored numbers of a review in one line."""
    if review.gain is None:
        return _("relief: not known")
    gain = round(100 * review.gain)
    words = (
        _("relief so far %(gain)d%%") % {"gain": gain}
        if gain >= 0
        else _("%(more)d%% more pain") % {"more": -gain}
    )
    if review.relief30 is None or review.relief50 is None:
        return words
    return (
        words
        + "; "
        + _("by the planned end: %(p30)d%% chance of at least 30%% less pain, %(p50)d%% chance of at least half")
        % {"p30": _percent(review.relief30), "p50": _percent(review.relief50)}
    )


def _percent(share: float) -> int:
    """A whole percentage, but never 0 or 100."""
    return min(max(round(100 * share), 1), 99)
