"""What a page says about a clinic's opening hours."""

from __future__ import annotations

from django import template

from clinic.hours.unset import words_without_hours

register = template.Library()


@register.simple_tag
def without_hours() -> str:
    """What happens until they are entered."""
    return words_without_hours()
