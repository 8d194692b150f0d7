"""Connections that go silent without being closed: hung counts as dead, for every process that holds one.

The proxy acknowledges all that it swallows, like a hanging pooler: no time-out of the system notices.
"""

from __future__ import annotations

import json
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path
from urllib.parse import quote

import pytest
from django.conf import settings
from django.db import connection
from django.utils import timezone

from clinic.models import Heartbeat
from clinic.outbox import bell
from tests.faults.proxy import SwallowingProxy
from tests.faults.storm import IS_LONG
from tests.processes import (
    Beat,
    Fallback,
    Kept,
    Web,
    Worker,
    broker_at,
    environment,
    own_broker,
    wait_until,
)

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]

# In the long form with the times of production; otherwise everything is ten times as fast.
SECONDS_SILENT = 200.0 if IS_LONG else 4.0
LONGEST_DELAY = 90.0
SOON = 5.0
FAST = {
    "DATABASE_JOB_SECONDS": "3",
    "WATCHDOG_SECONDS": "8",
    "BROKER_SECONDS": "1",
    "SMTP_CONNECT_SECONDS": "2",
    "SMTP_COMMAND_SECONDS": "2",
    "SMTP_DATA_SECONDS": "3",
}
N_FEW = 3


@pytest.fixture
def env(transactional_db, smtp) -> Iterator[dict[str, str]]:
    """What a process needs; with the times of production if there is time."""
    with own_broker() as broker_url:
        usual = environment(smtp, broker_url, "http://127.0.0.1:8000")
        yield usual if IS_LONG else usual | FAST


@pytest.fixture
def keep(start):
    """Start a process, and start it again whenever it ends."""
    return lambda process: start(Kept(process))


def postgres_socket() -> Path:
    config = connection.settings_dict
    options = config.get("OPTIONS", {})
    folder = options.get("host") or config["HOST"]
    return Path(folder) / f".s.PGSQL.{options.get('port') or config['PORT'] or 5432}"


def through(proxy: SwallowingProxy) -> dict[str, str]:
    config = connection.settings_dict
    user = quote(config["USER"] or "clinic")
    return {"DATABASE_URL": f"postgres://{user}@127.0.0.1:{proxy.port}/{config['NAME']}"}


def signs_since(at, *names: str) -> bool:
    return Heartbeat.objects.filter(name__in=names, beaten_at__gt=at).count() == len(names)


@contextmanager
def watched(web: Web, *, cookie: str) -> Iterator[list[tuple[str, int, float]]]:
    """Request /healthz and a page again and again meanwhile; returns the results."""
    answers: list[tuple[str, int, float]] = []
    is_over = threading.Event()

    def ask() -> None:
        while not is_over.wait(0.3):
            for path in ("/healthz", "/admin/"):
                status, seconds, _body = web.get(path, cookie=cookie)
                answers.append((path, status, seconds))

    thread = threading.Thread(target=ask, daemon=True)
    thread.start()
    yield answers
    is_over.set()
    thread.join(15)


def assert_all_answer_soon(answers: list[tuple[str, int, float]]) -> None:
    assert {path for path, _status, _seconds in answers} == {"/healthz", "/admin/"}
    assert [answer for answer in answers if answer[1] == 0 or answer[2] > SOON] == []


@pytest.fixture
def cookie(client, practitioner) -> str:
    """Somebody signed in: their page needs the database."""
    client.force_login(practitioner.user, backend="clinic.account.sign_in.MembershipBackend")
    return f"{settings.SESSION_COOKIE_NAME}={client.cookies[settings.SESSION_COOKIE_NAME].value}"


def test_database_that_swallows_everything(storm, env, keep, cookie):
    with SwallowingProxy(postgres_socket()) as proxy:
        behind = env | through(proxy)
        web = Web(behind)
        kept = [keep(Worker(behind)), keep(Fallback(behind, every=1)), keep(web)]
        started = timezone.now()
        wait_until(lambda: signs_since(started, "worker") and web.get("/healthz")[0])
        with watched(web, cookie=cookie) as answers:
            proxy.swallow()
            silent_since = time.monotonic()
            storm.rage(N_FEW)
            wait_until(lambda: any(status == 503 for path, status, _s in answers[-2:] if path == "/healthz"))
            storm.noticed = time.monotonic() - silent_since
            time.sleep(SECONDS_SILENT)
            proxy.recover()
        assert_all_answer_soon(answers)
        storm.fault_is_over()
        totals = storm.reckon()
        assert (totals.n_lost, totals.n_duplicated) == (0, 0)
        assert totals.seconds < LONGEST_DELAY
        for one in kept:
            one.stop()


def test_open_connections_to_the_database_while_new_ones_work(storm, env, keep):
    with SwallowingProxy(postgres_socket()) as proxy:
        behind = env | through(proxy)
        kept = keep(Fallback(behind, every=1))
        storm.rage(1)
        wait_until(lambda: storm.sink.mails)
        proxy.swallow()
        time.sleep(1.0)
        proxy.recover()
        storm.fault_is_over()
        storm.rage(N_FEW)
        totals = storm.reckon()
        assert totals.n_lost == 0
        assert totals.seconds < LONGEST_DELAY
        kept.stop()


def test_broker_that_swallows_everything(storm, env, keep, cookie, tmp_path, monkeypatch):
    """No fallback here: the worker and beat themselves continue afterwards."""
    monkeypatch.setattr(bell, "SECONDS", 1.0)
    url = env["REDIS_URL"]
    socket_path, _mark, number = url.removeprefix("redis+socket://").partition("?virtual_host=")
    with SwallowingProxy(Path(socket_path)) as proxy, broker_at(f"redis://127.0.0.1:{proxy.port}/{number}"):
        behind = env | {"REDIS_URL": f"redis://127.0.0.1:{proxy.port}/{number}"}
        web = Web(behind)
        kept = [keep(Worker(behind)), keep(Beat(behind, tmp_path / "beat")), keep(web)]
        started = timezone.now()
        wait_until(lambda: signs_since(started, "worker", "beat") and web.get("/healthz")[0])
        with watched(web, cookie=cookie) as answers:
            proxy.swallow()
            silent_since = time.monotonic()
            storm.rage(N_FEW)
            wait_until(lambda: not json.loads(web.get("/healthz")[2])["checks"]["broker"]["is_well"])
            storm.noticed = time.monotonic() - silent_since
            time.sleep(SECONDS_SILENT)
            proxy.recover()
        recovered = timezone.now()
        assert_all_answer_soon(answers)
        storm.fault_is_over()
        totals = storm.reckon()
        assert (totals.n_lost, totals.n_duplicated) == (0, 0)
        assert totals.seconds < LONGEST_DELAY
        wait_until(lambda: signs_since(recovered, "worker", "beat"), seconds=LONGEST_DELAY)
        for one in kept:
            one.stop()


def test_mail_server_that_swallows_everything(storm, smtp, env, keep):
    with SwallowingProxy((smtp.host, smtp.port)) as proxy:
        kept = keep(Fallback(env | {"EMAIL_URL": f"smtp://127.0.0.1:{proxy.port}"}, every=1))
        proxy.swallow()
        reported = timezone.now() if IS_LONG else timezone.now() - timedelta(seconds=118)
        storm.rage(N_FEW, at=reported)
        assert storm.wait_until_noticed(since=reported) < 150
        proxy.recover()
        storm.fault_is_over()
        totals = storm.reckon()
        assert totals.n_lost == 0
        assert totals.seconds < LONGEST_DELAY + 60
        kept.stop()
