"""Imports every screen, so that importing this module registers them all."""

from clinic.people import duty_admin, member_admin
from courses.admin import appointment, bringing, catalogue, clinic, course
from courses.admin.alerts import alert, endpoint, message, silence
from courses.admin.numbers import curve, rule_settings
from courses.admin.person import letter, patient
from courses.admin.signing import page
from courses.admin.visit import session
from patients.screens import catalogue_admin, consent_text_admin

__all__ = [
    "alert",
    "appointment",
    "bringing",
    "catalogue",
    "catalogue_admin",
    "clinic",
    "consent_text_admin",
    "course",
    "curve",
    "duty_admin",
    "endpoint",
    "letter",
    "member_admin",
    "message",
    "page",
    "patient",
    "rule_settings",
    "session",
    "silence",
]
