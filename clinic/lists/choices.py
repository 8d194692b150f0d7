"""Pickers with labels that distinguish similar rows."""

from __future__ import annotations

from typing import Any

from django import forms


def picker_label(row: Any) -> str:
    """The row's own label for pickers, if it has one."""
    label: str | None = getattr(row, "picker_label", None)
    return label if label is not None else str(row)


class LabelledChoiceField(forms.ModelChoiceField):  # type: ignore[type-arg]
    """One of several rows."""

    def label_from_instance(self, obj: Any) -> str:
        """By its label."""
        return picker_label(obj)


class LabelledMultipleChoiceField(forms.ModelMultipleChoiceField):  # type: ignore[type-arg]
    """Some of several rows."""

    def label_from_instance(self, obj: Any) -> str:
        """By its label."""
        return picker_label(obj)
