"""What a page asks about leads."""

from __future__ import annotations

from django import template

from clinic.models import Membership
from clinic.people import lead_cover

register = template.Library()


@register.simple_tag
def may_stand_in(membership: Membership | None) -> bool:
    """Whether this is a manager of a clinic without a lead who does not stand in yet."""
    return lead_cover.may_stand_in(membership)
