"""How a file is to be read: what a person chose, and nothing that is guessed in its place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any

from courses.bringing.cells import Order
from courses.bringing.columns import BY_KEY


class OpenCourses(StrEnum):
    """What a course is for which the file names no end."""

    ENDED = "ended"
    RUNNING = "running"


class Needles(StrEnum):
    """What applies to sessions where the file does not say whether needles were used."""

    ASK = "ask"
    YES = "yes"
    NO = "no"


@dataclass(frozen=True, kw_only=True)
class Choices:
    """The meaning of each column by its place, and what is needed besides."""

    columns: tuple[str, ...]
    order: Order
    practitioner: int
    protocol: int
    open_courses: OpenCourses = OpenCourses.ENDED
    needles: Needles = Needles.ASK
    is_other_practitioner_noted: bool = False
    complaint: str = "Neck pain"
    _places: dict[str, int] = field(default_factory=dict, repr=False, compare=False)

    def __post_init__(self) -> None:
        self._places.update({key: place for place, key in enumerate(self.columns) if key})

    @property
    def places(self) -> Mapping[str, int]:
        """The column of each meaning."""
        return self._places

    @property
    def has_visits(self) -> bool:
        """Whether sessions are brought along, not patients alone."""
        return "session_on" in self._places

    def as_json(self) -> dict[str, Any]:
        """For the import's row."""
        kept = asdict(self)
        kept.pop("_places")
        return kept

    @classmethod
    def of_json(cls, kept: Mapping[str, Any]) -> Choices:
        """From the import's row."""
        return cls(
            **{
                **kept,
                "columns": tuple(key if key in BY_KEY else "" for key in kept["columns"]),
                "order": Order(kept["order"]),
                "open_courses": OpenCourses(kept["open_courses"]),
                "needles": Needles(kept["needles"]),
            }
        )
