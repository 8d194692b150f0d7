"""The effect of another time zone on one visit, duty or reminder, with each answer; and the totals."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256
from zoneinfo import ZoneInfo

from django.db import models
from django.utils.translation import gettext_lazy

from clinic.country.shown import shown_clock, shown_weekday_moment
from clinic.models import Clinic, Duty
from courses.models import Appointment, Reminder
from courses.zones.walls import Span

# How many rows of each kind a page lists; rows that need attention are always listed.
N_LISTED = 8


class Keep(models.TextChoices):
    """What stays as it is."""

    WALL = "wall", gettext_lazy("The times on the clock")
    INSTANTS = "instants", gettext_lazy("The moments in time")


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result for one period, and what somebody must know about it; without a span it does not take place."""

    span: Span | None
    words: str
    notes: tuple[str, ...] = ()
    is_past: bool = False
    is_closed: bool = False
    is_overlapping: bool = False
    is_skipped: bool = False

    @property
    def utc(self) -> str:
        """The instants themselves."""
        return span_words(self.span, ZoneInfo("UTC")) + " UTC" if self.span else ""


@dataclass(frozen=True, slots=True)
class Row:
    """One visit, duty or reminder: now, and with each answer."""

    subject: Appointment | Duty | Reminder
    now: Span
    before: str
    wall: Outcome
    instants: Outcome

    @property
    def before_utc(self) -> str:
        """Its current instants."""
        return span_words(self.now, ZoneInfo("UTC")) + " UTC"

    @property
    def is_named(self) -> bool:
        """Whether it is always listed: its time does not exist, or somebody else has it."""
        return self.wall.is_skipped or self.wall.is_overlapping

    def with_answer(self, keep: Keep) -> Outcome:
        """The result for an answer."""
        return self.wall if keep == Keep.WALL else self.instants

    def is_moved(self, keep: Keep) -> bool:
        """Whether it then has another instant."""
        span = self.with_answer(keep).span
        return span is None or (span.starts_at, span.ends_at) != (self.now.starts_at, self.now.ends_at)


@dataclass(frozen=True, slots=True)
class Counts:
    """The effect of one answer: how many rows of each kind move, and how many visits need attention."""

    n_visits: int
    n_duties: int
    n_reminders: int
    n_past: int
    n_closed: int
    n_overlapping: int
    n_skipped: int


@dataclass(frozen=True, slots=True)
class Kind:
    """The rows of one kind: how many there are, and the listed ones."""

    n: int
    listed: tuple[Row, ...]

    @property
    def n_more(self) -> int:
        """How many are not listed."""
        return self.n - len(self.listed)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Everything that a change of zone affects."""

    clinic: Clinic
    old: str
    new: str
    visits: tuple[Row, ...]
    duties: tuple[Row, ...]
    reminders: tuple[Row, ...]

    @property
    def seen(self) -> str:
        """A mark that changes as soon as a visit or duty is another, or needs other attention."""
        parts = [self.old, self.new]
        for row in (*self.visits, *self.duties):
            parts += [
                type(row.subject).__name__,
                str(row.subject.pk),
                str(row.now.starts_at.timestamp()),
                str(row.now.ends_at.timestamp()),
                *row.wall.notes,
                "|",
                *row.instants.notes,
            ]
        return sha256("\0".join(parts).encode()).hexdigest()[:32]

    def counts(self, keep: Keep) -> Counts:
        """The totals for one answer."""
        found = [row.with_answer(keep) for row in self.visits]
        return Counts(
            n_visits=_n_moved(self.visits, keep),
            n_duties=_n_moved(self.duties, keep),
            n_reminders=_n_moved(self.reminders, keep),
            n_past=sum(one.is_past for one in found),
            n_closed=sum(one.is_closed for one in found),
            n_overlapping=sum(one.is_overlapping for one in found),
            n_skipped=sum(one.is_skipped for one in found),
        )

    @property
    def wall_counts(self) -> Counts:
        """The totals if wall times are kept."""
        return self.counts(Keep.WALL)

    @property
    def instants_counts(self) -> Counts:
        """The totals if instants are kept."""
        return self.counts(Keep.INSTANTS)

    @property
    def listed_visits(self) -> Kind:
        """For a page."""
        return _listed(self.visits)

    @property
    def listed_duties(self) -> Kind:
        """For a page."""
        return _listed(self.duties)

    @property
    def listed_reminders(self) -> Kind:
        """For a page."""
        return _listed(self.reminders)


def span_words(span: Span, zone: ZoneInfo) -> str:
    """A period, or one moment, by the clock of a zone."""
    start, end = span.starts_at.astimezone(zone), span.ends_at.astimezone(zone)
    begin = shown_weekday_moment(start)
    if span.starts_at == span.ends_at:
        return begin
    until = shown_clock(end) if start.date() == end.date() else shown_weekday_moment(end)
    return f"{begin}–{until}"


def _n_moved(rows: Sequence[Row], keep: Keep) -> int:
    return sum(row.is_moved(keep) for row in rows)


def _listed(rows: Sequence[Row]) -> Kind:
    """The rows that must be listed first, then the first few others."""
    named = [row for row in rows if row.is_named]
    others = [row for row in rows if not row.is_named]
    return Kind(len(rows), (*named, *others[: max(0, N_LISTED - len(named))]))
