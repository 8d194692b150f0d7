"""Reminders of a clinic that got another time zone: each once, at the right time of its new clock."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.db.models import Q

from clinic.models import Clinic, Message
from courses.models import Appointment, CheckIn, Reminder
from courses.reminders.planning import CHECK_IN_LIFE, DAYS_AFTER, MESSAGE_KIND, cancel_planned, queue_reminders
from courses.reminders.schedule import morning_after, next_permitted, the_day_before

BECAUSE = "the clinic's time zone changed"


@transaction.atomic
def replan_for_zone(clinic: Clinic, *, at: datetime) -> int:
    """Plan anew what is planned; returns how many were. What was sent, or is being sent just now, stays as it is.

    The clinic and its visits have their new zone and times already, and the caller holds them.
    """
    overtaken = [row for row in _planned(clinic) if _due_at(row, clinic, at=at) != row.due_at or _is_moved(row)]
    cancel_planned(Reminder.objects.filter(pk__in=[row.pk for row in overtaken]), because=BECAUSE, at=at)
    again = [found for row in overtaken if (found := _anew(row, clinic, at=at))]
    queue_reminders(again, at=at, suffix=f":{at.isoformat()}")
    return len(again)


def _planned(clinic: Clinic) -> list[Reminder]:
    """What is to be sent, locked; without what somebody is sending."""
    planned = Reminder.objects.for_clinic(clinic).filter(state=Reminder.State.PLANNED)
    messages = Message.objects.filter(kind=MESSAGE_KIND, subject_id__in=list(planned.values_list("pk", flat=True)))
    # Messages before reminders: a sender takes them in this order.
    locked = messages.select_for_update(no_key=True).order_by("pk")
    in_flight = {one.subject_id for one in locked if one.state == Message.State.SENDING}
    # What was cancelled meanwhile has its own reason: the planner names it.
    standing = Q(appointment=None) | Q(appointment__status=Appointment.Status.BOOKED)
    rows = (
        planned.filter(standing)
        .exclude(pk__in=in_flight)
        .select_related("course", "appointment", "check_in__session")
    )
    return list(rows.select_for_update(of=("self",), no_key=True).order_by("pk"))


def _is_moved(row: Reminder) -> bool:
    return row.appointment is not None and row.appointment.starts_at != row.starts_at


def _due_at(row: Reminder, clinic: Clinic, *, at: datetime) -> datetime | None:
    """When the reminder is to leave by the clinic's clock; None where it is too late for it."""
    zone, earliest = clinic.zone_info, next_permitted(at, clinic.zone_info)
    if row.check_in is not None:
        n_days = DAYS_AFTER[CheckIn.Kind(row.check_in.kind)]
        return max(morning_after(row.check_in.session.held_at, zone, n_days=n_days), earliest)
    if row.appointment is None:
        return None
    due_at = max(the_day_before(row.appointment.starts_at, zone), earliest)
    return due_at if due_at < row.appointment.starts_at else None


def _anew(row: Reminder, clinic: Clinic, *, at: datetime) -> Reminder | None:
    """The reminder that takes the place of one that was cancelled, saved; None where none can."""
    due_at = _due_at(row, clinic, at=at)
    if due_at is None:
        return None
    row.due_at, row.state, row.refused_because, row.settled_at = due_at, Reminder.State.PLANNED, "", None
    if row.check_in is not None:
        CheckIn.objects.filter(pk=row.check_in.pk, answered_at=None, revoked_at=None).update(
            expires_at=due_at + CHECK_IN_LIFE
        )
    elif row.appointment is not None and _is_moved(row):
        return _of_new_time(row, row.appointment, due_at=due_at)
    row.save(update_fields=["due_at", "state", "refused_because", "settled_at"])
    return row


def _of_new_time(row: Reminder, visit: Appointment, *, due_at: datetime) -> Reminder | None:
    """A reminder of the visit's new time: another row, or the one of when it last had this time."""
    found, is_new = Reminder.objects.get_or_create(
        appointment=visit,
        kind=row.kind,
        starts_at=visit.starts_at,
        defaults={"clinic_id": row.clinic_id, "course": row.course, "due_at": due_at},
    )
    if is_new:
        return found
    if found.state != Reminder.State.CANCELLED:
        return None
    found.due_at, found.state, found.refused_because, found.settled_at = due_at, row.state, "", None
    found.save(update_fields=["due_at", "state", "refused_because", "settled_at"])
    return found
