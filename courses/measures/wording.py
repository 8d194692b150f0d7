"""Measures and their changes in plain words."""

from __future__ import annotations

from dataclasses import dataclass

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.country.shown import shown_rounded
from courses.measures.measure_lines import MeasureLine
from courses.models import Direction, MeasureCode, MeasureScore
from courses.rules.measure_change import Change, Size

GRADES = (
    (1, gettext_lazy("very much improved")),
    (2, gettext_lazy("much improved")),
    (3, gettext_lazy("minimally improved")),
    (4, gettext_lazy("no change")),
    (5, gettext_lazy("minimally worse")),
    (6, gettext_lazy("much worse")),
    (7, gettext_lazy("very much worse")),
)
PEG_QUESTIONS = {
    "pain": gettext_lazy("Pain on average, past week"),
    "enjoyment": gettext_lazy("Pain interfered with enjoyment of life"),
    "activity": gettext_lazy("Pain interfered with general activity"),
}
UNITS = {MeasureCode.NDI: "%", MeasureCode.ROM: "°"}
SIZES = {
    Size.SMALL: gettext_lazy("less than patients notice"),
    Size.NOTICED: gettext_lazy("as much as patients notice, but it could be chance"),
    Size.SURE: gettext_lazy("more than chance"),
}
ROM_SMALL = gettext_lazy("could be chance")


@dataclass(frozen=True)
class MeasureWords:
    """One line of the table in words."""

    name: str
    start: str
    latest: str
    latest_when: str
    change: str
    source: str


def line_words(line: MeasureLine) -> MeasureWords:
    """A line of the table."""
    latest = line.latest
    return MeasureWords(
        name=name_words(line),
        start="–" if line.start is None else value_words(line.code, line.start),
        latest="–" if latest is None else value_words(line.code, latest[2]),
        latest_when="" if latest is None else _when(line.code, latest[0], latest[1]),
        change=change_words(line),
        source=line.source,
    )


def name_words(line: MeasureLine) -> str:
    """The measure, and the direction for movements."""
    if line.item:
        return _("Neck %(direction)s") % {"direction": Direction(line.item).label}
    return str(MeasureCode(line.code).label)


def value_words(code: str, value: float) -> str:
    """A value with its unit; a grade in words."""
    if code == MeasureCode.PGIC:
        return str(dict(GRADES)[round(value)])
    return shown_rounded(value) + UNITS.get(MeasureCode(code), "")


def change_words(line: MeasureLine) -> str:
    """How much better or worse, and whether the change is larger than the error of measurement."""
    change = line.change
    if change is None:
        return ""
    if change.size == Size.NONE:
        return _("no change")
    points = value_words(line.code, abs(change.gain))
    words = _("%(points)s better") if change.is_better else _("%(points)s worse")
    text = words % {"points": points} + _share(change, line.code)
    if change.size == Size.UNKNOWN:
        return text
    meaning = ROM_SMALL if line.code == MeasureCode.ROM and change.size == Size.SMALL else SIZES[change.size]
    return f"{text}: {meaning}"


def _share(change: Change, code: str) -> str:
    if code in {MeasureCode.PSFS, MeasureCode.ROM, MeasureCode.NDI}:
        return ""
    if change.share is None:
        return " " + _("(percentage n/a: start below 3)")
    return f" ({round(100 * abs(change.share))}%)"


def _when(code: str, stage: str, number: int) -> str:
    if code == MeasureCode.PAIN or stage == MeasureScore.Stage.REVIEW:
        return _("session %(number)s") % {"number": number}
    return str(MeasureScore.Stage(stage).label)
