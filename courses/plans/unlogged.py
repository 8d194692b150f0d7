"""Past visits that nobody has logged or marked."""

from __future__ import annotations

from datetime import datetime

from django.db.models import QuerySet

from clinic.models import Membership
from courses.models import Appointment


def unlogged_visits(membership: Membership, *, before: datetime) -> QuerySet[Appointment]:
    """Visits still booked that began before a time, oldest first; a practitioner's own, or the clinic's."""
    visits = Appointment.objects.visible_to(membership).filter(
        status=Appointment.Status.BOOKED, starts_at__lt=before
    )
    if membership.treats_only:
        visits = visits.filter(practitioner=membership)
    return visits.select_related("course__patient", "practitioner__user").order_by("starts_at", "pk")
