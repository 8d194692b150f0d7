"""What is dated in a patient's file did not happen before the patient was born."""

from __future__ import annotations

from datetime import date

from django import forms
from django.utils.translation import gettext as _

from clinic.date_words import said_day
from clinic.typed_dates import DayField
from patients.identity.birth import Birth
from patients.identity.words import birth_words


def refuse_before_birth(form: forms.BaseForm, birth: Birth) -> None:
    """An error beside every day of the form that lies before the birth, as far as that is known."""
    for name, field in form.fields.items():
        day = form.cleaned_data.get(name)
        if isinstance(field, DayField) and isinstance(day, date) and is_before(day, birth):
            words = _("%(day)s is before the birth date on file (%(birth)s). Check the year.")
            form.add_error(name, words % {"day": said_day(day), "birth": birth_words(birth)})


def is_before(day: date, birth: Birth) -> bool:
    """Whether a day lies before somebody's birth; no where the birth is not known."""
    if birth.on:
        return day < birth.on
    return birth.year is not None and day.year < birth.year
