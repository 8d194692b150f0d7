"""What a lead overrode, for the page that shows a clearance."""

from __future__ import annotations

from django import template

from patients.clearance import Clearance
from patients.wording import set_aside_texts

register = template.Library()


@register.filter
def set_aside(clearance: Clearance) -> list[str]:
    """The overridden reasons, as sentences."""
    return set_aside_texts(clearance)
