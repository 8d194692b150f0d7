"""The effect of another time zone on every booked visit, duty and planned reminder, before anything is saved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from clinic.country.shown import shown_clock
from clinic.models import Clinic, Duty
from clinic.opening import OpeningCalendar
from courses.models import Appointment, Reminder
from courses.reminders.rezoning import ReminderMove, reminder_moves
from courses.zones.clashes import clashes
from courses.zones.effects import Foreseen, Outcome, Row, span_words
from courses.zones.walls import Span, same_wall, same_wall_span

# No two clocks on earth are further apart.
FURTHEST = timedelta(hours=27)


@dataclass(frozen=True, slots=True)
class Change:
    """The old and the new clock, and when."""

    before: ZoneInfo
    after: ZoneInfo
    at: datetime


def foresee(clinic: Clinic, *, old: str, at: datetime) -> Foreseen:
    """The effect of the clinic's zone on what was entered under the old one.

    Locks what it lists: inside a transaction, exactly the listed rows are moved.
    """
    change = Change(ZoneInfo(old), clinic.zone_info, at)
    visits, duties = _visits(clinic, change), _duties(clinic, change)
    spans = {one.pk: _wall_span(one, change) for one in visits}
    return Foreseen(
        clinic=clinic,
        old=old,
        new=clinic.zone,
        visits=_visit_rows(clinic, visits, spans, change),
        duties=tuple(_duty_row(one, change) for one in duties),
        reminders=_reminder_rows(clinic, spans, change),
    )


def _visits(clinic: Clinic, change: Change) -> list[Appointment]:
    """Booked visits that are still to come by either clock, locked."""
    rows = Appointment.objects.for_clinic(clinic).filter(
        status=Appointment.Status.BOOKED, starts_at__gt=change.at - FURTHEST
    )
    rows = rows.select_related("course__patient", "practitioner__user")
    locked = rows.select_for_update(of=("self",), no_key=True).order_by("starts_at", "pk")
    return [one for one in locked if max(one.starts_at, _wall_span(one, change).starts_at) > change.at]


def _duties(clinic: Clinic, change: Change) -> list[Duty]:
    """Duties that end later than now by either clock, locked."""
    rows = Duty.objects.for_clinic(clinic).filter(ends_at__gt=change.at - FURTHEST).select_related("member__user")
    locked = rows.select_for_update(of=("self",), no_key=True).order_by("starts_at", "pk")
    return [one for one in locked if max(one.ends_at, _wall_span(one, change).ends_at) > change.at]


def _wall_span(one: Appointment | Duty, change: Change) -> Span:
    return same_wall_span(one.starts_at, one.ends_at, change.before, change.after)


def _visit_rows(
    clinic: Clinic, visits: list[Appointment], spans: dict[int, Span], change: Change
) -> tuple[Row, ...]:
    taken, hours, reminded = clashes(clinic, visits, spans), clinic.calendar(), _reminded_of(visits)
    rows = []
    for one in visits:
        now, kept = Span(one.starts_at, one.ends_at), spans[one.pk]
        before = span_words(now, change.before)
        call = [_call(one, change)] if one.pk in reminded else []
        gap = [_("The clock is put forward then: this time does not exist.")] if kept.is_skipped else []
        clash = [taken[one.pk]] if one.pk in taken else []
        wall = _outcome(
            kept, [*gap, *clash, *(call if kept.is_skipped else [])], hours, change, is_overlapping=bool(clash)
        )
        instants = _outcome(now, call, hours, change, was_past=now.starts_at <= change.at)
        rows.append(Row(one, now, before, wall=wall, instants=instants))
    return tuple(rows)


def _call(one: Appointment, change: Change) -> str:
    sentence = _("The patient was reminded of %(when)s. Call them.")
    return sentence % {"when": shown_clock(one.starts_at.astimezone(change.before))}


def _outcome(
    span: Span,
    notes: list[str],
    hours: OpeningCalendar,
    change: Change,
    *,
    is_overlapping: bool = False,
    was_past: bool = False,
) -> Outcome:
    is_past = span.starts_at <= change.at and not was_past
    is_closed = not hours.is_open_throughout(span.starts_at, span.ends_at)
    if is_past:
        notes = [*notes, _("This would be in the past.")]
    if is_closed:
        notes = [*notes, _("The clinic is closed then.")]
    return Outcome(
        span,
        span_words(span, change.after),
        tuple(notes),
        is_past=is_past,
        is_closed=is_closed,
        is_overlapping=is_overlapping,
        is_skipped=span.is_skipped,
    )


def _duty_row(one: Duty, change: Change) -> Row:
    """A duty that has begun keeps its start."""
    now, kept = Span(one.starts_at, one.ends_at), _wall_span(one, change)
    if one.starts_at <= change.at:
        until = same_wall(one.ends_at, change.before, change.after).at
        kept = Span(one.starts_at, until) if until > one.starts_at else now
    is_over = kept.ends_at <= change.at < one.ends_at
    notes = (_("This would already have ended."),) if is_over else ()
    if not notes and kept.starts_at == one.starts_at and kept.ends_at != one.ends_at:
        notes = (_("It has begun and keeps its start time."),)
    return Row(
        one,
        now,
        span_words(now, change.before),
        wall=Outcome(kept, span_words(kept, change.after), notes, is_past=is_over),
        instants=Outcome(now, span_words(now, change.after)),
    )


def _reminder_rows(clinic: Clinic, spans: dict[int, Span], change: Change) -> tuple[Row, ...]:
    """The reminders that would be sent at another time with at least one answer."""
    starts = {pk: span.starts_at for pk, span in spans.items()}
    wall = {one.row.pk: one for one in reminder_moves(clinic, starts=starts, at=change.at)}
    instants = {one.row.pk: one for one in reminder_moves(clinic, starts={}, at=change.at)}
    rows = []
    for pk in sorted({*wall, *instants}):
        reminder = (wall.get(pk) or instants[pk]).row
        now = Span(reminder.due_at, reminder.due_at)
        outcomes = [_reminder_outcome(reminder, found.get(pk), change) for found in (wall, instants)]
        rows.append(Row(reminder, now, span_words(now, change.before), wall=outcomes[0], instants=outcomes[1]))
    return tuple(sorted(rows, key=lambda row: (row.now.starts_at, row.subject.pk)))


def _reminder_outcome(reminder: Reminder, move: ReminderMove | None, change: Change) -> Outcome:
    due_at = move.due_at if move is not None else reminder.due_at
    if due_at is None:
        return Outcome(None, _("Not sent"), (_("It is too late for a reminder. Call the patient."),))
    span = Span(due_at, due_at)
    return Outcome(span, span_words(span, change.after))


def _reminded_of(visits: list[Appointment]) -> set[int]:
    """The visits whose patients were already reminded."""
    sent = Reminder.objects.filter(appointment__in=visits, state__in=[Reminder.State.SENT, Reminder.State.UNKNOWN])
    return set(sent.values_list("appointment_id", flat=True))
