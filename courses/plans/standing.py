"""What the courses know of a patient's safety, joined with what the patient's file says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, datetime, time

from django.db.models import QuerySet

from clinic.models import Membership
from courses.models import Alert, AlertEvent, Course, Level, RedFlagReport, Session, Severity
from courses.plans.lifecycle import HOLDING
from courses.rules.red_flag import SEVERE_PAIN
from patients.clearance import WITHDRAWING_FLAGS, Clearance, clearance, overridden
from patients.clearance_facts import CareFact, ClearanceFacts
from patients.models import Patient
from patients.standing import clearance_facts, practitioner_fact


def clearance_for(
    course: Course, *, on: date, practitioner: Membership | None = None, is_alone: bool = False
) -> Clearance:
    """May the course's patient be needled on a day, by a practitioner, with a supervisor beside them or alone.

    An override of that day counts.
    """
    found = unaided_clearance(course, on=on, practitioner=practitioner, is_alone=is_alone)
    return with_override(course, found, on=on, practitioner=practitioner)


def with_override(course: Course, found: Clearance, *, on: date, practitioner: Membership | None) -> Clearance:
    """A verdict with what a lead set aside for that day; nobody needles on their own word."""
    if not found.reasons:
        return found
    override = course.overrides.unused_on(on).exclude(given_by=practitioner).first()
    return overridden(found, override.codes) if override else found


def unaided_clearance(
    course: Course, *, on: date, practitioner: Membership | None = None, is_alone: bool = False
) -> Clearance:
    """The verdict without anybody's override."""
    return clearance(facts_for(course, on=on, practitioner=practitioner, is_alone=is_alone))


def facts_for(
    course: Course, *, on: date, practitioner: Membership | None = None, is_alone: bool = False
) -> ClearanceFacts:
    """What that verdict rests on."""
    care = replace(
        care_fact(course.patient, is_on_hold=course.status == Course.Status.ON_HOLD),
        is_plan_specialised=course.protocol.is_specialised,
    )
    who = practitioner_fact(practitioner, is_alone=is_alone) if practitioner else None
    return clearance_facts(course.patient, on=on, care=care, practitioner=who)


def care_fact(patient: Patient, *, is_on_hold: bool) -> CareFact:
    """Open red flags, withdrawals and neurological checks of a patient."""
    flags = Alert.objects.unresolved().red_flags().filter(patient=patient)
    open_flags = list(flags.values_list("severity", "flag_code"))
    withdrawing = standing_reports(patient).filter(flag__code__in=WITHDRAWING_FLAGS).first()
    return CareFact(
        open_levels=tuple(severity for severity, _code in open_flags if severity in HOLDING),
        is_on_hold=is_on_hold,
        withdrawn_on=patient.clinic.local(withdrawing.reported_at).date() if withdrawing else None,
        n_sessions_since_check=_n_sessions_since_check(patient),
        is_review_missing=(Severity.C, SEVERE_PAIN) in open_flags or _is_review_missing(patient),
    )


def _is_review_missing(patient: Patient) -> bool:
    """Whether severe pain was called the usual one, and no doctor has looked at it since."""
    usual = standing_reports(patient).filter(flag__code=SEVERE_PAIN, level=Level.C).first()
    if usual is None:
        return False
    answered = AlertEvent.objects.filter(alert__patient=patient, alert__flag_code=SEVERE_PAIN)
    reviewed = answered.filter(detail__has_key="medical_review", happened_at__gte=usual.recorded_at)
    day = patient.clinic.local(usual.reported_at).date()
    return not (reviewed.exists() or patient.assessments.filter(diagnosed_on__gt=day).exists())


def standing_reports(patient: Patient) -> QuerySet[RedFlagReport]:
    """The red flags reported of a patient, but those that somebody withdrew as entered by mistake."""
    return RedFlagReport.objects.filter(patient=patient).exclude(pk__in=withdrawn_reports(patient))


def withdrawn_reports(patient: Patient) -> QuerySet[AlertEvent, int]:
    """The keys of reports that somebody took back."""
    withdrawn = AlertEvent.objects.filter(report__patient=patient, kind=AlertEvent.Kind.WITHDRAWN)
    return withdrawn.values_list("report", flat=True)


def _n_sessions_since_check(patient: Patient) -> int:
    needled = Session.objects.filter(course__patient=patient, is_needled=True)
    last_on = patient.neuro_checks.values_list("checked_on", flat=True).first()
    if last_on is None:
        return needled.count()
    midnight = datetime.combine(last_on, time.min, tzinfo=patient.clinic.zone_info)
    return needled.filter(held_at__gte=midnight).count()
