"""What is still open for a patient who is about to be archived. Reads only."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from courses.models import Alert, Appointment, Course, Reminder
from patients.models import Patient


@dataclass(frozen=True)
class StillOpen:
    """Open courses, booked visits, planned reminders, open alerts."""

    courses: tuple[Course, ...]
    visits: tuple[Appointment, ...]
    n_reminders: int
    alerts: tuple[Alert, ...]

    @property
    def red_flags(self) -> tuple[Alert, ...]:
        """Open red-flag alerts, which forbid archiving: somebody must care for the patient first."""
        return tuple(alert for alert in self.alerts if alert.is_red_flag)

    @property
    def is_anything(self) -> bool:
        """Whether there is anything to ask about."""
        return bool(self.courses or self.visits or self.alerts)

    @property
    def seen(self) -> str:
        """A mark of exactly what the page showed, checked on confirmation."""
        rows = (("c", self.courses), ("v", self.visits), ("a", self.alerts))
        return ",".join(f"{letter}{row.pk}" for letter, several in rows for row in several)


def still_open(patient: Patient, *, at: datetime) -> StillOpen:
    """Everything of a patient that has not ended."""
    booked = Appointment.objects.filter(
        course__patient=patient, status=Appointment.Status.BOOKED, ends_at__gte=at
    ).select_related("practitioner__user", "clinic")
    planned = Reminder.objects.filter(course__patient=patient, state=Reminder.State.PLANNED)
    return StillOpen(
        courses=tuple(patient.courses.open().select_related("practitioner__user")),
        visits=tuple(booked),
        n_reminders=planned.count(),
        alerts=tuple(patient.alerts.unresolved().order_by("pk")),
    )
