"""The points of one clinic, found by any spelling."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

from courses.models import Point
from courses.points.names import PointIndex, PointName, Reading, index_of


@dataclass(frozen=True)
class PointCatalogue:
    """The clinic's list of points. Shared by requests: nobody may change its rows."""

    points: tuple[Point, ...]

    @cached_property
    def index(self) -> PointIndex:
        """All spellings of the points."""
        return index_of(PointName(point.code, point.names) for point in self.points)

    @cached_property
    def by_code(self) -> dict[str, Point]:
        """The points by their code in the list."""
        return {point.code: point for point in self.points}

    def read(self, text: str) -> Reading:
        """The points that a text names."""
        return self.index.read(text)

    def find(self, text: str) -> Point | None:
        """The one point that a text names; None if it names none, or several."""
        return self.by_code.get(self.read(text).code)
