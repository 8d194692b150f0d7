"""All fields of a session beside scores, flags and points. None of them is required."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.typed.numbers import DecimalNumberField, WholeNumberField
from courses.models import Session, SessionMotion, SessionSymptom
from courses.models.session_findings import MOST_DEGREES
from courses.sessions.entry import NeedlingEntry, Particulars
from courses.sessions.scale import CHOICES as PAIN
from courses.sessions.scale import PainField

GRADES = SessionSymptom.Grade.choices
FINDINGS = ("symptom_", "motion_", "limits_life")
# Fields that are not on the first screen; prefilled ones do not open the section.
FOLDED = (
    "position",
    "rested_minutes",
    "needle_lot",
    "other_treatments",
    "variation",
    "explained",
    "held_at",
    "practitioner",
    "supervised_by",
)
PREFILLED = {"held_at", "practitioner", "supervised_by"}


@dataclass(frozen=True)
class Choice:
    """One tick."""

    value: str
    label: str
    is_chosen: bool


@dataclass(frozen=True)
class QuickScale:
    """A row of buttons under one heading, or a list: values with their words, and the chosen value."""

    name: str
    label: str
    choices: list[tuple[str, str]]
    chosen: str


class DetailFields(forms.Form):
    """Needle counts, needles, movement, symptoms, life, and what STRICTA requires of a session."""

    needles_in = WholeNumberField(
        label=_("Needles in"), unit="needles", min_value=0, max_value=200, required=False
    )
    needles_out = WholeNumberField(
        label=_("Needles out"), unit="needles", min_value=0, max_value=200, required=False
    )
    needle_difference = forms.CharField(
        label=_("Why the counts differ, and what was done"), max_length=200, required=False
    )
    needle_diameter_mm = DecimalNumberField(
        label=_("Diameter (mm)"),
        unit="mm",
        min_value=0,
        max_value=2,
        max_digits=3,
        decimal_places=2,
        required=False,
    )
    needle_length_mm = WholeNumberField(
        label=_("Length (mm)"), unit="mm", min_value=0, max_value=200, required=False
    )
    needle_maker = forms.CharField(label=_("Maker"), max_length=60, required=False)
    needle_lot = forms.CharField(label=_("Lot"), max_length=40, required=False)
    position = forms.ChoiceField(
        label=_("Position"), choices=[("", _("not noted")), *Session.Position.choices], required=False
    )
    rested_minutes = WholeNumberField(
        label=_("Rested afterwards (minutes)"), unit="min", min_value=0, max_value=240, required=False
    )
    variation = forms.CharField(label=_("Differs from the plan because"), max_length=200, required=False)
    other_treatments = forms.MultipleChoiceField(
        label=_("Other treatment"), choices=Session.Treatment.choices, required=False
    )
    explained = forms.CharField(label=_("Explained to the patient"), max_length=200, required=False)
    limits_life = PainField(label=_("How much did your neck limit your life this week?"), required=False)
    note = forms.CharField(label=_("Note"), widget=forms.Textarea(attrs={"rows": 2}), required=False)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for code, label in SessionSymptom.Code.choices:
            self.fields[f"symptom_{code}"] = forms.TypedChoiceField(
                label=label, choices=[("", ""), *GRADES], coerce=int, empty_value=None, required=False
            )
        for name in SessionMotion.DIRECTIONS:
            self.fields[f"motion_{name}"] = WholeNumberField(
                unit="°",
                label=SessionMotion._meta.get_field(name).verbose_name,  # type: ignore[union-attr]
                min_value=0,
                max_value=MOST_DEGREES,
                required=False,
            )

    def symptom_scales(self) -> list[QuickScale]:
        """The six symptoms, four buttons each."""
        return [self.quick_scale(f"symptom_{code}", GRADES) for code in SessionSymptom.Code.values]

    def motions(self) -> list[forms.BoundField]:
        """The six directions."""
        return [self[f"motion_{name}"] for name in SessionMotion.DIRECTIONS]

    def life_scale(self) -> QuickScale:
        """How much the neck limited life, eleven buttons."""
        return self.quick_scale("limits_life", PAIN)

    def positions(self) -> QuickScale:
        """The patient's positions."""
        return self.quick_scale("position", [("", _("not noted")), *Session.Position.choices])

    def treatments(self) -> list[Choice]:
        """Other treatment, as ticks."""
        chosen = set(self["other_treatments"].value() or ())
        return [Choice(value, str(label), value in chosen) for value, label in Session.Treatment.choices]

    def is_any_finding(self) -> bool:
        """Whether a symptom or a direction is filled in."""
        return self.is_bound and any(self._is_filled(name) for name in self.fields if name.startswith(FINDINGS))

    def is_any_more(self) -> bool:
        """Whether a field in the folded section is filled in or wrong."""
        return self.is_bound and any(
            (name not in PREFILLED and self._is_filled(name)) or name in self.errors for name in FOLDED
        )

    def count_errors(self, needlings: Sequence[NeedlingEntry]) -> dict[str, str]:
        """Needles that were inserted must be counted out; a difference needs an explanation."""
        n_in, n_out = self.n_in(needlings), self.cleaned_data.get("needles_out")
        if not n_in:
            return {}
        if n_out is None:
            return {"needles_out": str(_("%(n)d needles went in. Count them out.") % {"n": n_in})}
        if n_out != n_in and not self.cleaned_data.get("needle_difference"):
            words = _(
                "%(n_in)d needles in, %(n_out)d out. Count again. If they still differ, enter why and "
                "what was done."
            )
            return {"needle_difference": str(words % {"n_in": n_in, "n_out": n_out})}
        return {}

    def n_in(self, needlings: Sequence[NeedlingEntry]) -> int | None:
        """The number of inserted needles: as counted, otherwise according to the points."""
        counted: int | None = self.cleaned_data.get("needles_in")
        if counted is not None or not needlings:
            return counted
        return sum(one.n_needles for one in needlings)

    def particulars(self, needlings: Sequence[NeedlingEntry]) -> Particulars:
        """The fields that were filled in."""
        values = {one.name: self.cleaned_data[one.name] for one in fields(Particulars)}
        n_in = self.n_in(needlings)
        is_same = n_in is None or values["needles_out"] in {None, n_in}
        difference = "" if is_same else values["needle_difference"]
        return Particulars(**{**values, "needles_in": n_in, "needle_difference": difference})

    def findings(self, prefix: str) -> dict[str, int]:
        """Symptoms or directions that were filled in, by name."""
        return {
            name.removeprefix(prefix): value
            for name, value in self.cleaned_data.items()
            if name.startswith(prefix) and value is not None
        }

    def _is_filled(self, name: str) -> bool:
        return self[name].value() not in {None, ""} if name != "other_treatments" else bool(self[name].value())

    def quick_scale(self, name: str, choices: Iterable[tuple[Any, Any]]) -> QuickScale:
        """A field as a row of buttons, with nothing preselected."""
        value = self[name].value()
        chosen = "" if value is None else str(getattr(value, "pk", value))
        steps = [(str(one), str(words)) for one, words in choices]
        return QuickScale(name, str(self.fields[name].label), steps, chosen)
