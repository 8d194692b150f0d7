"""What the courses know of a patient's safety, joined with what the patient's file says."""

from __future__ import annotations

from datetime import date

from clinic.models import Membership
from courses.models import Alert, Course, RedFlagReport, Session
from courses.plans.lifecycle import HOLDING
from patients.clearance import WITHDRAWING_FLAGS, CareFact, Clearance
from patients.models import Patient
from patients.standing import clearance_of


def clearance_for(course: Course, *, on: date, practitioner: Membership | None = None) -> Clearance:
    """May the course's patient be needled on a day, by a practitioner."""
    care = care_fact(course.patient, is_on_hold=course.status == Course.Status.ON_HOLD)
    return clearance_of(course.patient, on=on, care=care, practitioner=practitioner)


def care_fact(patient: Patient, *, is_on_hold: bool) -> CareFact:
    """Open red flags, withdrawals and neurological checks of a patient."""
    open_alerts = Alert.objects.unresolved().red_flags().filter(patient=patient, severity__in=HOLDING)
    withdrawing = RedFlagReport.objects.filter(patient=patient, flag__code__in=WITHDRAWING_FLAGS).first()
    return CareFact(
        open_levels=tuple(open_alerts.values_list("severity", flat=True)),
        is_on_hold=is_on_hold,
        withdrawn_on=patient.clinic.local(withdrawing.reported_at).date() if withdrawing else None,
        n_sessions_since_check=_n_sessions_since_check(patient),
    )


def _n_sessions_since_check(patient: Patient) -> int:
    needled = Session.objects.filter(course__patient=patient, is_needled=True)
    last_on = patient.neuro_checks.values_list("checked_on", flat=True).first()
    return needled.filter(held_at__date__gte=last_on).count() if last_on else needled.count()
