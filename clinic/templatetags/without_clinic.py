"""What a page says to somebody who works nowhere."""

from __future__ import annotations

from django import template

from clinic.account.no_clinic import WithoutClinic, why_without_clinic
from clinic.models import User

register = template.Library()


@register.simple_tag
def without_clinic(user: User) -> WithoutClinic:
    """Why they work nowhere, and who can change it."""
    return why_without_clinic(user)
