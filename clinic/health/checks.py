"""Is the database there, the broker, a worker, beat, does mail leave in time; and what the apps above add."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial

from django.conf import settings
from django.db import Error
from django.db.models import Min
from django.utils.module_loading import import_string
from redis import Redis
from redis.exceptions import RedisError

from clinic.models import Heartbeat, Message

LATEST_SIGN = timedelta(minutes=2)
LONGEST_WAIT = timedelta(minutes=2)
BROKER_SECONDS = 1.0


@dataclass(frozen=True)
class Health:
    """One answer."""

    is_well: bool
    detail: str


def examine(*, at: datetime) -> dict[str, Health]:
    """Every check by name; one that cannot be made is not well."""
    questions: dict[str, Callable[[], Health]] = {
        "database": _database,
        "broker": _broker,
        "worker": lambda: _sign_of("worker", at=at),
        "beat": lambda: _sign_of("beat", at=at),
        "outbox": lambda: _outbox(at=at),
        **{name: partial(import_string(path), at=at) for name, path in settings.HEALTH_CHECKS.items()},
    }
    return {name: _ask(question) for name, question in questions.items()}


def _ask(question: Callable[[], Health]) -> Health:
    try:
        return question()
    except (Error, RedisError, OSError, ValueError) as error:
        return Health(False, type(error).__name__)


def _database() -> Health:
    Heartbeat.objects.exists()
    return Health(True, "answers")


def _broker() -> Health:
    url = settings.REDIS_URL.replace("redis+socket://", "unix://", 1)
    with Redis.from_url(
        url, socket_timeout=BROKER_SECONDS, socket_connect_timeout=BROKER_SECONDS, retry=None
    ) as client:
        client.ping()
    return Health(True, "answers")


def _sign_of(name: str, *, at: datetime) -> Health:
    beaten_at = Heartbeat.objects.filter(name=name).values_list("beaten_at", flat=True).first()
    if beaten_at is None:
        return Health(False, "never seen")
    age = at - beaten_at
    return Health(age <= LATEST_SIGN, f"last sign {int(age.total_seconds())} s ago")


def _outbox(*, at: datetime) -> Health:
    messages = Message.objects.all_clinics()
    waiting = messages.due_by(at).aggregate(oldest=Min("due_at"))["oldest"]
    left_behind = messages.lapsed_by(at).aggregate(oldest=Min("lease_until"))["oldest"]
    oldest = min((time for time in (waiting, left_behind) if time), default=None)
    if oldest is None:
        return Health(True, "nothing due")
    wait = at - oldest
    return Health(wait <= LONGEST_WAIT, f"oldest due for {int(wait.total_seconds())} s")
