"""A reminder is a row: planned from appointments and sessions, sent through the outbox, never planned twice."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from functools import partial

from django.db import transaction
from django.db.models import QuerySet

from clinic.models import Clinic, Message
from clinic.outbox.queue import enqueue_all
from clinic.worker.batch import each
from courses.models import Appointment, CheckIn, Reminder, Session
from courses.reminders.kinds import KINDS, kinds_about_visits, questions_after_sessions
from courses.reminders.schedule import SHORTEST_NOTICE, next_permitted
from patients.counting import counted

MESSAGE_KIND = "reminder"
HORIZON = timedelta(days=8)
CHECK_IN_LIFE = timedelta(days=14)


def plan_reminders(*, at: datetime) -> int:
    """Plan reminders for upcoming appointments, cancel outdated ones; returns how many rows changed."""
    return _cancel_overtaken(at=at) + _plan_upcoming(at=at)


@transaction.atomic(savepoint=False)
def plan_check_ins(session: Session, *, at: datetime) -> list[CheckIn]:
    """Check-ins after a new session, next day and on day 3; none if their time was past when it was entered."""
    due = {asked: (kind, due_at) for asked, kind, due_at in _questions(session) if due_at >= at}
    check_ins = CheckIn.objects.bulk_create(
        CheckIn(
            clinic=session.clinic, session=session, kind=asked, created_at=at, expires_at=due_at + CHECK_IN_LIFE
        )
        for asked, (_kind, due_at) in due.items()
    )
    is_test = session.course.patient.is_training
    why_not = Reminder.WhyNot.TEST_PATIENT
    refusal = {"state": Reminder.State.REFUSED, "refused_because": why_not, "settled_at": at} if is_test else {}
    reminders = Reminder.objects.bulk_create(
        Reminder(
            clinic=session.clinic,
            course=session.course,
            kind=kind,
            check_in=check_in,
            due_at=due_at,
            **refusal,
        )
        for check_in, (kind, due_at) in zip(check_ins, due.values(), strict=True)
    )
    if not is_test:
        queue_reminders(reminders, at=at)
    return check_ins


def _questions(session: Session) -> Iterator[tuple[CheckIn.Kind, Reminder.Kind, datetime]]:
    for asked, kind, row in questions_after_sessions():
        if row.is_on(session.clinic):
            yield asked, kind, row.due_at(session.held_at, session.clinic.zone_info)


def _plan_upcoming(*, at: datetime) -> int:
    return sum(_plan_kind(kind, at=at) for kind, _row in kinds_about_visits())


def _plan_kind(kind: Reminder.Kind, *, at: datetime) -> int:
    upcoming = (
        counted(Appointment.objects.all_clinics())
        .between(at, at + HORIZON)
        .filter(status=Appointment.Status.BOOKED, starts_at__gte=at + SHORTEST_NOTICE)
        .exclude(reminders__kind=kind)
        .select_related("clinic", "course")
    )
    return each(upcoming, partial(_plan_before, kind=kind, at=at))


@transaction.atomic
def _plan_before(appointment: Appointment, *, kind: Reminder.Kind, at: datetime) -> bool:
    # Lock the visit and the clinic's clock: the time zone may have changed just now.
    visits = Appointment.objects.filter(pk=appointment.pk, starts_at=appointment.starts_at)
    if visits.select_for_update(no_key=True).values_list("pk").first() is None:
        return False
    if appointment.starts_at - appointment.booked_at < SHORTEST_NOTICE:
        return False
    clinic, row = Clinic.objects.get(pk=appointment.clinic_id), KINDS[kind]
    zone = clinic.zone_info
    due_at = max(row.due_at(appointment.starts_at, zone), next_permitted(at, zone))
    if not row.is_on(clinic) or due_at >= appointment.starts_at:
        return False
    reminder, is_new = Reminder.objects.get_or_create(
        appointment=appointment,
        kind=kind,
        starts_at=appointment.starts_at,
        defaults={"clinic": appointment.clinic, "course": appointment.course, "due_at": due_at},
    )
    if is_new:
        queue_reminders([reminder], at=at)
    return is_new


def _cancel_overtaken(*, at: datetime) -> int:
    overtaken = Reminder.objects.filter(state=Reminder.State.PLANNED, appointment__isnull=False).exclude(
        appointment__status=Appointment.Status.BOOKED
    )
    return overtaken.update(
        state=Reminder.State.CANCELLED, refused_because=Reminder.WhyNot.VISIT_OFF, settled_at=at
    )


def cancel_planned(reminders: QuerySet[Reminder], *, because: Reminder.WhyNot, at: datetime) -> int:
    """Cancel what is still to be sent, with the reason; returns how many."""
    planned = reminders.filter(state=Reminder.State.PLANNED)
    waiting = Message.objects.filter(kind=MESSAGE_KIND, subject_id__in=planned, state=Message.State.PENDING)
    waiting.update(state=Message.State.CANCELLED, settled_at=at)
    return planned.update(state=Reminder.State.CANCELLED, refused_because=because, settled_at=at)


@transaction.atomic
def plan_again(reminders: QuerySet[Reminder], *, at: datetime) -> int:
    """Plan again what was cancelled or refused and never sent, if its time is still to come; returns how many."""
    settled = counted(reminders).filter(state__in=[Reminder.State.CANCELLED, Reminder.State.REFUSED])
    rows = list(settled.select_for_update(of=("self",)).select_related("clinic", "course", "check_in"))
    again = [row for row in rows if _still_makes_sense(row, at=at)]
    for row in again:
        row.due_at = max(row.due_at, next_permitted(at, row.clinic.zone_info))
        row.state, row.refused_because, row.settled_at = Reminder.State.PLANNED, "", None
    Reminder.objects.bulk_update(again, ["due_at", "state", "refused_because", "settled_at"])
    queue_reminders(again, at=at, suffix=f":{at.isoformat()}")
    return len(again)


def _still_makes_sense(reminder: Reminder, *, at: datetime) -> bool:
    """Before its visit, or while its check-in can be answered."""
    earliest = max(reminder.due_at, next_permitted(at, reminder.clinic.zone_info))
    if reminder.check_in is not None:
        check_in = reminder.check_in
        is_closed = check_in.answered_at or check_in.revoked_at or check_in.is_void
        return not is_closed and earliest < check_in.expires_at and reminder.due_at >= at
    return reminder.starts_at is not None and earliest < reminder.starts_at


def queue_reminders(reminders: Sequence[Reminder], *, at: datetime, suffix: str = "") -> None:
    messages = [
        Message(
            clinic=reminder.clinic,
            kind=MESSAGE_KIND,
            subject_id=reminder.pk,
            recipient=f"patient:{reminder.course.patient_id}",
            dedup_key=f"reminder:{reminder.pk}{suffix}",
            guarantee=Message.Guarantee.AT_MOST_ONCE,
            group_key=f"patient:{reminder.course.patient_id}",
            created_at=at,
            due_at=reminder.due_at,
        )
        for reminder in reminders
    ]
    enqueue_all(messages, at=at)
