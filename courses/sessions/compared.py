"""One session beside the needled one before it, to find out why the pain got worse."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from django.db.models import Prefetch, QuerySet
from django.utils.translation import gettext as _

from courses.models import AdverseEvent, AftercareGiven, Course, Needling, Session


@dataclass(frozen=True)
class Treated:
    """One session in the comparison; each point with what differs from the session before."""

    session: Session
    points: tuple[tuple[str, str], ...]
    unwanted: str
    aftercare: str


def treated_beside(course: Course, *, number: int | None) -> list[Treated]:
    """The session with this number, by default the latest, then the needled one before it."""
    sessions = list(_until(course, number).prefetch_related(*_PARTS)[:1])
    if not sessions:
        return []
    before = _until(course, sessions[0].number - 1).filter(is_needled=True).prefetch_related(*_PARTS)[:1]
    sessions += before
    return [_treated(one, beside=sessions[1:] if one is sessions[0] else []) for one in sessions]


def _treated(session: Session, *, beside: list[Session]) -> Treated:
    known = {_where(needling): _how(needling) for one in beside for needling in one.needlings.all()}
    return Treated(
        session=session,
        points=tuple(
            (", ".join([_where(one), *_how(one)]), _different(one, known) if beside else "")
            for one in session.needlings.all()
        ),
        unwanted=", ".join(str(event) for event in session.adverse_events.all()),
        aftercare=", ".join(str(given) for given in session.aftercare_given.all()),
    )


def _different(one: Needling, known: Mapping[str, list[str]]) -> str:
    if _where(one) not in known:
        return _("new")
    return "" if known[_where(one)] == _how(one) else _("changed")


_PARTS = (
    Prefetch("needlings", Needling.objects.select_related("point")),
    Prefetch("adverse_events", AdverseEvent.objects.select_related("item")),
    Prefetch("aftercare_given", AftercareGiven.objects.select_related("measure")),
)


def _until(course: Course, number: int | None) -> QuerySet[Session]:
    rows = course.sessions.select_related("practitioner__user", "supervised_by__user").order_by("-number")
    return rows if number is None else rows.filter(number__lte=number)


def _where(one: Needling) -> str:
    return f"{one.place_words} {one.get_side_display()}"


def _how(one: Needling) -> list[str]:
    """Depth, angle, retention, stimulation, as far as recorded."""
    parts = []
    if one.depth_mm is not None:
        parts.append(_("%(n)d mm") % {"n": one.depth_mm})
    if one.angle_degrees is not None:
        parts.append(f"{one.angle_degrees}°")
    if one.retention_minutes is not None:
        parts.append(_("%(n)d min") % {"n": one.retention_minutes})
    if one.stimulation != Needling.Stimulation.NONE:
        parts.append(one.get_stimulation_display())
    if one.needle:
        parts.append(_("needle %(needle)s") % {"needle": one.needle})
    return parts
