"""The points of a saved session as lines of its correction form, read as in the session form."""

from __future__ import annotations

from collections.abc import Mapping
from copy import copy
from typing import Any

from django import forms
from django.utils.functional import cached_property
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.typed.fields import typed_formfield
from courses.corrections.correction import CorrectedNeedling
from courses.models import Needling, Session
from courses.sessions.lists import session_lists
from courses.sessions.points.catalogue import PointCatalogue
from courses.sessions.points.choice import PointChoice, TypedPoint, choices_for, choose_point, place_values

N_EMPTY_ROWS = 2
# The fields that say which point it is; the columns behind them are never typed.
PLACE_FIELDS = ("where", "listed", "site")
PLACE_COLUMNS = ("point", "unlisted", "ashi_site")
COLUMNS = [
    column.name
    for column in Needling._meta.concrete_fields
    if column.name not in {"id", "clinic", "session", *PLACE_COLUMNS}
]


class NeedlingRow(forms.ModelForm[Needling]):
    """One point as it was logged, or an empty line for a missing one."""

    where = forms.CharField(label=gettext_lazy("Point"), max_length=80, required=False)
    listed = forms.CharField(
        label=gettext_lazy("Not in the list"), max_length=20, required=False, widget=forms.Select
    )
    site = forms.CharField(label=gettext_lazy("Body site"), max_length=80, required=False)
    is_gone = forms.BooleanField(label=gettext_lazy("was not needled"), required=False)

    class Meta:
        model = Needling
        fields = COLUMNS
        formfield_callback = typed_formfield

    field_order = [*PLACE_FIELDS, *COLUMNS]

    def __init__(self, data: Any, *, row: Needling | None, number: int, catalogue: PointCatalogue) -> None:
        self.row, self.catalogue = row, catalogue
        place = place_values(row.point.code if row.point else "", row.unlisted, row.ashi_site) if row else {}
        # Validation writes into the form's row, but the saved one must stay as it was.
        super().__init__(
            data,
            instance=copy(row) if row else None,
            initial=place if row else {"side": Needling.Side.BOTH},
            prefix=f"needling-{row.pk if row else -number}",
        )
        # An unchanged line is not validated.
        self.empty_permitted, self.use_required_attribute = True, False
        if row is None:
            del self.fields["is_gone"]
        for field in self.fields.values():
            field.widget.attrs["aria-label"] = f"{field.label}, {row or _('another point')}"
        self.fields["where"].widget.attrs |= {"list": "points", "autocomplete": "off", "spellcheck": "false"}
        self.fields["listed"].widget.choices = choices_for(self.choice.reading, catalogue)

    @cached_property
    def choice(self) -> PointChoice:
        """The line's current choice of point."""
        typed = {name: str(self[name].value() or "") for name in (*PLACE_FIELDS, "side")}
        return choose_point(TypedPoint(**typed), self.catalogue)

    @property
    def is_asked(self) -> bool:
        """Whether the line shows the options for unclear points: if it is unclear, and in an empty line."""
        return self.row is None or self.choice.is_asked or bool(self["listed"].value() or self["site"].value())

    def clean(self) -> dict[str, Any]:
        """The line must name one point of the list, or say explicitly that it is none."""
        values = super().clean() or {}
        if values.get("is_gone"):
            return values
        if not values.get("where") and "where" not in self.errors:
            self.add_error("where", _("Enter the point."))
        for name, words in self.choice.errors if values.get("where") else ():
            if name not in self.errors:
                self.add_error(name, words)
        return values

    def corrected(self) -> CorrectedNeedling | None:
        """What to do with this line; None if nothing."""
        if self.row is not None and self.cleaned_data.get("is_gone"):
            return CorrectedNeedling(self.row, None)
        if not self.has_changed():
            return None
        values = {name: self.cleaned_data[name] for name in COLUMNS} | {
            "point": self.choice.point,
            "unlisted": self.choice.unlisted,
            "ashi_site": self.choice.site,
            "side": self.choice.side,
        }
        # The same point in another notation is the same point.
        is_same = self.row is not None and all(getattr(self.row, name) == value for name, value in values.items())
        return None if is_same else CorrectedNeedling(self.row, values)


def needling_rows(session: Session, data: Any = None) -> list[NeedlingRow]:
    """A line for each point, and some empty ones."""
    # Read once, not for every line.
    catalogue = session_lists(session.clinic).catalogue
    # An empty line keeps its number when somebody else adds a point, so what was typed there stays.
    lines = [
        *((row, 0) for row in session.needlings.select_related("point")),
        *((None, number) for number in range(1, N_EMPTY_ROWS + 1)),
    ]
    return [NeedlingRow(data, row=row, number=number, catalogue=catalogue) for row, number in lines]


def line_values(kept: Mapping[str, Any], codes: Mapping[int, str]) -> dict[str, Any]:
    """A needling's columns from a correction as the fields of a line."""
    # Corrections from before unlisted points existed do not name one.
    place = place_values(codes.get(kept["point_id"], ""), kept.get("unlisted", ""), kept["ashi_site"])
    return {**place, **{name: kept.get(name) for name in COLUMNS}}
