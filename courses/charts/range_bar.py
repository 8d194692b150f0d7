"""One score against its expectation, on the scale from 0 to 10."""

from __future__ import annotations

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from courses.charts.svg import element

WIDTH, HEIGHT, LEFT, STEP = 340, 46, 10, 32
BAR_Y, BAR_HEIGHT = 8, 16


def range_svg(
    *, score: int, low90: int, high90: int, low50: int | None = None, high50: int | None = None
) -> SafeString:
    """The range of nine in ten, the range of half if it is known, and the score."""
    is_outside = not low90 <= score <= high90
    label = _("%(score)d; 9 in 10 scores are from %(low)d to %(high)d") % {
        "score": score,
        "low": low90,
        "high": high90,
    }
    return element(
        "svg",
        element("rect", x=LEFT, y=BAR_Y + 7, width=10 * STEP, height=2, class_="chart-grid-fill", fill="#d5dbe1"),
        _band(low90, high90, class_="chart-band90", fill="#dbe9f2"),
        *(
            [_band(low50, high50, class_="chart-band50", fill="#abcfe4")]
            if low50 is not None and high50 is not None
            else []
        ),
        *(
            element(
                "text",
                str(number),
                x=LEFT + number * STEP,
                y=HEIGHT - 4,
                text_anchor="middle",
                class_="chart-label",
            )
            for number in range(0, 11, 2)
        ),
        element(
            "circle",
            cx=LEFT + score * STEP,
            cy=BAR_Y + BAR_HEIGHT / 2,
            r=7.0,
            class_="chart-dot-outside" if is_outside else "chart-dot",
            fill="#b3261e" if is_outside else "#14597f",
        ),
        viewBox=f"0 0 {WIDTH} {HEIGHT}",
        class_="chart range-bar",
        role="img",
        aria_label=label,
    )


def _band(low: int, high: int, *, class_: str, fill: str) -> SafeString:
    half = STEP / 2 - 2
    return element(
        "rect",
        x=LEFT + low * STEP - half,
        y=BAR_Y,
        width=(high - low) * STEP + 2 * half,
        height=BAR_HEIGHT,
        rx=8,
        class_=class_,
        fill=fill,
    )
