"""Whom the front desk asks when a booking needs a clinician."""

from __future__ import annotations

from datetime import datetime

from clinic.models import Clinic, Duty, Membership, Role
from courses.models import Course


def whom_to_ask(clinic: Clinic, course: Course | None, *, at: datetime) -> Membership | None:
    """The course's practitioner while they work here; otherwise a lead on duty, any lead, or nobody."""
    if course is not None and course.practitioner.is_active:
        return course.practitioner
    leads = Membership.objects.for_clinic(clinic).active().with_role(Role.LEAD).select_related("user")
    on_duty = Duty.objects.for_clinic(clinic).on_duty(at).values("member")
    return leads.filter(pk__in=on_duty).order_by("pk").first() or leads.order_by("pk").first()
