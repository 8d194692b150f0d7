"""Reminders of a clinic with a new time zone: each is sent once, at the right time by the new clock."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from django.db import transaction
from django.db.models import Q

from clinic.models import Clinic, Message
from courses.models import Appointment, CheckIn, Reminder
from courses.reminders.kinds import kind_of
from courses.reminders.planning import CHECK_IN_LIFE, MESSAGE_KIND, cancel_planned, queue_reminders
from courses.reminders.schedule import next_permitted


@dataclass(frozen=True, slots=True)
class ReminderMove:
    """A planned reminder with a new time or subject; no time if it is too late for it."""

    row: Reminder
    due_at: datetime | None


def reminder_moves(clinic: Clinic, *, starts: Mapping[int, datetime], at: datetime) -> list[ReminderMove]:
    """The effect of the clinic's clock on planned reminders, locked; `starts` gives new times of visits."""
    found = []
    for row in _planned(clinic):
        starts_at = _starts_at(row, starts)
        due_at = _due_at(row, clinic, starts_at=starts_at, at=at)
        is_due = row.due_at <= at and due_at is not None and due_at <= at
        if starts_at != row.starts_at or (due_at != row.due_at and not is_due):
            found.append(ReminderMove(row, due_at))
    return found


@transaction.atomic
def replan_for_zone(clinic: Clinic, *, at: datetime) -> int:
    """Plan again what is planned; returns how many. What was sent, or is being sent now, stays as it is.

    The clinic and its visits already have their new zone and times, and the caller holds their locks.
    """
    moves = reminder_moves(clinic, starts={}, at=at)
    cancel_planned(
        Reminder.objects.filter(pk__in=[one.row.pk for one in moves]), because=Reminder.WhyNot.ZONE_CHANGED, at=at
    )
    again = [found for one in moves if one.due_at and (found := _anew(one.row, due_at=one.due_at))]
    queue_reminders(again, at=at, suffix=f":{at.isoformat()}")
    return len(again)


def _planned(clinic: Clinic) -> list[Reminder]:
    """Reminders to be sent, locked; without those that are being sent."""
    planned = Reminder.objects.for_clinic(clinic).filter(state=Reminder.State.PLANNED)
    messages = Message.objects.filter(kind=MESSAGE_KIND, subject_id__in=list(planned.values_list("pk", flat=True)))
    # Messages before reminders, because a sender locks them in this order.
    locked = messages.select_for_update(no_key=True).order_by("pk")
    in_flight = {one.subject_id for one in locked if one.state == Message.State.SENDING}
    # What was cancelled meanwhile has its own reason, which the planner sets.
    is_ahead = Q(appointment=None) | Q(appointment__status=Appointment.Status.BOOKED)
    rows = (
        planned.filter(is_ahead)
        .exclude(pk__in=in_flight)
        .select_related("course", "appointment", "check_in__session")
    )
    return list(rows.select_for_update(of=("self",), no_key=True).order_by("pk"))


def _starts_at(row: Reminder, starts: Mapping[int, datetime]) -> datetime | None:
    """The start of the visit of a reminder."""
    return starts.get(row.appointment.pk, row.appointment.starts_at) if row.appointment else row.starts_at


def _due_at(row: Reminder, clinic: Clinic, *, starts_at: datetime | None, at: datetime) -> datetime | None:
    """When the reminder should be sent by the clinic's clock; None if it is too late for it."""
    zone, earliest = clinic.zone_info, next_permitted(at, clinic.zone_info)
    if row.check_in is not None:
        return max(kind_of(row).due_at(row.check_in.session.held_at, zone), earliest)
    if starts_at is None:
        return None
    due_at = max(kind_of(row).due_at(starts_at, zone), earliest)
    return due_at if due_at < starts_at else None


def _anew(row: Reminder, *, due_at: datetime) -> Reminder | None:
    """The saved reminder that replaces a cancelled one; None if there is one already."""
    row.due_at, row.state, row.refused_because, row.settled_at = due_at, Reminder.State.PLANNED, "", None
    if row.check_in is not None:
        CheckIn.objects.filter(pk=row.check_in.pk, answered_at=None, revoked_at=None).update(
            expires_at=due_at + CHECK_IN_LIFE
        )
    elif row.appointment is not None and row.appointment.starts_at != row.starts_at:
        return _of_new_time(row, row.appointment, due_at=due_at)
    row.save(update_fields=["due_at", "state", "refused_because", "settled_at"])
    return row


def _of_new_time(row: Reminder, visit: Appointment, *, due_at: datetime) -> Reminder | None:
    """A reminder for the visit's new time: a new row, or the one from when it last had this time."""
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
