"""Who has been told, for templates: computed when the page is made."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from django import template
from django.utils import timezone

from courses.alerts.told import Told, test_patient_words, told_to_patient, told_to_staff
from courses.models import RedFlagReport

register = template.Library()


@register.simple_tag
def staff_told(reports: Iterable[RedFlagReport]) -> list[Told]:
    """Who was emailed about some reports, by name."""
    return told_to_staff(reports, at=timezone.now())


@register.simple_tag
def patient_told(check_in: Any, form_key: Any) -> str:
    """Whether staff were emailed about what one answer to a check-in reported, without names."""
    reports = RedFlagReport.objects.filter(check_in=check_in, form_key=form_key)
    return told_to_patient(reports.select_related("patient", "clinic"), at=timezone.now())


@register.simple_tag
def test_patient_sentence() -> str:
    """That nobody is alerted."""
    return test_patient_words()
