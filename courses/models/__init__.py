"""Tables of a course: plans, sessions, scores, alerts, measures.

Rows are changed by the slices, never from here.
"""

from courses.models.adverse_event import AdverseEvent, AdverseEventItem
from courses.models.aftercare import AftercareGiven, AftercareMeasure
from courses.models.alerting.alert import Alert, AlertEvent
from courses.models.alerting.digest import Digest
from courses.models.alerting.reach import Reach
from courses.models.alerting.silence import Silence
from courses.models.appointment import Appointment
from courses.models.bringing.history_import import HistoryImport, ImportPart
from courses.models.check_in import CheckIn, CheckInAnswer
from courses.models.correction import Correction
from courses.models.course import Course
from courses.models.hand_over import HandOver
from courses.models.hold import Hold
from courses.models.letter import Letter, LetterEvent
from courses.models.life import AppointmentEvent, CourseEvent
from courses.models.measure import Direction, Measure, MeasureCode, MeasureScore, MeasureThreshold
from courses.models.override import ClearanceOverride
from courses.models.pain import PainScore
from courses.models.point import Point
from courses.models.prediction import Prediction
from courses.models.prior import AlertThreshold, Prior, PriorEvent
from courses.models.protocol import Protocol
from courses.models.red_flag import Level, RedFlag, RedFlagProposal, RedFlagReport
from courses.models.reminder import Reminder
from courses.models.review import Review
from courses.models.rule_settings import RuleSettings
from courses.models.session import Needling, Session
from courses.models.session_findings import SessionMotion, SessionSymptom

__all__ = [
    "AdverseEvent",
    "AdverseEventItem",
    "AftercareGiven",
    "AftercareMeasure",
    "Alert",
    "AlertEvent",
    "AlertThreshold",
    "Appointment",
    "AppointmentEvent",
    "CheckIn",
    "CheckInAnswer",
    "ClearanceOverride",
    "Correction",
    "Course",
    "CourseEvent",
    "Digest",
    "Direction",
    "HandOver",
    "HistoryImport",
    "Hold",
    "ImportPart",
    "Letter",
    "LetterEvent",
    "Level",
    "Measure",
    "MeasureCode",
    "MeasureScore",
    "MeasureThreshold",
    "Needling",
    "PainScore",
    "Point",
    "Prediction",
    "Prior",
    "PriorEvent",
    "Protocol",
    "Reach",
    "RedFlag",
    "RedFlagProposal",
    "RedFlagReport",
    "Reminder",
    "Review",
    "RuleSettings",
    "Session",
    "SessionMotion",
    "SessionSymptom",
    "Silence",
]
