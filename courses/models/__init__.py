"""The rows of a course."""

from courses.models.adverse_event import AdverseEvent, AdverseEventItem
from courses.models.alert import Alert, AlertEvent, Severity
from courses.models.appointment import Appointment
from courses.models.check_in import CheckIn
from courses.models.correction import Correction
from courses.models.course import Course
from courses.models.override import ClearanceOverride
from courses.models.pain import PainScore
from courses.models.point import Point
from courses.models.prior import AlertThreshold, Prior, PriorEvent
from courses.models.protocol import Protocol
from courses.models.red_flag import Level, RedFlag, RedFlagReport
from courses.models.reminder import Reminder
from courses.models.session import Needling, Session

__all__ = [
    "AdverseEvent",
    "AdverseEventItem",
    "Alert",
    "AlertEvent",
    "AlertThreshold",
    "Appointment",
    "CheckIn",
    "ClearanceOverride",
    "Correction",
    "Course",
    "Level",
    "Needling",
    "PainScore",
    "Point",
    "Prior",
    "PriorEvent",
    "Protocol",
    "RedFlag",
    "RedFlagReport",
    "Reminder",
    "Session",
    "Severity",
]
