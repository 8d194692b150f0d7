"""The points of a visit as form fields: one row a point, as many as are wanted."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.typed_numbers import WholeNumberField
from courses.models import Needling, Point, Session
from courses.sessions.entry import NeedlingEntry

PREFIX = "needling"
MOST_ROWS = 60
# Points of these channels lie on the midline: nobody can needle them on both sides.
MIDLINE = ("GV", "CV")
FIELDS = ("where", "side", "depth_mm", "angle_degrees", "retention_minutes", "stimulation", "response", "needle")


class NeedlingForm(forms.Form):
    """One point or tender spot."""

    where = forms.CharField(label=_("Point"), max_length=80, required=False)
    side = forms.ChoiceField(label=_("Side"), choices=Needling.Side.choices, initial=Needling.Side.BOTH)
    depth_mm = WholeNumberField(label=_("Depth (mm)"), unit="mm", min_value=0, max_value=150, required=False)
    angle_degrees = WholeNumberField(label=_("Angle (°)"), unit="°", min_value=0, max_value=90, required=False)
    retention_minutes = WholeNumberField(
        label=_("Minutes"), unit="min", min_value=0, max_value=120, required=False
    )
    stimulation = forms.ChoiceField(
        label=_("Stimulation"), choices=Needling.Stimulation.choices, initial=Needling.Stimulation.NONE
    )
    response = forms.ChoiceField(
        label=_("Response"), choices=[("", _("not noted")), *Needling.Response.choices], required=False
    )
    needle = forms.CharField(label=_("Another needle"), max_length=40, required=False)

    def values(self) -> dict[str, Any]:
        """What stands in the row, as typed."""
        return {name: self[name].value() for name in FIELDS}


@dataclass(frozen=True)
class PointRow:
    """A row as the page shows it."""

    prefix: str
    number: int
    values: dict[str, Any]
    errors: list[str]
    point: Point | None = None


class BaseNeedlings(forms.BaseFormSet[NeedlingForm]):
    """All points of a visit; rows without a point are left out."""

    def is_any_filled(self) -> bool:
        """Whether a row names a point."""
        return any(form.cleaned_data.get("where") for form in self)

    def is_any_other_needle(self) -> bool:
        """Whether a point had another needle than the session's."""
        return any(form["needle"].value() for form in self)

    def entries(self, points: Mapping[str, Point]) -> tuple[NeedlingEntry, ...]:
        """The rows filled in; `points` is the catalogue by code and by pinyin, in lower case."""
        return tuple(_entry(form.cleaned_data, points) for form in self if form.cleaned_data.get("where"))

    def rows(self, points: Mapping[str, Point], *, with_errors: bool) -> list[PointRow]:
        """The rows as they stand, each with the point it names."""
        return [
            PointRow(
                prefix=str(form.prefix),
                number=number,
                values=(values := form.values()),
                errors=[str(one) for field in form.errors.values() for one in field] if with_errors else [],
                point=points.get(str(values["where"] or "").strip().lower()),
            )
            for number, form in enumerate(self, start=1)
        ]


NeedlingFormSet = cast(
    type[BaseNeedlings],
    forms.formset_factory(NeedlingForm, formset=BaseNeedlings, extra=0, max_num=MOST_ROWS, absolute_max=MOST_ROWS),
)


def catalogue_of(points: Iterable[Point]) -> dict[str, Point]:
    """Points by code, and by pinyin where that names one point only, in lower case."""
    rows = list(points)
    n_named = Counter(point.pinyin.lower() for point in rows)
    by_pinyin = {point.pinyin.lower(): point for point in rows if n_named[point.pinyin.lower()] == 1}
    return by_pinyin | {point.code.lower(): point for point in rows}


def copied_rows(session: Session) -> list[dict[str, Any]]:
    """The points of a session as rows of a form; what was felt is not copied."""
    return [
        {
            "where": one.point.code if one.point else one.ashi_site,
            "side": one.side,
            "depth_mm": one.depth_mm,
            "angle_degrees": one.angle_degrees,
            "retention_minutes": one.retention_minutes,
            "stimulation": one.stimulation,
            "needle": one.needle,
        }
        for one in session.needlings.select_related("point")
    ]


def _entry(values: dict[str, Any], points: Mapping[str, Point]) -> NeedlingEntry:
    where = values["where"].strip()
    point = points.get(where.lower())
    is_midline = point is not None and point.code.startswith(MIDLINE)
    return NeedlingEntry(
        point=point,
        ashi_site="" if point else where,
        side=Needling.Side.MIDLINE if is_midline else Needling.Side(values["side"]),
        depth_mm=values["depth_mm"],
        angle_degrees=values["angle_degrees"],
        stimulation=Needling.Stimulation(values["stimulation"]),
        retention_minutes=values["retention_minutes"],
        response=values["response"],
        needle=values["needle"],
    )
