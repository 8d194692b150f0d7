"""Predicted and observed values on one line: a bar for the prediction, a dot with its interval for the other."""

from __future__ import annotations

import math
from collections.abc import Callable
from functools import partial

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from clinic.country.shown import shown_number
from courses.charts.svg import element, path

WIDTH, HEIGHT, PAD = 220, 26, 8
MIDDLE = HEIGHT / 2
# The smallest chance with a place of its own on the axis.
RAREST = 0.001


def rare_svg(*, said: float, seen: float, low: float, high: float) -> SafeString:
    """Small chances, on a logarithmic axis."""
    return _svg(partial(_on_logs, top=0.5), said=said, seen=seen, low=low, high=high)


def share_svg(*, said: float, seen: float, low: float, high: float, bottom: float = 0.6) -> SafeString:
    """Shares from a minimum up to all."""
    return _svg(partial(_on_line, bottom=bottom), said=said, seen=seen, low=low, high=high)


def _svg(x: Callable[[float], float], *, said: float, seen: float, low: float, high: float) -> SafeString:
    is_off = not low <= said <= high
    dot, fill = ("chart-dot-outside", "#b3261e") if is_off else ("chart-dot", "#1d5d92")
    whisker = path([(x(low), MIDDLE), (x(high), MIDDLE)])
    ends = path([(x(low), MIDDLE - 4), (x(low), MIDDLE + 4)]) + path(
        [(x(high), MIDDLE - 4), (x(high), MIDDLE + 4)]
    )
    shares = {"said": said, "seen": seen, "low": low, "high": high}
    values = {name: shown_number(100 * share, 1) for name, share in shares.items()}
    label = _("Predicted %(said)s%%; observed %(seen)s%%, between %(low)s%% and %(high)s%%") % values
    # Visible without colour too: a value that differs is a square.
    mark = (
        element("rect", x=x(seen) - 5, y=MIDDLE - 5, width=10, height=10, class_=dot, fill=fill, stroke="#ffffff")
        if is_off
        else element("circle", cx=x(seen), cy=MIDDLE, r=5, class_=dot, fill=fill, stroke="#ffffff")
    )
    return element(
        "svg",
        element("path", d=path([(PAD, MIDDLE), (WIDTH - PAD, MIDDLE)]), class_="chart-grid", stroke="#d5dbe1"),
        element(
            "path",
            d=path([(x(said), 2), (x(said), HEIGHT - 2)]),
            class_="said-mark",
            stroke="#1f2a33",
            stroke_width=3,
        ),
        element("path", d=whisker + ends, class_="seen-line", stroke="#1d5d92", stroke_width=1.5),
        mark,
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        class_="chart said-seen",
        role="img",
        aria_label=label,
    )


def _on_logs(share: float, *, top: float) -> float:
    place = math.log(max(share, RAREST) / RAREST) / math.log(top / RAREST)
    return PAD + (WIDTH - 2 * PAD) * min(place, 1.0)


def _on_line(share: float, *, bottom: float) -> float:
    place = (share - bottom) / (1.0 - bottom)
    return PAD + (WIDTH - 2 * PAD) * min(max(place, 0.0), 1.0)
