"""The alert loop: from the saved session to the accepted mail, clearing a backlog, a sweep beside a long history.

Real PostgreSQL, Valkey, a Celery worker of two processes and a mail server of its own, all on loopback.
"""

from __future__ import annotations

import os
import signal
import smtplib
import socket
import statistics
import subprocess
import sys
import tempfile
import time
import uuid
from collections.abc import Callable, Iterator
from concurrent.futures import Executor, ProcessPoolExecutor
from contextlib import contextmanager
from multiprocessing import get_context
from pathlib import Path
from typing import Any

import django
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone

from bench.clinic import Cast, make_backlog, make_cast, make_history, settle_everything
from clinic.models import Message
from clinic.outbox.bell import ring
from clinic.outbox.compose import message_id
from clinic.outbox.deliver import deliver_due
from courses.alerts.steps import sweep
from courses.models import AlertEvent, Course
from courses.sessions.entry import FlagEntry, SessionEntry
from courses.sessions.log import log_session
from demo.private_services.keeper import die_with_parent

N_BACKLOG = int(os.environ.get("BENCH_BACKLOG", "10000"))
N_SETTLED = int(os.environ.get("BENCH_SETTLED", "1000000"))
SECONDS = float(os.environ.get("BENCH_SECONDS", "30"))
# Sessions per second, and how many of them report a red flag: one in so many.
LOADS = ((1, 1), (20, 4), (20, 1))
N_WORKERS = 2
N_LOGGING = 2
N_ROUND_TRIPS = 200
N_SWEEPS = 50
PATIENCE_SECONDS = 900.0
Row = dict[str, Any]


class Sink:
    """The mails that the server accepted, with their times."""

    def __init__(self, port: int, log: Path) -> None:
        self.port = port
        self.log = log

    def taken(self) -> dict[str, float]:
        """The time of the first copy of each message, by Message-ID."""
        times: dict[str, float] = {}
        for line in self.log.read_text().splitlines():
            when, _space, name = line.partition(" ")
            times.setdefault(name, float(when))
        return times


def measure() -> list[Row]:
    """A row for each figure."""
    call_command("migrate", verbosity=0)
    cast = make_cast()
    with _sink() as sink:
        trips = _round_trips(sink)
        rows = [_row("plain SMTP round trip, p50", _at(trips, 50) * 1000, "ms", n=len(trips))]
        with _worker(sink), _desks() as pool:
            _log_for(pool, cast, rate=5, one_in=1, seconds=4)
            _wait_until_settled()
            for rate, one_in in LOADS:
                rows += _latency(pool, cast, sink, rate=rate, one_in=one_in, plain=_at(trips, 50))
        rows.append(_drain(cast, sink))
    settle_everything(at=timezone.now())
    return [*rows, *_sweeps(cast)]


@contextmanager
def _sink() -> Iterator[Sink]:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    with tempfile.NamedTemporaryFile("w", suffix=".log") as log:
        command = [sys.executable, "-m", "bench.sink", str(port)]
        process = subprocess.Popen(command, stdout=log, preexec_fn=die_with_parent(signal.SIGTERM))
        try:
            _wait_until(lambda: _listens(port))
            yield Sink(port, Path(log.name))
        finally:
            process.terminate()
            process.wait()


def _listens(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@contextmanager
def _worker(sink: Sink) -> Iterator[None]:
    env = {**os.environ, "EMAIL_URL": f"smtp://127.0.0.1:{sink.port}"}
    celery = [sys.executable, "-m", "celery", "-A", "clinic", "worker", "--loglevel", "ERROR"]
    command = [*celery, "--concurrency", str(N_WORKERS)]
    process = subprocess.Popen(
        command, env=env, start_new_session=True, preexec_fn=die_with_parent(signal.SIGTERM)
    )
    try:
        yield
    finally:
        os.killpg(process.pid, signal.SIGTERM)
        process.wait()


def _round_trips(sink: Sink) -> list[float]:
    """Seconds for a connection, a mail of the usual size and the end of the conversation."""
    text = "Subject: plain\r\nMessage-ID: <plain>\r\n\r\n" + "x" * 3000
    taken = []
    for _n in range(N_ROUND_TRIPS):
        started = time.perf_counter()
        with smtplib.SMTP("127.0.0.1", sink.port) as client:
            client.sendmail("clinic@localhost", ["lead@example.org"], text)
        taken.append(time.perf_counter() - started)
    return taken


def _latency(pool: Executor, cast: Cast, sink: Sink, *, rate: int, one_in: int, plain: float) -> list[Row]:
    """From the commit of the session to the acceptance of each of its mails."""
    started = time.monotonic()
    saved_at = _log_for(pool, cast, rate=rate, one_in=one_in, seconds=SECONDS)
    achieved = len(saved_at) / (time.monotonic() - started)
    _wait_until_settled()
    taken_at = sink.taken()
    waits = [taken_at[name] - at for name, at in _mails_of(saved_at)]
    load = f"{rate} sessions/s" + (f", a red flag in one of {one_in}" if one_in > 1 else "")
    versus = f"plain SMTP round trip; {achieved:.1f} sessions/s reached"
    return [
        _row(
            f"session saved to mail accepted at {load}, p{percent}",
            _at(waits, percent) * 1000,
            "ms",
            versus=versus,
            ratio=_at(waits, percent) / plain,
            n=len(waits),
        )
        for percent in (50, 95, 99)
    ]


def _log_for(pool: Executor, cast: Cast, *, rate: int, one_in: int, seconds: float) -> dict[uuid.UUID, float]:
    """Sessions at an even rate, one in so many with a red flag; each commit's time, by its form."""
    started, sent = time.monotonic(), []
    for number in range(int(rate * seconds)):
        time.sleep(max(0.0, started + number / rate - time.monotonic()))
        sent.append(pool.submit(log_one, cast, number, has_flag=number % one_in == 0))
    return dict(one.result() for one in sent)


@contextmanager
def _desks() -> Iterator[Executor]:
    """Processes that log sessions, like those of a web server."""
    with ProcessPoolExecutor(N_LOGGING, mp_context=get_context("spawn"), initializer=django.setup) as pool:
        yield pool


def log_one(cast: Cast, number: int, *, has_flag: bool) -> tuple[uuid.UUID, float]:
    """Log a session, with or without a red flag; returns its form and when it was committed."""
    key, now = uuid.uuid4(), timezone.now()
    saved_at: list[float] = []
    course = Course.objects.select_related("patient").get(pk=cast.course_ids[number % len(cast.course_ids)])
    entry = SessionEntry(
        key,
        now,
        cast.practitioner,
        is_needled=False,
        before=5,
        after=4,
        flags=(FlagEntry(cast.flag),) if has_flag else (),
    )
    with transaction.atomic():
        transaction.on_commit(lambda: saved_at.append(time.time()))
        log_session(course, entry=entry, by=cast.practitioner, at=now)
    return key, saved_at[0]


def _mails_of(saved_at: dict[uuid.UUID, float]) -> Iterator[tuple[str, float]]:
    events = dict(AlertEvent.objects.filter(report__form_key__in=saved_at).values_list("pk", "report__form_key"))
    for message in Message.objects.filter(kind="staff_alert", subject_id__in=events).select_related("clinic"):
        yield message_id(message), saved_at[events[message.subject_id]]


def _drain(cast: Cast, sink: Sink) -> Row:
    """Mails per second from the first to the last of a backlog."""
    before = set(sink.taken())
    make_backlog(cast, N_BACKLOG, at=timezone.now())
    with _worker(sink):
        for _n in range(N_WORKERS):
            ring()
        _wait_until_settled()
    times = sorted(at for name, at in sink.taken().items() if name not in before)
    rate = (len(times) - 1) / (times[-1] - times[0])
    return _row(
        f"backlog drained by {N_WORKERS} worker processes",
        rate,
        "mails/s",
        versus="target 100",
        ratio=rate / 100,
        n=len(times),
    )


def _sweeps(cast: Cast) -> list[Row]:
    """A pass of each sweep with nothing due, beside a short and beside a long history."""
    passes: dict[str, Callable[[], object]] = {
        "deliver": lambda: deliver_due(clock=timezone.now),
        "sweep_alerts": lambda: sweep(at=timezone.now()),
    }
    short = {name: _median(work) for name, work in passes.items()}
    make_history(cast, N_SETTLED)
    long = {name: _median(work) for name, work in passes.items()}
    return [
        _row(
            f"{name}: a pass with nothing due, {N_SETTLED:,} settled rows",
            long[name] * 1000,
            "ms",
            versus="the same with few",
            ratio=long[name] / short[name],
            n=N_SWEEPS,
        )
        for name in passes
    ]


def _median(work: Callable[[], object]) -> float:
    work()
    taken = []
    for _n in range(N_SWEEPS):
        started = time.perf_counter()
        work()
        taken.append(time.perf_counter() - started)
    return statistics.median(taken)


def _wait_until_settled() -> None:
    _wait_until(lambda: not Message.objects.filter(kind="staff_alert").pending().exists())


def _wait_until(condition: Callable[[], bool]) -> None:
    end = time.monotonic() + PATIENCE_SECONDS
    while not condition():
        if time.monotonic() > end:
            sys.exit("The loop did not come to rest.")
        time.sleep(0.1)
    connection.close()


def _at(values: list[float], percent: int) -> float:
    return statistics.quantiles(values, n=100, method="inclusive")[percent - 1]


def _row(name: str, value: float, unit: str, *, n: int, versus: str = "", ratio: float | None = None) -> Row:
    return {"name": name, "value": value, "unit": unit, "versus": versus, "ratio": ratio, "n": n}
