"""Imports every screen, so that importing this module registers them all."""

from clinic.people import duty_admin, member_admin
from courses.admin import appointment, catalogue, clinic, course
from courses.admin.alerts import alert, endpoint, message, silence
from courses.admin.numbers import curve, rule_settings
from courses.admin.person import letter, patient
from courses.admin.visit import session
from patients.screens import catalogue_admin

__all__ = [
    "alert",
    "appointment",
    "catalogue",
    "catalogue_admin",
    "clinic",
    "course",
    "curve",
    "duty_admin",
    "endpoint",
    "letter",
    "member_admin",
    "message",
    "patient",
    "rule_settings",
    "session",
    "silence",
]
