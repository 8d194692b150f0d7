"""The corrections of a session in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.utils.dateparse import parse_datetime
from django.utils.translation import gettext as _

from clinic.country.shown import shown_moment
from clinic.models import Clinic, Membership
from courses.models import AdverseEventItem, AftercareMeasure, Correction, Needling, Point
from courses.models.session import place_words
from courses.plans.program_reason import reason_words
from courses.sessions.visit_details import detail_words

Field = Correction.Field


@dataclass(frozen=True)
class CorrectionWords:
    """One correction: who, when, why, and each fact before and after."""

    at: datetime
    by: Membership
    reason: str
    lines: tuple[tuple[str, str, str], ...]


def correction_words(corrections: Iterable[Correction], *, clinic: Clinic) -> list[CorrectionWords]:
    """Corrections as they were made, the newest first; a fixed number of queries."""
    rows = list(corrections)
    names = _names(rows, clinic)
    acts: dict[Any, list[Correction]] = {}
    for row in rows:
        acts.setdefault(row.act, []).append(row)
    return [
        CorrectionWords(
            at=act[0].corrected_at,
            by=act[0].corrected_by,
            reason=act[0].reason,
            lines=tuple(
                (_what(row), _value(row, row.before, clinic, names), _value(row, row.after, clinic, names))
                for row in sorted(act, key=lambda one: one.pk)
            ),
        )
        for act in acts.values()
    ]


def _names(rows: list[Correction], clinic: Clinic) -> Mapping[str, Mapping[int, str]]:
    fields = {row.field for row in rows}
    points = Point.objects.for_clinic(clinic) if Field.NEEDLINGS in fields else Point.objects.none()
    items = (
        AdverseEventItem.objects.for_clinic(clinic) if Field.EVENTS in fields else AdverseEventItem.objects.none()
    )
    measures = (
        AftercareMeasure.objects.for_clinic(clinic)
        if Field.AFTERCARE in fields
        else AftercareMeasure.objects.none()
    )
    return {
        Field.NEEDLINGS: dict(points.values_list("pk", "code")),
        Field.EVENTS: dict(items.values_list("pk", "wording")),
        Field.AFTERCARE: dict(measures.values_list("pk", "name")),
    }


def _what(row: Correction) -> str:
    if row.score is None:
        return str(row.get_field_display())
    return _("pain %(timing)s") % {"timing": row.score.get_timing_display()}


def _value(row: Correction, value: Any, clinic: Clinic, names: Mapping[str, Mapping[int, str]]) -> str:
    if value is None or value == "" or value == []:
        return _("nothing")
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if row.field == Field.UNCLEARED:
        return reason_words(value)
    if row.field == Field.CLEARANCE:
        return ", ".join(value["forbidden"]) or _("nothing")
    if row.field == Field.TIME:
        at = parse_datetime(value)
        return shown_moment(clinic.local(at)) if at else str(value)
    if row.field == Field.DETAILS:
        return detail_words(value)
    if row.field == Field.NEEDLINGS:
        return "; ".join(_needling(one, names[Field.NEEDLINGS]) for one in value)
    if row.field == Field.EVENTS:
        return "; ".join(names[Field.EVENTS].get(one["item_id"], "?") for one in value)
    if row.field == Field.AFTERCARE:
        return "; ".join(names[Field.AFTERCARE].get(one["measure_id"], "?") for one in value)
    return str(value)


def _needling(one: Mapping[str, Any], points: Mapping[int, str]) -> str:
    # Corrections from before unlisted points existed do not name one.
    where = place_words(points.get(one["point_id"], ""), one.get("unlisted", ""), one["ashi_site"])
    parts = [where, str(Needling.Side(one["side"]).label)]
    if one["depth_mm"]:
        parts.append(f"{one['depth_mm']} mm")
    if one["retention_minutes"]:
        parts.append(_("%(n)d min") % {"n": one["retention_minutes"]})
    if one["stimulation"] != Needling.Stimulation.NONE:
        parts.append(str(Needling.Stimulation(one["stimulation"]).label))
    # Corrections from before points had needles of their own do not name one.
    if one.get("needle"):
        parts.append(_("needle %(needle)s") % {"needle": one["needle"]})
    return ", ".join(parts)
