"""`python -m docs.curve_pictures`: the pictures of docs/curve.md, drawn from the shipped Prior and nine scores."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

import numpy as np

from courses.curve import (
    SHIPPED_PRIOR,
    Bands,
    CannotTell,
    CoursePosterior,
    CourseScores,
    NextScore,
    Timing,
    condition,
)

FOLDER = Path(__file__).parent
WEEKS = (0.0, 0.5, 1.0, 1.5, 2.0, 2.5, 3.0, 4.0, 5.0)
SCORES = (7, 7, 6, 7, 6, 6, 5, 5, 4)
NEXT_WEEK, END_WEEK, HIGH = 6.0, 10.0, 8
LEFT, BOTTOM, PER_WEEK, PER_POINT = 52.0, 284.0, 68.8, 25.0
N_STEPS = 161


def course() -> CoursePosterior:
    """The course of both pictures."""
    scores = CourseScores.of_one_timing(WEEKS, scores=SCORES, planned_end_week=END_WEEK)
    return condition(SHIPPED_PRIOR, scores)


def next_score(found: CoursePosterior) -> NextScore:
    """What is expected at week 6."""
    coming = found.next_score(NEXT_WEEK, Timing.BEFORE)
    if isinstance(coming, CannotTell):
        raise TypeError("nine scores are enough to tell")
    return coming


def _opened(height: int) -> str:
    look = 'role="img" font-family="sans-serif" font-size="13"'
    return f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 760 {height}" {look}>'


def _x(week: float) -> float:
    return LEFT + PER_WEEK * week


def _y(score: float) -> float:
    return BOTTOM - PER_POINT * score


def _points(weeks: Iterable[float], levels: Iterable[float]) -> str:
    return " ".join(f"{_x(week):.1f},{_y(level):.1f}" for week, level in zip(weeks, levels, strict=True))


def _band(bands: Bands, share: int, colour: str) -> str:
    low, high = getattr(bands, f"lower{share}"), getattr(bands, f"upper{share}")
    there, back = _points(bands.weeks, high), _points(bands.weeks[::-1], low[::-1])
    return f'<polygon points="{there} {back}" fill="{colour}"/>'


def course_picture(found: CoursePosterior) -> Iterator[str]:
    """The scores, the line up to the last one, what is expected after it, and both ranges."""
    coming = next_score(found)
    low, high = coming.interval90
    bands = found.bands(np.linspace(0.0, END_WEEK, N_STEPS), Timing.BEFORE)
    is_seen = bands.weeks <= WEEKS[-1]
    yield _opened(330)
    yield "<title>A course and its healing curve</title>"
    yield (
        "<desc>Nine scores fall from 7 to 4. The line follows them to week 5; a broken line shows what is "
        f"expected to week 10. At week 6 the next score is expected between {low} and {high}.</desc>"
    )
    yield '<rect width="760" height="330" fill="#fff"/>'
    for score in range(0, 11, 2):
        yield f'<line x1="{LEFT}" x2="740" y1="{_y(score)}" y2="{_y(score)}" stroke="#e3e6ea"/>'
        yield f'<text x="42" y="{_y(score) + 4}" text-anchor="end" fill="#444">{score}</text>'
    for week in range(0, 11, 2):
        yield f'<text x="{_x(week):.1f}" y="306" text-anchor="middle" fill="#444">{week}</text>'
    yield '<text x="396" y="324" text-anchor="middle" fill="#444">weeks since the first session</text>'
    turned = 'transform="rotate(-90 14 159)" text-anchor="middle"'
    yield f'<text x="14" y="159" {turned} fill="#444">pain, 0 to 10</text>'
    yield _band(bands, 90, "#e3eef8")
    yield _band(bands, 50, "#c3dcf1")
    line = 'fill="none" stroke="#1f5f99" stroke-width="2.5"'
    yield f'<polyline {line} points="{_points(bands.weeks[is_seen], bands.mean[is_seen])}"/>'
    ahead = ~is_seen
    yield f'<polyline {line} stroke-dasharray="6 5" points="{_points(bands.weeks[ahead], bands.mean[ahead])}"/>'
    for week, score in zip(WEEKS, SCORES, strict=True):
        yield f'<circle cx="{_x(week):.1f}" cy="{_y(score)}" r="5" fill="#12344d"/>'
    at = _x(NEXT_WEEK)
    bracket = 'stroke="#b35900" stroke-width="5" stroke-linecap="round"'
    yield f'<line x1="{at}" x2="{at}" y1="{_y(low)}" y2="{_y(high)}" {bracket}/>'
    yield f'<text x="{at + 10:.1f}" y="{_y(high) - 6}" fill="#8a4500">next: {low} to {high}</text>'
    yield f'<circle cx="{at}" cy="{_y(HIGH)}" r="6" fill="none" stroke="#b00020" stroke-width="2.5"/>'
    rare = round(coming.one_in(HIGH))
    yield f'<text x="{at + 12:.1f}" y="{_y(HIGH) + 4}" fill="#b00020">an {HIGH} here: 1 in {rare}</text>'
    yield '<text x="500" y="51" fill="#1f5f99">wide range, usual range, line</text>'
    yield "</svg>"


def next_picture(found: CoursePosterior) -> Iterator[str]:
    """The distribution of the next score, the same three points higher, and LR* under each score."""
    coming = next_score(found)
    higher = np.zeros(11)
    higher[3:] = coming.p[:-3]
    higher[-1] += coming.p[-3:].sum()
    scale = 190.0 / max(coming.p.max(), higher.max())
    yield _opened(270)
    yield "<title>The next score, as expected and three points worse</title>"
    yield (
        "<desc>Bars: probability of each score 0 to 10 at week 6. Outlined bars: the same three points higher. "
        "The likelihood ratio compares the two.</desc>"
    )
    yield '<rect width="760" height="270" fill="#fff"/>'
    for score in range(11):
        left, tall, taller = 58.0 + 62.55 * score, scale * coming.p[score], scale * higher[score]
        yield f'<rect x="{left:.1f}" y="{220 - tall:.1f}" width="24" height="{tall:.1f}" fill="#7fb2dd"/>'
        yield (
            f'<rect x="{left + 26:.1f}" y="{220 - taller:.1f}" width="24" height="{taller:.1f}" fill="none" '
            f'stroke="#b35900" stroke-width="1.5"/>'
        )
        middle, ratio = left + 25.0, coming.lr_star[score]
        yield f'<text x="{middle:.1f}" y="238" text-anchor="middle" fill="#444">{score}</text>'
        said = f"{ratio:.0f}" if ratio >= 9.95 else f"{ratio:.1f}"
        yield f'<text x="{middle:.1f}" y="256" text-anchor="middle" fill="#8a4500" font-size="11">{said}</text>'
    yield '<text x="4" y="256" fill="#8a4500" font-size="11">LR*</text>'
    yield '<text x="60" y="40" fill="#1f5f99">filled: as expected</text>'
    yield '<text x="60" y="58" fill="#8a4500">outlined: three points worse</text>'
    yield "</svg>"


def main() -> None:
    """Draw both."""
    found = course()
    for name, lines in (("curve-course", course_picture(found)), ("curve-next-score", next_picture(found))):
        (FOLDER / f"{name}.svg").write_text("\n".join(lines) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
