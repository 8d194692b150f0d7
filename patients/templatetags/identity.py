"""A patient's name with the birth date beside it."""

from __future__ import annotations

from django import template
from django.utils import timezone
from django.utils.html import format_html
from django.utils.safestring import SafeString

from patients.identity.words import birth_words
from patients.models import Patient

register = template.Library()


@register.simple_tag
def who(patient: Patient) -> SafeString:
    """The name, birth date and age: how every staff page names the patient it is about."""
    words = birth_words(patient.birth, on=timezone.localdate())
    return format_html('<span class="who">{} <small class="born">{}</small></span>', patient, words)


@register.filter
def born(patient: Patient) -> str:
    """Birth date and age alone, where the name stands elsewhere."""
    return birth_words(patient.birth, on=timezone.localdate())
