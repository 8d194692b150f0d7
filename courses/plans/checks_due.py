"""Patients whose neurological check is due: for many at once, in a fixed number of queries."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection
from datetime import date

from clinic.models import Clinic
from courses.models import Session
from patients.clearance import CHECKED_CLASS, NEEDS_ONLY_A_CHECK, check_reason
from patients.models import NeuroCheck
from patients.patient_file import effective_classes


def patients_with_check_due(clinic: Clinic, patient_ids: Collection[int], *, on: date) -> set[int]:
    """Those whom clearance asks for a check today."""
    classes = effective_classes(clinic, patient_ids, on=on)
    asked = {patient_id for patient_id, one in classes.items() if one == CHECKED_CLASS}
    checks = NeuroCheck.objects.for_clinic(clinic).filter(patient__in=asked, checked_on__lte=on)
    last = {one.patient_id: one for one in checks.order_by("checked_on", "pk")}
    needled = Session.objects.for_clinic(clinic).filter(course__patient__in=asked, is_needled=True)
    n_since = Counter(
        patient_id
        for patient_id, held_at in needled.values_list("course__patient_id", "held_at")
        if patient_id in last and clinic.local(held_at).date() >= last[patient_id].checked_on
    )
    worse = {pk for pk, check in last.items() if check.result == NeuroCheck.Result.WORSE}
    found = {pk: check_reason(has_check=pk in last, is_worse=pk in worse, n_since=n_since[pk]) for pk in asked}
    return {pk for pk, code in found.items() if code in NEEDS_ONLY_A_CHECK}
