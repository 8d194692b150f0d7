"""Makes form fields from model columns: numbers and dates are read as people type them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django import forms
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models

from clinic.typed.dates import EVER, SPANS, DayField, DayInput, MomentField, MomentInput
from clinic.typed.names import NAME_COLUMNS, NameField
from clinic.typed.numbers import DecimalNumberField, FloatNumberField, WholeNumberField
from clinic.typed.times import ClockField, ClockInput

WHOLE = {"form_class": WholeNumberField, "widget": forms.TextInput}
# For `formfield_overrides` of an admin class.
TYPED: dict[Any, Any] = {
    models.DateTimeField: {"form_class": MomentField, "widget": MomentInput},
    models.DateField: {"form_class": DayField, "widget": DayInput},
    models.TimeField: {"form_class": ClockField, "widget": ClockInput},
    models.IntegerField: WHOLE,
    models.BigIntegerField: WHOLE,
    models.DecimalField: {"form_class": DecimalNumberField, "widget": forms.TextInput},
    # People type addresses as they read them: www.example.org.
    models.URLField: {"assume_scheme": "https", "widget": forms.URLInput(attrs={"class": "vTextField"})},
    models.FloatField: {"form_class": FloatNumberField, "widget": forms.TextInput},
}
# Units of columns, by the ending of their names.
_UNITS = {"_mm": "mm", "_minutes": "min", "_degrees": "°", "_percent": "%"}


def typed_formfield(db_field: models.Field[Any, Any], **kwargs: Any) -> forms.Field | None:
    """For `formfield_callback` of a model form."""
    if db_field.choices or db_field.remote_field:
        return db_field.formfield(**kwargs)
    if isinstance(db_field, models.CharField) and db_field.name in NAME_COLUMNS:
        return db_field.formfield(**{"form_class": NameField, **kwargs})
    own: dict[str, Any] = next((TYPED[one] for one in type(db_field).__mro__ if one in TYPED), {})
    # The form's own arguments have priority, except for stock widgets.
    return db_field.formfield(**{**own, **typed_extras(db_field), **kwargs})


def typed_extras(db_field: models.Field[Any, Any]) -> dict[str, Any]:
    """The meaning of a date and the unit of a number, by the column's name."""
    if db_field.choices or db_field.remote_field:
        return {}
    if isinstance(db_field, models.DateField):
        return {"span": SPANS.get(db_field.name, EVER)}
    if isinstance(db_field, models.IntegerField | models.DecimalField | models.FloatField):
        unit = next((unit for end, unit in _UNITS.items() if db_field.name.endswith(end)), "")
        return {"unit": unit, **_limits(db_field)}
    return {}


def _limits(db_field: models.Field[Any, Any]) -> dict[str, Any]:
    """The lowest and highest value of a column: the form names both if a number is outside."""
    least = [one.limit_value for one in db_field.validators if isinstance(one, MinValueValidator)]
    most = [one.limit_value for one in db_field.validators if isinstance(one, MaxValueValidator)]
    found = {"min_value": max(least, default=None), "max_value": min(most, default=None)}
    return {name: limit for name, limit in found.items() if limit is not None}


class TypedFieldsMixin:
    """An admin class, or an inline, whose fields are read as people type them."""

    formfield_overrides: Mapping[type[models.Field[Any, Any]], Mapping[str, Any]] = TYPED

    def formfield_for_dbfield(self, db_field: Any, request: Any, **kwargs: Any) -> Any:
        """Pass the meaning of a date and the unit of a number."""
        return super().formfield_for_dbfield(db_field, request, **{**typed_extras(db_field), **kwargs})  # type: ignore[misc]
