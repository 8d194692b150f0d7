"""Real processes beside a test: a Celery worker on the test's own database, broker and mail server."""

from __future__ import annotations

import http.client
import os
import signal
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import quote

import pytest
from celery import current_app
from django.conf import settings
from django.db import connection

from clinic.outbox import bell
from demo.private_services.keeper import die_with_parent
from demo.private_services.postgres import APP, OWNER
from tests.smtp_sink import SmtpSink

ROOT = Path(__file__).resolve().parent.parent
PATIENCE_SECONDS = 60.0


def database_url() -> str:
    """The address of this test's database, for the role of web, worker, beat and deliver."""
    config = connection.settings_dict
    options = config.get("OPTIONS", {})
    host, port = options.get("host") or config["HOST"], options.get("port") or config["PORT"] or 5432
    role = APP if config["USER"] == OWNER else config["USER"] or ""
    user = quote(role) + (f":{quote(config['PASSWORD'])}" if config["PASSWORD"] else "")
    return f"postgres://{user}@/{config['NAME']}?host={quote(str(host), safe='/')}&port={port}"


@contextmanager
def own_broker() -> Iterator[str]:
    """A database of the broker that no other test process uses; its address."""
    number = int(os.environ.get("PYTEST_XDIST_WORKER", "gw0").removeprefix("gw")) + 1
    url = f"{settings.REDIS_URL}?virtual_host={number}"
    if not settings.REDIS_URL.startswith("redis+socket"):
        url = f"{settings.REDIS_URL.rsplit('/', 1)[0]}/{number}"
    with broker_at(url), pytest.MonkeyPatch.context() as patch:
        # A busy test machine is no broker that is down.
        patch.setattr(bell, "SECONDS", 20.0)
        # Celery's own pool may still hold a connection to another test's broker.
        with current_app.connection_for_write(url) as connection_there:
            current_app.control.purge(connection=connection_there)
        yield url


@contextmanager
def broker_at(url: str) -> Iterator[None]:
    """This process notifies that broker."""
    with pytest.MonkeyPatch.context() as patch:
        # Celery reads this variable before any setting.
        patch.setenv("CELERY_BROKER_URL", url)
        _forget_broker()
        yield
    _forget_broker()


def _forget_broker() -> None:
    bell._producers.cache_clear()
    bell._rests["until"] = 0.0


def environment(sink: SmtpSink, broker_url: str, base_url: str) -> dict[str, str]:
    """What a process needs to work on this test's database, broker and mail server."""
    return {
        **os.environ,
        "DATABASE_URL": database_url(),
        "REDIS_URL": broker_url,
        "EMAIL_URL": f"smtp://{sink.host}:{sink.port}",
        "BASE_URL": base_url,
        "SECRET_KEY": settings.SECRET_KEY,
    }


class Process:
    """A process of the product during a test."""

    def __init__(self, command: Sequence[str], env: dict[str, str]) -> None:
        self.command = [sys.executable, *command]
        self.env = env
        self.process = self._start()

    def _start(self) -> subprocess.Popen[bytes]:
        return subprocess.Popen(
            self.command,
            cwd=ROOT,
            env=self.env,
            start_new_session=True,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )

    def kill(self) -> None:
        """Like kill -9, including its children."""
        os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)

    def restart(self) -> None:
        """Start another one instead."""
        self.process = self._start()

    def stop(self) -> None:
        """Stop it in order."""
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(10)
            except subprocess.TimeoutExpired:
                self.kill()


class Kept:
    """A process that is started again whenever it ends, as by a supervisor; how often that happened."""

    def __init__(self, process: Process) -> None:
        self.kept = process
        self.n_restarts = 0
        self._is_over = threading.Event()
        self._thread = threading.Thread(target=self._keep, daemon=True)
        self._thread.start()

    def _keep(self) -> None:
        while not self._is_over.wait(0.2):
            if self.kept.process.poll() is not None:
                self.n_restarts += 1
                self.kept.restart()

    def stop(self) -> None:
        """Stop it for good."""
        self._is_over.set()
        self._thread.join(5)
        self.kept.stop()


class Web(Process):
    """The web process, on a port of its own."""

    def __init__(self, env: dict[str, str], *, threads: int = 4) -> None:
        with socket.create_server(("127.0.0.1", 0)) as free:
            self.port = int(free.getsockname()[1])
        options = ["--threads", str(threads), "--no-control-socket", "--log-level", "error"]
        super().__init__(["-m", "gunicorn", "clinic.wsgi", "--bind", f"127.0.0.1:{self.port}", *options], env)

    def get(self, path: str, *, cookie: str = "") -> tuple[int, float, bytes]:
        """Status, seconds and body of an answer; no answer within ten seconds is status 0."""
        started = time.monotonic()
        line = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            line.request("GET", path, headers={"Host": "127.0.0.1", "Cookie": cookie})
            answer = line.getresponse()
            body = answer.read()
            return answer.status, time.monotonic() - started, body
        except OSError:
            return 0, time.monotonic() - started, b""
        finally:
            line.close()


class Worker(Process):
    """A Celery worker of one process."""

    def __init__(
        self, env: dict[str, str], *, name: str = "worker", concurrency: int = 1, include: str = ""
    ) -> None:
        options = [
            *(["--include", include] if include else []),
            "--concurrency",
            str(concurrency),
            "--loglevel",
            "ERROR",
            "--hostname",
            f"{name}@%h",
        ]
        super().__init__(["-m", "celery", "-A", "clinic", "worker", *options], env)

    def kill_child(self) -> None:
        """Like the kernel when memory ends: the child process dies, and its parent starts another."""
        children = Path(f"/proc/{self.process.pid}/task/{self.process.pid}/children").read_text().split()
        os.kill(int(children[-1]), signal.SIGKILL)


class Beat(Process):
    """A Celery beat, its schedule in a file of its own."""

    def __init__(self, env: dict[str, str], schedule: Path) -> None:
        options = ["--loglevel", "ERROR", "--schedule", str(schedule), "--pidfile", ""]
        super().__init__(["-m", "celery", "-A", "clinic", "beat", *options], env)


class Fallback(Process):
    """`deliver_due --every`: needs neither Redis nor Celery."""

    def __init__(self, env: dict[str, str], *, every: float) -> None:
        super().__init__(["manage.py", "deliver_due", "--every", str(every)], env)


def wait_until(condition: Callable[[], object], *, seconds: float = PATIENCE_SECONDS) -> object:
    """The first true result; fails after so many seconds."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        answer = condition()
        if answer:
            return answer
        time.sleep(0.05)
    raise AssertionError(f"not within {seconds:.0f} s")
