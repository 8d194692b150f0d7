"""Checks of the database, the broker, a worker, beat and mail; and those that the apps above add."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import Error
from django.db.models import Exists, Min, OuterRef, Q
from django.utils.module_loading import import_string
from redis.exceptions import RedisError

from clinic.database import within
from clinic.models import Heartbeat, Message
from clinic.models.message import MessageQuerySet
from clinic.worker import broker

LATEST_SIGN = timedelta(minutes=2)
LONGEST_WAIT = timedelta(minutes=2)
# Messages that are not urgent may be retried for this long before they count as late.
LONGEST_RETRY = timedelta(hours=2)
# Time limit for all database work of one answer, because whoever asks waits only seconds.
DATABASE_SECONDS = 3.0
# A row that is written to check that writing works.
WRITTEN = "database"


@dataclass(frozen=True)
class Health:
    """The result of all checks."""

    is_well: bool
    detail: str


def examine(*, at: datetime) -> dict[str, Health]:
    """Run every check by name; a check that raises counts as failed."""
    questions: dict[str, Callable[[], Health]] = {
        "database": lambda: _database(at=at),
        "broker": _broker,
        "worker": lambda: _sign_of("worker", at=at),
        "beat": lambda: _sign_of("beat", at=at),
        "outbox": lambda: _outbox(at=at),
        **{name: partial(import_string(path), at=at) for name, path in settings.HEALTH_CHECKS.items()},
    }
    with within(DATABASE_SECONDS):
        return {name: _ask(question) for name, question in questions.items()}


def _ask(question: Callable[[], Health]) -> Health:
    try:
        return question()
    except (Error, RedisError, OSError, ValueError) as error:
        return Health(False, type(error).__name__)


def _database(*, at: datetime) -> Health:
    """Reads and writes: a full disk or a read-only copy still answers, but stores nothing."""
    Heartbeat.beat(WRITTEN, at=at)
    return Health(True, "answers and keeps")


def _broker() -> Health:
    broker.ping()
    return Health(True, "answers")


def _sign_of(name: str, *, at: datetime) -> Health:
    beaten_at = Heartbeat.objects.filter(name=name).values_list("beaten_at", flat=True).first()
    if beaten_at is None:
        return Health(False, "never seen")
    age = at - beaten_at
    return Health(age <= LATEST_SIGN, f"last sign {int(age.total_seconds())} s ago")


def _outbox(*, at: datetime) -> Health:
    """How long messages have waited since first due; retries and leases of dead processes count as waiting."""
    messages = Message.objects.all_clinics()
    waiting = messages.waiting_by(at)
    oldest = {
        "due": _oldest(messages.due_by(at).filter(first_due_at=None), "due_at"),
        "left by its sender": _oldest(messages.lapsed_by(at), "lease_until"),
        "urgent": _oldest(waiting.filter(is_urgent=True), "waits_since"),
    }
    waits = {name: at - since for name, since in oldest.items() if since}
    name = max(waits, key=lambda one: waits[one], default="")
    if name and waits[name] > LONGEST_WAIT:
        return Health(False, f"oldest {name} for {int(waits[name].total_seconds())} s")
    retried_since = _oldest(_retried(waiting), "waits_since")
    if retried_since and at - retried_since > LONGEST_RETRY:
        return Health(False, f"tried again and again for {int((at - retried_since).total_seconds())} s")
    return Health(True, f"oldest {name} for {int(waits[name].total_seconds())} s" if name else "nothing due")


def _oldest(messages: MessageQuerySet, field: str) -> datetime | None:
    oldest: datetime | None = messages.aggregate(oldest=Min(field))["oldest"]
    return oldest


def _retried(waiting: MessageQuerySet) -> MessageQuerySet:
    """Staff mail that is being retried. Patients' mail counts only while their whole channel fails: one patient's
    full mailbox is no fault of ours.
    """
    taken = Message.objects.filter(
        channel=OuterRef("channel"), state=Message.State.SENT, settled_at__gt=OuterRef("waits_since")
    )
    is_staff = Q(guarantee=Message.Guarantee.AT_LEAST_ONCE)
    return waiting.filter(first_due_at__isnull=False).filter(is_staff | ~Exists(taken))
