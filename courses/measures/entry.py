"""Entered measures: values as they are saved, and the arithmetic of the scores."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from courses.models import MeasureCode, MeasureScore

NDI_ITEMS, NDI_LEAST = 10, 8
PEG_ITEMS = ("pain", "enjoyment", "activity")


@dataclass(frozen=True)
class ItemScore:
    """One number of one measure."""

    code: str
    item: str
    score: float
    label: str = ""
    n_answered: int | None = None


@dataclass(frozen=True)
class MeasuresEntry:
    """One form at one stage; nothing in it is required."""

    form_key: uuid.UUID
    stage: MeasureScore.Stage
    scores: tuple[ItemScore, ...] = ()


@dataclass(frozen=True)
class Activity:
    """Something the patient finds hard, in their words, and how well it goes (10: as before the problem)."""

    label: str
    score: int


def psfs_scores(activities: Sequence[Activity]) -> list[ItemScore]:
    """The scores of the activities in their order."""
    return [
        ItemScore(MeasureCode.PSFS, str(number), activity.score, activity.label)
        for number, activity in enumerate(activities, start=1)
    ]


def ndi_percent(points: float, n_answered: int) -> float:
    """Points of the answered items as a percentage of the maximum; ValueError outside the range.

    Vernon & Mior 1991; up to two items missing: sum / (5 x answered).
    """
    most = 5 * n_answered
    if not NDI_LEAST <= n_answered <= NDI_ITEMS or not 0 <= points <= most:
        raise ValueError(points)
    return round(100 * points / most, 1)


@dataclass(frozen=True)
class Filling:
    """One measure after one form: its items by name."""

    code: str
    stage: str
    session_number: int
    items: Mapping[str, float]
    labels: Mapping[str, str] = field(default_factory=dict)
    n_answered: int | None = None

    @property
    def summary(self) -> float:
        """The mean of the items; for one-item measures the score itself."""
        return sum(self.items.values()) / len(self.items)

    def mean_of(self, labels: Sequence[str]) -> float | None:
        """The mean of some named activities; None if one is missing."""
        by_label = {self.labels[item]: score for item, score in self.items.items()}
        if not labels or any(label not in by_label for label in labels):
            return None
        return sum(by_label[label] for label in labels) / len(labels)
