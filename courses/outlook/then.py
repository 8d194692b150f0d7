"""What was expected of each score of a course before it was known, as stored with the score."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from clinic.country.shown import shown_short_day
from courses.charts.curve_picture import CurvePicture
from courses.charts.ranges_then import RangeThen
from courses.models import PainScore
from courses.outlook.pain_facts import frozen_expectation
from courses.priors.course_records import Record


def with_ranges(picture: CurvePicture, record: Record, scores: Sequence[PainScore]) -> CurvePicture:
    """The chart with the range expected at each past score of its timing, and why some are missing."""
    found = ranges_then(record, scores, timing=picture.primary)
    return replace(picture, then=found, then_missing=tuple(missing_then(scores, timing=picture.primary)))


def ranges_then(record: Record, scores: Sequence[PainScore], *, timing: str) -> tuple[RangeThen, ...]:
    """The stored ranges of the scores of a timing."""
    found = []
    for score in _of_timing(scores, timing):
        expected = frozen_expectation(score)
        if expected is not None:
            found.append(
                RangeThen(
                    week=record.week(score.scored_at),
                    session=_number(score),
                    score=score.score,
                    mean=expected.mean,
                    low90=expected.low90,
                    high90=expected.high90,
                )
            )
    return tuple(found)


def missing_then(scores: Sequence[PainScore], *, timing: str) -> list[str]:
    """The scores of a timing without a stored range, with a sentence for each reason."""
    by_reason: dict[str, list[str]] = {}
    for score in _of_timing(scores, timing):
        if frozen_expectation(score) is None:
            name = str(_number(score)) if score.session else shown_short_day(score.scored_at)
            by_reason.setdefault(score.expected.get("standing", ""), []).append(name)
    return [_sentence(reason, names) for reason, names in by_reason.items()]


def _sentence(reason: str, names: list[str]) -> str:
    why = {
        "cannot_tell": _("the curve needed more scores."),
        "error": _("the curve gave no answer then."),
    }.get(reason, _("none was stored when it was recorded."))
    which = ngettext("No range for session %(names)s:", "No range for sessions %(names)s:", len(names))
    return f"{which % {'names': ', '.join(names)}} {why}"


def _of_timing(scores: Sequence[PainScore], timing: str) -> list[PainScore]:
    return [score for score in scores if score.timing == timing]


def _number(score: PainScore) -> int | None:
    return score.session.number if score.session else None
