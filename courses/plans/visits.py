"""When the patient comes next."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from courses.models import Appointment, Course


def next_visit_at(
    course: Course, appointments: Iterable[Appointment], *, last_at: datetime | None, at: datetime
) -> datetime:
    """The next booked visit; otherwise the planned interval after the last score, but never before now."""
    booked = [one.starts_at for one in appointments if one.status == Appointment.Status.BOOKED]
    coming = min((starts_at for starts_at in booked if starts_at >= at), default=None)
    if coming is not None:
        return coming
    if last_at is None or not course.is_open:
        return at
    return max(last_at + course.planned_interval(course.clinic.local(last_at).date()), at)
