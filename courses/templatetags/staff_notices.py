"""Who has been emailed, for templates: computed when the page is made."""

from __future__ import annotations

from collections.abc import Iterable

from django import template
from django.utils import timezone

from courses.alerts.messages.recipients import StaffNotice, notices_to_staff, test_patient_words
from courses.models import RedFlagReport

register = template.Library()


@register.simple_tag
def staff_notices(reports: Iterable[RedFlagReport]) -> list[StaffNotice]:
    """Who was emailed about some reports, by name."""
    return notices_to_staff(reports, at=timezone.now())


@register.simple_tag
def test_patient_sentence() -> str:
    """That nobody is alerted."""
    return test_patient_words()
