"""What a clinic asks and offers at every session: read once, and again when one of its lists has changed."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, lru_cache
from uuid import UUID

from clinic.models import Clinic
from courses.models import AdverseEventItem, AftercareMeasure, Point, RedFlag
from courses.sessions.points.catalogue import PointCatalogue

N_CLINICS_KEPT = 32


@dataclass(frozen=True)
class SessionLists:
    """The lists of one clinic. Shared by requests: nobody may change their rows."""

    flags: tuple[RedFlag, ...]
    events: tuple[AdverseEventItem, ...]
    aftercare: tuple[AftercareMeasure, ...]
    points: tuple[Point, ...]

    @cached_property
    def catalogue(self) -> PointCatalogue:
        """The points by all their spellings."""
        return PointCatalogue(self.points)


def session_lists(clinic: Clinic) -> SessionLists:
    """The lists as they were when the clinic was read, or later: the database changes the clinic's stamp too."""
    return _lists(clinic.pk, clinic.lists_stamp)


@lru_cache(maxsize=N_CLINICS_KEPT)
def _lists(clinic: int, _stamp: UUID) -> SessionLists:
    flags = RedFlag.objects.filter(clinic=clinic, asked=RedFlag.Asked.ALWAYS).current()
    return SessionLists(
        flags=tuple(flags),
        events=tuple(AdverseEventItem.objects.filter(clinic=clinic)),
        aftercare=tuple(AftercareMeasure.objects.filter(clinic=clinic, is_offered=True)),
        points=tuple(Point.objects.filter(clinic=clinic)),
    )
