"""Stored reasons in words, for templates."""

from django import template

from courses.plans.program_reason import reason_words

register = template.Library()
register.filter("reason", reason_words)
