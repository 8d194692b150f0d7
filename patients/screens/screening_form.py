"""Contraindications and precautions, by group."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.models import Membership
from patients.intake import record_screening
from patients.models import Screening, ScreeningItem
from patients.record_form import RecordForm


@dataclass(frozen=True)
class ScreeningRow:
    """One question with its bound fields."""

    item: ScreeningItem
    tick: forms.BoundField
    value: forms.BoundField | None


@dataclass(frozen=True)
class ScreeningGroup:
    """Questions that are asked together, and the answer that none of them applies."""

    label: str
    rows: tuple[ScreeningRow, ...]
    none: forms.BoundField


class ScreeningForm(RecordForm):
    """A tick for each yes, with its value; every group must be answered, and nothing is preselected."""

    title = gettext_lazy("Screen for contraindications")
    # Set if the list of red flags is on the same page.
    is_red_flags_asked = False

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.items = list(ScreeningItem.objects.for_clinic(self.patient.clinic))
        for group in self._groups():
            for item in self._items_of(group):
                self._add(item)
            self.fields[f"none_{group.value}"] = forms.BooleanField(label=_("None of these"), required=False)
        self.fields["note"] = forms.CharField(
            label=_("Note"), widget=forms.Textarea(attrs={"rows": 2}), required=False
        )

    def groups(self) -> list[ScreeningGroup]:
        """The questions for the template."""
        return [
            ScreeningGroup(str(group.label), self._rows(group), self[f"none_{group.value}"])
            for group in self._groups()
        ]

    def clean(self) -> dict[str, Any]:
        """A group must have ticks or the answer “none of these”."""
        values = super().clean() or {}
        for group in self._groups():
            ticked = any(values.get(f"item_{item.code}") for item in self._items_of(group))
            is_none = bool(values.get(f"none_{group.value}"))
            if not ticked and not is_none:
                self.add_error(f"none_{group.value}", _("Ask this group: tick what applies, or “None of these”."))
            if ticked and is_none:
                self.add_error(f"none_{group.value}", _("Something is ticked as well: untick one of the two."))
        return values

    def record(self, *, by: Membership, at: datetime) -> Screening:
        """File the screening."""
        values = self.cleaned_data
        findings = {
            item: values.get(f"value_{item.code}", "") for item in self.items if values.get(f"item_{item.code}")
        }
        return record_screening(
            patient=self.patient,
            findings=findings,
            is_red_flags_asked=self.is_red_flags_asked,
            note=values["note"],
            by=by,
            at=at,
        )

    def _groups(self) -> Iterator[ScreeningItem.Group]:
        return (group for group in ScreeningItem.Group if any(self._items_of(group)))

    def _items_of(self, group: ScreeningItem.Group) -> Iterator[ScreeningItem]:
        return (item for item in self.items if item.group == group)

    def _rows(self, group: ScreeningItem.Group) -> tuple[ScreeningRow, ...]:
        return tuple(
            ScreeningRow(item, self[f"item_{item.code}"], self[f"value_{item.code}"] if item.asks_for else None)
            for item in self._items_of(group)
        )

    def _add(self, item: ScreeningItem) -> None:
        self.fields[f"item_{item.code}"] = forms.BooleanField(
            label=item.wording, required=False, help_text=item.get_effect_display()
        )
        if item.asks_for:
            self.fields[f"value_{item.code}"] = forms.CharField(
                label=f"{item.wording}: {item.asks_for}", max_length=120, required=False
            )
