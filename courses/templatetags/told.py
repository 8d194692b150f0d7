"""Who has been told, for templates: computed when the page is made."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils import timezone

from courses.alerts.messages.recipients import Told, test_patient_words, told_to_staff
from courses.models import RedFlagReport

register = template.Library()


@register.simple_tag
def staff_told(reports: Iterable[RedFlagReport]) -> list[Told]:
    """Who was emailed about some reports, by name."""
    return told_to_staff(reports, at=timezone.now())


@register.simple_tag
def test_patient_sentence() -> str:
    """That nobody is alerted."""
    return test_patient_words()
