"""A score's verdict in sentences for the practitioner."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from courses.charts.range_bar import range_svg
from courses.curve import SHIPPED_PRIOR
from courses.models import Level, PainScore
from courses.outlook.wording import rarity_words
from courses.rules.facts import DOCTOR_TODAY
from courses.sessions.verdict import BandPosition


@dataclass(frozen=True)
class VerdictWords:
    """The page's text about one score."""

    timing: str
    score: int
    headline: str
    detail: str
    tone: str
    bar: SafeString


def verdict_words(score: PainScore) -> VerdictWords:
    """The verdict that was stored when the score was logged."""
    kept = score.expected
    position = kept.get("standing", BandPosition.ERROR)
    return VerdictWords(
        timing=score.get_timing_display(),
        score=score.score,
        headline=_headline(position),
        detail=_detail(position, kept, score.score),
        tone={BandPosition.ABOVE: "warn", BandPosition.ERROR: "warn", BandPosition.CANNOT_TELL: "quiet"}.get(
            position, "good"
        ),
        bar=_bar(kept, score.score),
    )


def basis_note(scores: Iterable[PainScore]) -> str:
    """That the expected ranges of some scores came from published studies, where the newest of them did."""
    versions = [score.expected["prior"] for score in scores if "prior" in score.expected]
    if not versions or versions[-1] != SHIPPED_PRIOR.version:
        return ""
    return _("Expected from published studies, not from this clinic's patients.")


def _bar(kept: dict[str, int], score: int) -> SafeString:
    if "low90" not in kept:
        return SafeString("")
    return range_svg(score=score, **{name: kept[name] for name in ("low50", "high50", "low90", "high90")})


def _headline(position: str) -> str:
    return {
        BandPosition.IN_BAND: _("As expected"),
        BandPosition.BELOW: _("Lower than expected"),
        BandPosition.ABOVE: _("Higher than expected"),
        BandPosition.CANNOT_TELL: _("No estimate yet"),
    }.get(BandPosition(position), _("No estimate yet (error)"))


def _detail(position: str, kept: dict[str, float], score: int) -> str:
    if position == BandPosition.CANNOT_TELL:
        return _("Needs %(need)d scores of this timing; has %(have)d.") % {
            "have": kept["have"],
            "need": kept["need"],
        }
    if position == BandPosition.ERROR:
        return _("The curve gave no answer. The fixed rules were applied.")
    words = _("Expected about %(mean).0f, wide range %(low)d to %(high)d (9 in 10 scores). It was %(score)d.") % {
        "mean": kept["mean"],
        "low": kept["low90"],
        "high": kept["high90"],
        "score": score,
    }
    if score > kept["mean"] and kept["one_in"] >= 3:
        words += " " + _("A score this high or higher: %(rarity)s.") % {"rarity": rarity_words(kept["one_in"])}
    return words


def is_now(level: str) -> bool:
    """Whether a level needs a doctor today or sooner: the instruction is then shown before everything else."""
    return level in DOCTOR_TODAY


def instruction(level: str) -> str:
    """What must happen now, for staff who are with the patient or on the phone."""
    return {
        Level.E0: _("Emergency: call the emergency number now. Do not needle. Stay with the patient."),
        Level.E1: _("The patient must see a doctor or an emergency department today. Do not needle."),
        Level.E2: _("Refer urgently. The course is on hold until a doctor has cleared it."),
        Level.C: _("Call the patient back within one working day."),
    }[Level(level)]
