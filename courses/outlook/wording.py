"""What the curve says, in plain sentences with ranges; never a promise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from django.utils import formats
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.country.shown import shown_number, shown_rounded
from courses import curve
from courses.models import PainScore
from courses.outlook.summary import CurveSays, Line
from courses.rules.odds import said_odds
from courses.rules.worse_than_start import Worse

SHAPES = {
    curve.ShapeName.STEADY: gettext_lazy("a steady fall"),
    curve.ShapeName.FLARE_THEN_IMPROVE: gettext_lazy("a rise first, then a fall"),
    curve.ShapeName.PLATEAU: gettext_lazy("little change"),
    curve.ShapeName.WORSENING: gettext_lazy("a rise"),
}
TIMINGS = {"before": gettext_lazy("before a session"), "after": gettext_lazy("after a session")}


def curve_sentences(says: CurveSays, *, is_over: bool = False) -> list[str]:
    """The next score and the shape; the chances at the planned end. For a past course: the results.

    If the patient's scores are worse than at the start, that comes first; no shape contradicts the scores.
    """
    first = [gain_words(says)] if is_over else [next_words(says)]
    if says.line is not None:
        first.append(line_words(says.line, is_over=is_over))
    if says.said_shape is not None:
        first.append(shape_words(says.said_shape))
    if says.said_peak is not None:
        first.append(peak_words(says.said_peak))
    sentences = [" ".join(first)] if is_over else [" ".join(first), relief_words(says)]
    return [*map(worse_words, says.worse), *sentences]


def line_words(line: Line, *, is_over: bool) -> str:
    """Where the line began and where it is now; what is expected at the planned end."""
    words = _("Smoothed pain level: about %(start).0f at the start, about %(now).0f now.")
    if is_over:
        words = _("Smoothed pain level: about %(start).0f at the start, about %(now).0f at the end.")
    words = words % {"start": line.start, "now": line.now}
    if is_over:
        return words
    values = {"end": line.end, "low": line.low90, "high": line.high90}
    expected = _("Expected at the planned end: about %(end).0f, wide range %(low)d to %(high)d.") % values
    return f"{words} {expected}"


def worse_words(worse: Worse) -> str:
    """How far the latest scores are above the first, in the patient's own numbers."""
    values = {
        "when": PainScore.Timing(worse.timing).label,
        "rise": _plain(worse.rise),
        "start": worse.start,
        "latest": _plain(worse.latest),
    }
    return (
        _(
            "Worse than at the start (%(when)s): %(rise)s points. The first score was %(start)s; "
            "the last 3 average %(latest)s."
        )
        % values
    )


def worse_note(every: Sequence[Worse]) -> str:
    """How far the latest scores are above the first, without any score, for mail; empty if they are not."""
    if not every:
        return ""
    rise = max(one.rise for one in every)
    return _("%(rise)s points worse than at the start") % {"rise": _plain(rise)}


def _plain(number: float) -> str:
    """A number with one decimal, or none if it is whole."""
    whole = round(number, 1) == int(number)
    return formats.number_format(round(number, 1), 0 if whole else 1)


def next_words(says: CurveSays) -> str:
    """What the next score is expected to be, with its range."""
    found = says.next_score
    if isinstance(found, curve.CannotTell):
        # It counts the coming score too; people count those that are there.
        earlier = replace(found, have=found.have - 1, need=found.need - 1)
        return _("Next score: no estimate yet, %(reason)s.") % {"reason": reason_words(earlier)}
    low, high = found.interval90
    return _("Next score %(timing)s: about %(mean).0f, wide range %(low)d to %(high)d (9 in 10 scores).") % {
        "timing": TIMINGS[says.timing],
        "mean": found.mean,
        "low": low,
        "high": high,
    }


def shape_words(shape: curve.Shape) -> str:
    """The likeliest shape with its probability."""
    return _("Most likely shape of the course: %(shape)s (%(percent)d%%).") % {
        "shape": SHAPES[shape.name],
        "percent": _percent(shape.probability),
    }


def peak_words(peak: curve.Peak) -> str:
    """When the curve is highest and how high, with intervals."""
    low, high = peak.week_interval90
    bottom, top = peak.height_interval90
    return _(
        "Highest about week %(week)s (%(low)s to %(high)s), at about %(height).0f (%(bottom).0f to %(top).0f)."
    ) % {
        "week": shown_number(peak.week, 1),
        "low": shown_number(max(low, 0.0), 1),
        "high": shown_number(high, 1),
        "height": peak.height,
        "bottom": bottom,
        "top": top,
    }


def relief_words(says: CurveSays) -> str:
    """The chances of relief at the planned end, or why there are none."""
    found = says.relief_at_end
    if isinstance(found, curve.CannotTell):
        return _("Relief at the planned end: no estimate, %(reason)s.") % {"reason": reason_words(found)}
    return _(
        "By the planned end: %(p30)d%% chance of at least 30%% less pain, %(p50)d%% chance of at least half."
    ) % {
        "p30": _percent(found.p30),
        "p50": _percent(found.p50),
    }


def reason_words(found: curve.CannotTell) -> str:
    """Why the curve has no answer."""
    if found.reason_code == curve.Unknown.START_TOO_LOW:
        return _("percentages are n/a when pain starts below 3")
    if found.reason_code == curve.Unknown.NO_ANSWER:
        return _("the curve gave no answer")
    return _("it needs %(need)d scores and has %(have)d") % {
        "have": min(found.have, found.need - 1),
        "need": found.need,
    }


def _percent(share: float) -> int:
    """A whole percentage, but never 0 or 100."""
    return min(max(round(100 * share), 1), 99)


def gain_words(says: CurveSays) -> str:
    """Observed relief so far, or why it is not given."""
    found = says.so_far
    if found is None:
        return _("Relief so far: not known, only one score before a session.")
    words = _("Pain before a session: %(start)d at the start, %(now)s lately") % {
        "start": found.start,
        "now": shown_rounded(found.now),
    }
    if found.gain is None:
        return _("%(words)s; percentages are n/a when pain starts below 3.") % {"words": words}
    percent = round(100 * abs(found.gain))
    if found.gain < 0:
        return _("%(words)s: %(percent)d%% more.") % {"words": words, "percent": percent}
    return _("%(words)s: %(percent)d%% relief so far.") % {"words": words, "percent": percent}


def rarity_words(one_in: float) -> str:
    """How rare a score this high was expected to be, within a sentence."""
    said = said_odds(one_in)
    return _("rarer than 1 in 1,000") if said is None else _("about 1 in %(n)d") % {"n": said}
