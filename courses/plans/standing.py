"""What the courses know of a patient's safety, joined with what the patient's file says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time

from clinic.models import Membership
from courses.models import Alert, AlertEvent, Course, Level, RedFlagReport, Session, Severity
from courses.plans.lifecycle import HOLDING
from courses.rules.red_flag import SEVERE_PAIN
from patients.clearance import WITHDRAWING_FLAGS, CareFact, Clearance
from patients.models import Patient
from patients.standing import clearance_of


def clearance_for(course: Course, *, on: date, practitioner: Membership | None = None) -> Clearance:
    """May the course's patient be needled on a day, by a practitioner."""
    care = replace(
        care_fact(course.patient, is_on_hold=course.status == Course.Status.ON_HOLD),
        is_plan_specialised=course.protocol.is_specialised,
    )
    return clearance_of(course.patient, on=on, care=care, practitioner=practitioner)


def care_fact(patient: Patient, *, is_on_hold: bool) -> CareFact:
    """Open red flags, withdrawals and neurological checks of a patient."""
    flags = Alert.objects.unresolved().red_flags().filter(patient=patient)
    open_flags = list(flags.values_list("severity", "flag_code"))
    withdrawing = RedFlagReport.objects.filter(patient=patient, flag__code__in=WITHDRAWING_FLAGS).first()
    return CareFact(
        open_levels=tuple(severity for severity, _code in open_flags if severity in HOLDING),
        is_on_hold=is_on_hold,
        withdrawn_on=patient.clinic.local(withdrawing.reported_at).date() if withdrawing else None,
        n_sessions_since_check=_n_sessions_since_check(patient),
        is_review_missing=(Severity.C, SEVERE_PAIN) in open_flags or _is_review_missing(patient),
    )


def _is_review_missing(patient: Patient) -> bool:
    """Whether severe pain was called the usual one, and no doctor has looked at it since."""
    usual = RedFlagReport.objects.filter(patient=patient, flag__code=SEVERE_PAIN, level=Level.C).first()
    if usual is None:
        return False
    answered = AlertEvent.objects.filter(alert__patient=patient, alert__flag_code=SEVERE_PAIN)
    reviewed = answered.filter(detail__has_key="medical_review", happened_at__gte=usual.recorded_at)
    day = patient.clinic.local(usual.reported_at).date()
    return not (reviewed.exists() or patient.assessments.filter(diagnosed_on__gt=day).exists())


def _n_sessions_since_check(patient: Patient) -> int:
    needled = Session.objects.filter(course__patient=patient, is_needled=True)
    last_on = patient.neuro_checks.values_list("checked_on", flat=True).first()
    if last_on is None:
        return needled.count()
    midnight = datetime.combine(last_on, time.min, tzinfo=patient.clinic.zone_info)
    return needled.filter(held_at__gte=midnight).count()
