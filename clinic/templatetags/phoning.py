"""Phone numbers as links that a phone dials."""

from __future__ import annotations

from django import template

from clinic.country.phones import tel_link

register = template.Library()
register.filter("tel", tel_link)
