"""A kind of message for tests, and rows of it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest

from clinic.models import Clinic, Message
from clinic.outbox import queue
from clinic.outbox.kinds import kind_of
from tests.clinic.outbox import pigeon as coop
from tests.clinic.outbox.pigeon import Pigeon

Put = Callable[..., Message]


@pytest.fixture
def pigeon(settings) -> Iterator[Pigeon]:
    """The kind `pigeon`, fresh."""
    settings.MESSAGE_KINDS = {**settings.MESSAGE_KINDS, "pigeon": coop.PATH}
    coop.pigeon.forget()
    yield coop.pigeon
    kind_of.cache_clear()


@pytest.fixture
def put(clinic: Clinic, pigeon: Pigeon, at: datetime) -> Put:
    """Put a message into the outbox; each to an address of its own."""
    numbers = itertools.count(1)

    def make(**values: Any) -> Message:
        number = next(numbers)
        defaults: dict[str, Any] = {
            "clinic": clinic,
            "kind": "pigeon",
            "subject_id": number,
            "recipient": f"bird{number}@example.org",
            "dedup_key": f"pigeon:{number}",
            "guarantee": Message.Guarantee.AT_LEAST_ONCE,
            "due_at": at,
            "at": at,
        }
        asked = {**defaults, **values}
        queue.enqueue(**asked)
        return Message.objects.get(clinic=asked["clinic"], dedup_key=asked["dedup_key"])

    return make


@pytest.fixture
def clock(at: datetime) -> Callable[..., Callable[[], datetime]]:
    """A stopped clock, so many seconds after the test's time."""

    def standing(**later: float) -> Callable[[], datetime]:
        return lambda: at + timedelta(**later)

    return standing
