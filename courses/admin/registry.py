"""Every screen, so that importing this registers them all."""

from courses.admin import appointment, catalogue, clinic, course
from courses.admin.alerts import alert, endpoint, message, silence
from courses.admin.numbers import curve, rule_settings
from courses.admin.person import letter, patient
from courses.admin.visit import session

__all__ = [
    "alert",
    "appointment",
    "catalogue",
    "clinic",
    "course",
    "curve",
    "endpoint",
    "letter",
    "message",
    "patient",
    "rule_settings",
    "session",
    "silence",
]
