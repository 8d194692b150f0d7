"""Phone numbers as people of the clinic's country read them, and as links that a phone dials."""

from __future__ import annotations

from django import template

from clinic.country.phones import shown_phone, tel_link

register = template.Library()
register.filter("tel", tel_link)
register.filter("phone", shown_phone)
