"""The form of measures at one stage: quick, and nothing is required."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from clinic.typed.numbers import DecimalNumberField, WholeNumberField
from courses.measures.entry import (
    NDI_ITEMS,
    NDI_LEAST,
    PEG_ITEMS,
    Activity,
    ItemScore,
    MeasuresEntry,
    ndi_percent,
    psfs_scores,
)
from courses.measures.wording import GRADES, PEG_QUESTIONS
from courses.models import Direction, MeasureCode, MeasureScore

N_ACTIVITIES, LEAST_ACTIVITIES = 5, 3


def _number(label: Any, most: int, **kwargs: Any) -> WholeNumberField:
    widget = forms.TextInput(attrs={"class": "short-number"})
    return WholeNumberField(
        label=label, min_value=kwargs.pop("least", 0), max_value=most, required=False, widget=widget, **kwargs
    )


class MeasuresForm(forms.Form):
    """Fields for the clinic's measures; the activities named at the start are filled in."""

    form_key = forms.UUIDField(widget=forms.HiddenInput, initial=uuid.uuid4)

    def __init__(
        self,
        *args: Any,
        codes: Iterable[str],
        stage: MeasureScore.Stage,
        activities: Sequence[str] = (),
        **kwargs: Any,
    ) -> None:
        super().__init__(*args, **kwargs)
        self.stage = stage
        # The impression of change makes no sense at the start.
        self.codes = [code for code in codes if not (code == MeasureCode.PGIC and stage == "start")]
        for code in self.codes:
            getattr(self, f"_add_{code}")(activities)

    def clean(self) -> dict[str, Any]:
        """Refuse an activity or an NDI score that is only half filled in, and say what is missing."""
        values = super().clean() or {}
        if MeasureCode.PSFS in self.codes:
            self._check_activities(values)
        if values.get("ndi") is not None:
            self._check_ndi(values)
        answers = [values.get(f"peg-{item}") for item in PEG_ITEMS]
        if any(answer is not None for answer in answers) and None in answers:
            self.add_error(f"peg-{PEG_ITEMS[answers.index(None)]}", _("PEG needs all three answers, or none."))
        return values

    def entry(self) -> MeasuresEntry:
        """The measures of a valid form."""
        values = self.cleaned_data
        scores: list[ItemScore] = []
        for code in self.codes:
            scores += getattr(self, f"_{code}_scores")(values)
        return MeasuresEntry(values["form_key"], self.stage, tuple(scores))

    def groups(self) -> list[tuple[str, Any, list[Any]]]:
        """Code, heading and fields of each measure."""
        return [
            (code, MeasureCode(code).label, [field for field in self if field.name.split("-")[0] == code])
            for code in self.codes
        ]

    def activity_rows(self) -> list[tuple[Any, Any]]:
        """Activity and score side by side."""
        return [(self[f"psfs-{n}-label"], self[f"psfs-{n}"]) for n in range(1, N_ACTIVITIES + 1)]

    def _add_psfs(self, activities: Sequence[str]) -> None:
        for number in range(1, N_ACTIVITIES + 1):
            named = activities[number - 1] if number <= len(activities) else ""
            self.fields[f"psfs-{number}-label"] = forms.CharField(
                label=_("Activity %(number)d") % {"number": number}, max_length=80, required=False, initial=named
            )
            self.fields[f"psfs-{number}"] = _number(
                _("How well, 0-10, activity %(n)d") % {"n": number}, 10, out_of=10
            )

    def _add_peg(self, activities: Sequence[str]) -> None:
        for item in PEG_ITEMS:
            self.fields[f"peg-{item}"] = _number(PEG_QUESTIONS[item], 10, out_of=10)

    def _add_peg_one(self, activities: Sequence[str]) -> None:
        self.fields["peg_one"] = _number(
            _("How much did your neck limit your life this week? 0-10"), 10, out_of=10
        )

    def _add_ndi(self, activities: Sequence[str]) -> None:
        self.fields["ndi"] = DecimalNumberField(
            label=_("Score"), min_value=0, max_value=100, decimal_places=1, required=False,
            widget=forms.TextInput(attrs={"class": "short-number"}),
        )  # fmt: skip
        self.fields["ndi-unit"] = forms.ChoiceField(
            label=_("Counted in"),
            choices=[("points", _("points of 50")), ("percent", _("per cent"))],
            required=False,
        )
        self.fields["ndi-answered"] = _number(
            _("Questions answered"), NDI_ITEMS, least=NDI_LEAST, initial=NDI_ITEMS
        )

    def _add_pgic(self, activities: Sequence[str]) -> None:
        self.fields["pgic"] = forms.TypedChoiceField(
            label=_("Since the start of treatment"), choices=[("", _("not asked")), *GRADES], coerce=int,
            empty_value=None, required=False,
        )  # fmt: skip

    def _add_rom(self, activities: Sequence[str]) -> None:
        for item, label in Direction.choices:
            self.fields[f"rom-{item}"] = _number(label, 120, unit="°")

    def _check_activities(self, values: dict[str, Any]) -> None:
        named = 0
        for number in range(1, N_ACTIVITIES + 1):
            label, score = values.get(f"psfs-{number}-label"), values.get(f"psfs-{number}")
            named += bool(label and score is not None)
            if score is not None and not label:
                self.add_error(f"psfs-{number}-label", _("Name the activity."))
        if self.stage == MeasureScore.Stage.START and 0 < named < LEAST_ACTIVITIES:
            self.add_error(
                None, _("Activities: the patient names three to five, each with a score; or leave all empty.")
            )

    def _check_ndi(self, values: dict[str, Any]) -> None:
        if values.get("ndi-unit") == "percent" or values.get("ndi-answered") is None:
            return
        try:
            ndi_percent(float(values["ndi"]), values["ndi-answered"])
        except ValueError:
            most = 5 * values["ndi-answered"]
            self.add_error(
                "ndi",
                _("The highest score for this number of answered questions is %(most)d. Correct one of the two.")
                % {"most": most},
            )

    def _psfs_scores(self, values: dict[str, Any]) -> list[ItemScore]:
        rows = [(values[f"psfs-{n}-label"], values[f"psfs-{n}"]) for n in range(1, N_ACTIVITIES + 1)]
        return psfs_scores([Activity(label, score) for label, score in rows if label and score is not None])

    def _peg_scores(self, values: dict[str, Any]) -> list[ItemScore]:
        found = {item: values[f"peg-{item}"] for item in PEG_ITEMS}
        return [ItemScore(MeasureCode.PEG, item, score) for item, score in found.items() if score is not None]

    def _peg_one_scores(self, values: dict[str, Any]) -> list[ItemScore]:
        score = values["peg_one"]
        return [] if score is None else [ItemScore(MeasureCode.PEG_ONE, "", score)]

    def _ndi_scores(self, values: dict[str, Any]) -> list[ItemScore]:
        if values["ndi"] is None:
            return []
        score, n_answered = float(values["ndi"]), values["ndi-answered"] or NDI_ITEMS
        percent = score if values["ndi-unit"] == "percent" else ndi_percent(score, n_answered)
        return [ItemScore(MeasureCode.NDI, "", percent, n_answered=n_answered)]

    def _pgic_scores(self, values: dict[str, Any]) -> list[ItemScore]:
        grade = values["pgic"]
        return [] if grade is None else [ItemScore(MeasureCode.PGIC, "", grade)]

    def _rom_scores(self, values: dict[str, Any]) -> list[ItemScore]:
        found = {item: values[f"rom-{item}"] for item in Direction.values}
        return [
            ItemScore(MeasureCode.ROM, item, degrees) for item, degrees in found.items() if degrees is not None
        ]
