"""Patients whose neurological check is due: for many at once, in a fixed number of queries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import date

from clinic.models import Clinic
from courses.models import Session
from patients.clearance import SESSIONS_BETWEEN_CHECKS
from patients.models import NeuroCheck, PatientPainType

CHECKED_CLASS = "B"


def patients_with_check_due(clinic: Clinic, patient_ids: Collection[int], *, on: date) -> set[int]:
    """Class B patients without a check, or with too many needled sessions since the last one."""
    typed = (
        PatientPainType.objects.for_clinic(clinic)
        .on(on)
        .filter(patient__in=patient_ids, pain_type__clearance_class=CHECKED_CLASS)
        .values_list("patient_id", flat=True)
    )
    asked = set(typed)
    checks = NeuroCheck.objects.for_clinic(clinic).filter(patient__in=asked).order_by("checked_on")
    checked_on = dict(checks.values_list("patient_id", "checked_on"))
    needled = Session.objects.for_clinic(clinic).filter(course__patient__in=asked, is_needled=True)
    n_since = Counter(
        patient_id
        for patient_id, held_at in needled.values_list("course__patient_id", "held_at")
        if patient_id in checked_on and clinic.local(held_at).date() >= checked_on[patient_id]
    )
    return {
        patient_id
        for patient_id in asked
        if patient_id not in checked_on or n_since[patient_id] >= SESSIONS_BETWEEN_CHECKS
    }
