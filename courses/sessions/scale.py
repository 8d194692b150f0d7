"""The 0-10 pain scale: one row of eleven big buttons, one tab stop; a digit chooses."""

from __future__ import annotations

from typing import Any

from django import forms

CHOICES = [(score, str(score)) for score in range(11)]


class PainScale(forms.widgets.ChoiceWidget):
    """Radio buttons that crispy leaves unchanged."""

    input_type = "radio"
    template_name = "courses/widgets/pain_scale.html"
    option_template_name = "courses/widgets/pain_scale.html"
    use_fieldset = True

    def id_for_label(self, id_: str | None, index: str | None = None) -> str:
        """The group has a legend, not a label."""
        return "" if index is None else super().id_for_label(id_ or "", index)


class PainField(forms.TypedChoiceField):
    """A whole number from 0 to 10, or empty if it is not required."""

    widget = PainScale

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(choices=CHOICES, coerce=int, empty_value=None, **kwargs)
