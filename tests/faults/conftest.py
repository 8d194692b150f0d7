"""Fixtures for faults: a faulty mail server, a storm of alerts, a worker beside the test."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import TypeVar

import pytest

from clinic.models import Clinic, Membership
from courses.models import Course
from tests.faults.memory import PATH
from tests.faults.promises import World
from tests.faults.sink import TroubledSink
from tests.faults.storm import Storm
from tests.faults.totals import record_totals
from tests.processes import Process, Worker, environment, own_broker

ProcessT = TypeVar("ProcessT", bound=Process)


@pytest.fixture
def smtp(settings) -> Iterator[TroubledSink]:
    """The mail server of this test's processes."""
    with TroubledSink() as sink:
        settings.EMAIL_BACKEND = "clinic.outbox.transports.smtp.SmtpBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = sink.host, sink.port
        yield sink
        sink.let_go()


@pytest.fixture
def world(settings, clinic: Clinic, practitioner: Membership, lead: Membership, course: Course, at) -> World:
    """The staff and course of any sequence; mail goes to memory."""
    settings.EMAIL_BACKEND = PATH
    return World(clinic, practitioner, lead, course, at)


@pytest.fixture
def storm(practitioner: Membership, lead: Membership, smtp: TroubledSink, record_property) -> Storm:
    """Alerts to raise and to count afterwards."""
    return Storm(practitioner, smtp, lambda totals: record_totals(record_property, totals))


@pytest.fixture
def start() -> Iterator[Callable[[Process], Process]]:
    """Stop a process when the test ends."""
    with ExitStack() as stack:

        def keep(process: ProcessT) -> ProcessT:
            stack.callback(process.stop)
            return process

        yield keep


@pytest.fixture
def env(transactional_db, smtp: TroubledSink) -> Iterator[dict[str, str]]:
    """What a process needs for this test's database, broker and mail server."""
    with own_broker() as broker_url:
        yield environment(smtp, broker_url, "http://127.0.0.1:8000")


@pytest.fixture
def start_worker(env, start) -> Callable[..., Worker]:
    """Start a Celery worker on this test's database, broker and mail server."""
    return lambda **options: start(Worker(env, **options))
