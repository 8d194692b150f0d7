"""What another time zone does to every booked visit and duty to come, before anything is saved."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, time
from hashlib import sha256
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.models import Clinic, Duty
from courses.models import Appointment, Reminder
from courses.zones.walls import Span, same_wall, same_wall_span


class Keep(models.TextChoices):
    """What stays as it is."""

    WALL = "wall", gettext_lazy("The times on the clock")
    INSTANTS = "instants", gettext_lazy("The moments in time")


@dataclass(frozen=True, slots=True)
class Outcome:
    """What becomes of one stretch of time, and what somebody must know of it."""

    span: Span
    words: str
    notes: tuple[str, ...] = ()
    is_past: bool = False
    is_closed: bool = False
    is_overlapping: bool = False
    is_impossible: bool = False

    @property
    def utc(self) -> str:
        """The moments themselves."""
        return utc_words(self.span)


@dataclass(frozen=True, slots=True)
class Row:
    """One visit or duty: as it is, and with each answer."""

    subject: Appointment | Duty
    before: str
    wall: Outcome
    instants: Outcome

    @property
    def before_utc(self) -> str:
        """The moments it is at now."""
        return self.instants.utc

    def with_answer(self, keep: Keep) -> Outcome:
        """What becomes of it."""
        return self.wall if keep == Keep.WALL else self.instants


@dataclass(frozen=True, slots=True)
class Counts:
    """How many visits of an answer need somebody's attention."""

    n_moved: int
    n_past: int
    n_closed: int
    n_overlapping: int
    n_impossible: int


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Everything that a change of zone touches."""

    clinic: Clinic
    old: str
    new: str
    visits: tuple[Row, ...]
    duties: tuple[Row, ...]
    n_reminders: int

    @property
    def seen(self) -> str:
        """A word for exactly this: another one as soon as anything listed is another."""
        parts = [self.old, self.new]
        for row in (*self.visits, *self.duties):
            parts += [
                type(row.subject).__name__,
                str(row.subject.pk),
                str(row.subject.starts_at.timestamp()),
                str(row.subject.ends_at.timestamp()),
                *row.wall.notes,
                "|",
                *row.instants.notes,
            ]
        return sha256("\0".join(parts).encode()).hexdigest()[:32]

    def counts(self, keep: Keep) -> Counts:
        """The sums of one answer."""
        all_rows = [(row, row.with_answer(keep)) for row in (*self.visits, *self.duties)]
        found = [one for row, one in all_rows if isinstance(row.subject, Appointment)]
        return Counts(
            n_moved=sum(_is_moved(row.subject, one) for row, one in all_rows),
            n_past=sum(one.is_past for one in found),
            n_closed=sum(one.is_closed for one in found),
            n_overlapping=sum(one.is_overlapping for one in found),
            n_impossible=sum(one.is_impossible for one in found),
        )

    @property
    def wall_counts(self) -> Counts:
        """The sums where wall times are kept."""
        return self.counts(Keep.WALL)

    @property
    def instants_counts(self) -> Counts:
        """The sums where instants are kept."""
        return self.counts(Keep.INSTANTS)


def foresee(clinic: Clinic, *, old: str, at: datetime) -> Foreseen:
    """What the clinic's zone does to what was booked while it had the old one.

    Locks the visits and duties: inside a transaction what is listed is what will be moved.
    """
    before, after = ZoneInfo(old), clinic.zone_info
    visits = _visits(clinic, at=at)
    duties = list(
        Duty.objects.for_clinic(clinic)
        .filter(ends_at__gt=at)
        .select_related("member__user")
        .select_for_update(of=("self",), no_key=True)
        .order_by("starts_at", "pk")
    )
    spans = {one.pk: same_wall_span(one.starts_at, one.ends_at, before, after) for one in visits}
    clashes = _clashes(clinic, visits, spans)
    hours, told = _Hours(clinic), _told_of(visits)
    return Foreseen(
        clinic=clinic,
        old=old,
        new=clinic.zone,
        visits=tuple(
            _visit_row(
                one,
                spans[one.pk],
                clash=clashes.get(one.pk),
                hours=hours,
                told_at=one.pk in told,
                zones=(before, after),
                at=at,
            )
            for one in visits
        ),
        duties=tuple(_duty_row(one, zones=(before, after), at=at) for one in duties),
        n_reminders=Reminder.objects.for_clinic(clinic).filter(state=Reminder.State.PLANNED).count(),
    )


def span_words(span: Span, zone: ZoneInfo) -> str:
    """A stretch as a clock in a zone shows it."""
    start, end = span.starts_at.astimezone(zone), span.ends_at.astimezone(zone)
    until = date_format(end, "H:i" if start.date() == end.date() else "D j M Y, H:i")
    return f"{date_format(start, 'D j M Y, H:i')}–{until}"


def utc_words(span: Span) -> str:
    """A stretch by the clock that no country changes."""
    return f"{span_words(span, ZoneInfo('UTC'))} UTC"


def _visits(clinic: Clinic, *, at: datetime) -> list[Appointment]:
    rows = Appointment.objects.for_clinic(clinic).filter(status=Appointment.Status.BOOKED, starts_at__gt=at)
    rows = rows.select_related("course__patient", "practitioner__user")
    return list(rows.select_for_update(of=("self",), no_key=True).order_by("starts_at", "pk"))


def _visit_row(
    one: Appointment,
    kept: Span,
    *,
    clash: str | None,
    hours: _Hours,
    told_at: bool,
    zones: tuple[ZoneInfo, ZoneInfo],
    at: datetime,
) -> Row:
    before, after = zones
    now = Span(one.starts_at, one.ends_at)
    old_words = span_words(now, before)
    wall_notes = [_("This time does not exist there that day: the clock is put forward.")] * kept.is_skipped
    if clash:
        wall_notes.append(clash)
    instants_notes = []
    if told_at:
        told = _("The patient was reminded of %(when)s. Call them.")
        instants_notes.append(told % {"when": date_format(one.starts_at.astimezone(before), "H:i")})
    return Row(
        one,
        old_words,
        wall=_outcome(kept, wall_notes, hours=hours, zone=after, at=at, clash=clash),
        instants=_outcome(now, instants_notes, hours=hours, zone=after, at=at),
    )


def _outcome(
    span: Span, notes: list[str], *, hours: _Hours, zone: ZoneInfo, at: datetime, clash: str | None = None
) -> Outcome:
    is_past, is_closed = span.starts_at <= at, not hours.has(span)
    notes = [
        *notes,
        *([_("This would be in the past.")] if is_past else []),
        *([_("The clinic is closed then.")] if is_closed else []),
    ]
    return Outcome(
        span,
        span_words(span, zone),
        tuple(notes),
        is_past=is_past,
        is_closed=is_closed,
        is_overlapping=clash is not None,
        is_impossible=clash is not None,
    )


def _duty_row(one: Duty, *, zones: tuple[ZoneInfo, ZoneInfo], at: datetime) -> Row:
    """A duty that has begun keeps its beginning."""
    before, after = zones
    now = Span(one.starts_at, one.ends_at)
    kept = same_wall_span(one.starts_at, one.ends_at, before, after)
    if one.starts_at <= at:
        until = same_wall(one.ends_at, before, after).at
        kept = Span(one.starts_at, until) if until > one.starts_at else now
    notes = (_("This would be over already."),) if kept.ends_at <= at else ()
    return Row(
        one,
        span_words(now, before),
        wall=Outcome(kept, span_words(kept, after), notes, is_past=bool(notes)),
        instants=Outcome(now, span_words(now, after)),
    )


def _is_moved(subject: Appointment | Duty, one: Outcome) -> bool:
    return (subject.starts_at, subject.ends_at) != (one.span.starts_at, one.span.ends_at)


class _Hours:
    """When the clinic is open, by its own clock."""

    def __init__(self, clinic: Clinic) -> None:
        self.clinic = clinic
        self.closed_on = set(clinic.holidays.values_list("on", flat=True))
        self.hours: dict[int, list[tuple[time, time]]] = {}
        for row in clinic.opening_hours.all():
            self.hours.setdefault(row.weekday, []).append((row.opens_at, row.closes_at))

    def has(self, span: Span) -> bool:
        """Whether the clinic is open for the whole of it."""
        start, end = self.clinic.local(span.starts_at), self.clinic.local(span.ends_at)
        if start.date() in self.closed_on:
            return False
        if not self.hours:
            return True
        fits = any(
            opens <= start.time() and end.time() <= closes
            for opens, closes in self.hours.get(start.isoweekday(), [])
        )
        return start.date() == end.date() and fits


def _clashes(clinic: Clinic, visits: Sequence[Appointment], spans: dict[int, Span]) -> dict[int, str]:
    """By visit, whom it would keep busy twice if wall times were kept."""
    firm = Appointment.objects.for_clinic(clinic).standing().exclude(pk__in=[one.pk for one in visits])
    earliest = min((span.starts_at for span in spans.values()), default=None)
    others = list(firm.filter(ends_at__gt=earliest).select_related("course")) if earliest else []
    placed = [(one, spans[one.pk]) for one in visits]
    placed += [(one, Span(one.starts_at, one.ends_at)) for one in others]
    found: dict[int, str] = {}
    moved = {one.pk for one in visits}
    for key in (lambda one: ("who", one.practitioner_id), lambda one: ("whom", one.course.patient_id)):
        groups: dict[object, list[tuple[Appointment, Span]]] = {}
        for pair in placed:
            groups.setdefault(key(pair[0]), []).append(pair)
        for group in groups.values():
            for one, other in _overlapping(group):
                for visit, against in ((one, other), (other, one)):
                    if visit.pk in moved:
                        found.setdefault(visit.pk, _clash_words(against, spans, clinic))
    return found


def _overlapping(group: Iterable[tuple[Appointment, Span]]) -> Iterable[tuple[Appointment, Appointment]]:
    ordered = sorted(group, key=lambda pair: (pair[1].starts_at, pair[0].pk))
    for number, (one, span) in enumerate(ordered):
        for other, later in ordered[number + 1 :]:
            if later.starts_at >= span.ends_at:
                break
            yield one, other


def _clash_words(other: Appointment, spans: dict[int, Span], clinic: Clinic) -> str:
    span = spans.get(other.pk, Span(other.starts_at, other.ends_at))
    return _("Overlaps another visit: %(when)s.") % {"when": span_words(span, clinic.zone_info)}


def _told_of(visits: Sequence[Appointment]) -> set[int]:
    """The visits whose patients were reminded already."""
    sent = Reminder.objects.filter(appointment__in=visits, state__in=[Reminder.State.SENT, Reminder.State.UNKNOWN])
    return set(sent.values_list("appointment_id", flat=True))
