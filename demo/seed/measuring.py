"""Invented measures that fit a course's pain."""

from __future__ import annotations

import random

from courses.measures.entry import Activity, ItemScore, psfs_scores
from courses.models import Direction, MeasureCode

ACTIVITIES = (
    "Looking over the shoulder when driving",
    "Sitting at the screen for an hour",
    "Sleeping through the night",
    "Carrying shopping bags",
    "Washing hair",
)
NORMAL = {
    Direction.FLEXION: 55,
    Direction.EXTENSION: 65,
    Direction.LEFT_BENDING: 42,
    Direction.RIGHT_BENDING: 42,
    Direction.LEFT_ROTATION: 75,
    Direction.RIGHT_ROTATION: 75,
}


def invented_measures(*, start: int, now: int, share: float, rng: random.Random) -> tuple[ItemScore, ...]:
    """Activities, limitation, NDI and movement; they improve as much as pain does, and only after the start."""
    gain = (start - now) if share else 0
    activities = [
        Activity(label, min(max(10 - start + gain + place % 2, 0), 10))
        for place, label in enumerate(ACTIVITIES[:3])
    ]
    limited = min(max(start - gain + rng.choice((-1, 0, 0)), 0), 10)
    percent = float(min(max(round(start * 6.0 - gain * 5.0 + rng.choice((-2, 0, 2))), 0), 100))
    stiffness = max(start - gain, 0) * 2
    return (
        *psfs_scores(activities),
        ItemScore(MeasureCode.PEG_ONE, "", limited),
        ItemScore(MeasureCode.NDI, "", percent, n_answered=10),
        *(ItemScore(MeasureCode.ROM, item, degrees - stiffness) for item, degrees in NORMAL.items()),
    )
