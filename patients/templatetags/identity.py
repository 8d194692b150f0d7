"""A patient's name with the birth date beside it."""

from __future__ import annotations

from typing import Any

from django import template
from django.template import Context
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from patients.identity.words import birth_words, no_mail_words, patient_label
from patients.models import Patient

register = template.Library()

# Names in the template context for the row of the page.
ABOUT = ("patient", "course", "session", "appointment", "alert", "letter", "original", "object", "chosen")


@register.simple_tag
def who(patient: Patient) -> SafeString:
    """The name, birth date and age: how every staff page names its patient."""
    words = birth_words(patient.birth, on=timezone.localdate())
    mark = (
        format_html(' <span class="badge badge-test">{}</span>', _("Test patient")) if patient.is_training else ""
    )
    return format_html(
        '<span class="patient-name">{}{} <small class="born">{}</small></span>', patient.name, mark, words
    )


@register.simple_tag
def whose(row: Any) -> SafeString | str:
    """The same for the patient of any row; empty if the row has none."""
    patient = patient_of(row)
    return who(patient) if patient else ""


def patient_of(row: Any) -> Patient | None:
    """The patient of a row: itself, its patient, or that of its course or session."""
    if row is None or isinstance(row, Patient):
        return row
    for name in ("patient", "course", "session"):
        found = patient_of(getattr(row, name, None)) if hasattr(row, name) else None
        if found:
            return found
    return None


@register.simple_tag(takes_context=True)
def test_patient_words(context: Context) -> str:
    """On a page of one test patient: that no alerts or emails are sent; otherwise empty."""
    found = next((one for name in ABOUT if (one := patient_of(context.get(name)))), None)
    return no_mail_words() if found and found.is_training else ""


@register.filter
def born(patient: Patient) -> str:
    """Only birth date and age, where the name is shown elsewhere."""
    return birth_words(patient.birth, on=timezone.localdate())


@register.filter
def named(patient: Patient) -> str:
    """Name, birth date and age as plain words for a sentence."""
    return patient_label(patient, on=timezone.localdate())
