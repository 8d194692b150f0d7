"""Every screen, so that importing this registers them all."""

from courses.admin import (
    alert,
    appointment,
    catalogue,
    clinic,
    course,
    curve,
    endpoint,
    letter,
    message,
    patient,
    rule_settings,
    session,
    silence,
)

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
