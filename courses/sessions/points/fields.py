"""The points of a visit as form fields: one row per point, as many as needed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, cast

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.typed.numbers import WholeNumberField
from courses.models import Needling, Point, Protocol, Session
from courses.points.names import Reading, lies_on_midline
from courses.sessions.entry import NeedlingEntry
from courses.sessions.points.catalogue import PointCatalogue
from courses.sessions.points.choice import PointChoice, TypedPoint, choices_for, choose_point, place_values

PREFIX = "needling"
MOST_ROWS = 60
ABOUT_THE_POINT = ("where", "listed", "site", "side")
FIELDS = (
    *ABOUT_THE_POINT,
    *("depth_mm", "angle_degrees", "retention_minutes", "stimulation", "response", "needle"),
)


class NeedlingForm(forms.Form):
    """One point or tender spot."""

    where = forms.CharField(label=_("Point"), max_length=80, required=False)
    listed = forms.CharField(label=_("Not in the list"), max_length=20, required=False)
    site = forms.CharField(label=_("Body site"), max_length=80, required=False)
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
    needle = forms.CharField(label=_("Different needle"), max_length=40, required=False)

    def __init__(self, *args: Any, catalogue: PointCatalogue, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.catalogue = catalogue

    def clean(self) -> dict[str, Any]:
        """The row must name one point of the list, or say explicitly that it is none."""
        values = super().clean() or {}
        if values.get("where"):
            for name, words in self.choice().errors:
                if name not in self.errors:
                    self.add_error(name, words)
        elif values.get("site"):
            self.add_error("where", _("Enter the point, or clear the body site."))
        return values

    def values(self) -> dict[str, Any]:
        """The values of the row as typed."""
        return {name: self[name].value() for name in FIELDS}

    def choice(self) -> PointChoice:
        """The current meaning of the row's point."""
        typed = {name: str(self[name].value() or "") for name in ABOUT_THE_POINT}
        return choose_point(TypedPoint(**typed), self.catalogue)


@dataclass(frozen=True)
class PointRow:
    """A row for the page."""

    prefix: str
    number: int
    values: dict[str, Any]
    errors: list[str]
    point: Point | None = None
    # The choices if the point is unclear or not in the list.
    is_asked: bool = False
    choices: list[tuple[str, str]] = field(default_factory=list)


class BaseNeedlings(forms.BaseFormSet[NeedlingForm]):
    """All points of a visit; rows without a point are left out."""

    def is_any_other_needle(self) -> bool:
        """Whether a point had another needle than the session's."""
        return any(form["needle"].value() for form in self)

    def entries(self) -> tuple[NeedlingEntry, ...]:
        """The filled-in rows."""
        return tuple(_entry(form) for form in self if form.cleaned_data.get("where"))

    def rows(self, *, with_errors: bool) -> list[PointRow]:
        """The rows as they are, each with the point it names."""
        return [_row(form, number, with_errors=with_errors) for number, form in enumerate(self, start=1)]


NeedlingFormSet = cast(
    type[BaseNeedlings],
    forms.formset_factory(NeedlingForm, formset=BaseNeedlings, extra=0, max_num=MOST_ROWS, absolute_max=MOST_ROWS),
)


def copied_rows(session: Session) -> list[dict[str, Any]]:
    """The points of a session as form rows, without what was felt."""
    return [
        {
            **place_values(one.point.code if one.point else "", one.unlisted, one.ashi_site),
            "side": one.side,
            "depth_mm": one.depth_mm,
            "angle_degrees": one.angle_degrees,
            "retention_minutes": one.retention_minutes,
            "stimulation": one.stimulation,
            "needle": one.needle,
        }
        for one in session.needlings.select_related("point")
    ]


def planned_rows(protocol: Protocol, catalogue: PointCatalogue) -> list[dict[str, Any]]:
    """The points of a plan as form rows; a plan has only the retention time."""
    planned = set(Protocol.points.through.objects.filter(protocol=protocol).values_list("point", flat=True))
    return [
        {
            "where": point.code,
            "listed": "",
            "site": "",
            "side": usual_side(point),
            "depth_mm": None,
            "angle_degrees": None,
            "retention_minutes": protocol.retention_minutes,
            "stimulation": Needling.Stimulation.NONE,
            "needle": "",
        }
        for point in catalogue.points
        if point.pk in planned
    ]


def usual_side(point: Point) -> Needling.Side:
    """Both sides, unless the point has none."""
    return Needling.Side.MIDLINE if lies_on_midline(point.code) else Needling.Side.BOTH


def empty_row(prefix: str, catalogue: PointCatalogue) -> PointRow:
    """A row that the page's script copies."""
    values = {"side": Needling.Side.BOTH}
    return PointRow(f"{prefix}-__prefix__", 0, values, [], choices=choices_for(Reading(), catalogue))


def _row(form: NeedlingForm, number: int, *, with_errors: bool) -> PointRow:
    values, choice = form.values(), form.choice()
    is_filled = bool(values["where"])
    if choice.is_tender and not values["site"]:
        # Most of the typed text is the site. It is shown in its field before it is saved.
        values["site"] = values["where"]
    return PointRow(
        prefix=str(form.prefix),
        number=number,
        values=values,
        errors=[str(one) for errors in form.errors.values() for one in errors] if with_errors else [],
        point=choice.point,
        is_asked=is_filled and choice.is_asked,
        choices=choices_for(choice.reading, form.catalogue),
    )


def _entry(form: NeedlingForm) -> NeedlingEntry:
    values, choice = form.cleaned_data, form.choice()
    return NeedlingEntry(
        point=choice.point,
        unlisted=choice.unlisted,
        ashi_site=choice.site,
        side=Needling.Side(choice.side),
        depth_mm=values["depth_mm"],
        angle_degrees=values["angle_degrees"],
        stimulation=Needling.Stimulation(values["stimulation"]),
        retention_minutes=values["retention_minutes"],
        response=values["response"],
        needle=values["needle"],
    )
