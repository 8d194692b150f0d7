"""One run of the demo, with tiny programs instead of the clinic's."""

import asyncio
import os
import re
import signal
import sys
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

import pytest

from demo import serve
from demo.attachment import Attachment
from demo.errors import DemoError
from demo.private_services.session import Services
from demo.processes import static_fingerprint
from demo.serve import Demo
from demo.supervisor import Process
from demo.web import listen

WEB = """
import socket
listener = socket.socket(fileno={listening})
while True:
    caller, _ = listener.accept()
    caller.recv(1000)
    caller.sendall(b"HTTP/1.0 200 OK\\r\\n\\r\\n")
    caller.close()
"""
Run = Callable[..., str]


class Loose(Attachment):
    """Tied to nothing until it is declared lost."""

    def __init__(self) -> None:
        self.lost = False

    def is_lost(self) -> bool:
        return self.lost


class Stopped(Services):
    """Servers that have stopped."""

    def are_running(self) -> bool:
        return False


def python(name: str, code: str, *inherits: int) -> Process:
    return Process(name, [sys.executable, "-c", code], inherits=inherits)


@pytest.fixture
def run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Run:
    """Run a demo until an event after its welcome ends it; returns the terminal's output."""

    def run_demo(
        end: Callable[[Loose], None] = lambda _: None, *, prepare: str = "", services: Services | None = None
    ) -> str:
        monkeypatch.setattr(serve, "preparation", lambda *, is_static_stale: python("prepare", prepare))
        monkeypatch.setattr(serve, "job_processes", lambda _: [python("job", "import time; time.sleep(60)")])
        monkeypatch.setattr(serve, "web_process", lambda fd: python("web", WEB.format(listening=fd), fd))
        attachment = Loose()
        with listen(0) as listener:
            demo = Demo(tmp_path, listener, {}, services or Services({}), attachment, is_verbose=False)
            asyncio.run(with_end(demo.run(), lambda: end(attachment), tmp_path / "log" / "job.log"))
        return capfd.readouterr().out

    return run_demo


async def with_end(running: Coroutine[Any, Any, None], end: Callable[[], None], sign: Path) -> None:
    """Trigger the event as soon as the sign appears."""
    task = asyncio.create_task(running)
    while not task.done() and not sign.exists():
        await asyncio.sleep(0.02)
    end()
    async with asyncio.timeout(30):
        await task


def test_it_says_where_it_is_and_stops_with_what_it_hangs_on(run: Run) -> None:
    said = run(lambda attachment: setattr(attachment, "lost", True))
    assert re.search(r"Healing Curve  http://127\.0\.0\.1:\d+/\n", said)
    assert "practitioner, lead, manager, frontdesk, stranger" in said
    assert said.endswith("Stopping ...\n")


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_it_stops_at_a_signal(run: Run, number: signal.Signals) -> None:
    assert run(lambda _: os.kill(os.getpid(), number)).endswith("Stopping ...\n")


def test_a_failed_preparation_ends_it_with_its_last_words(run: Run, capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(DemoError, match=r"The preparation failed \(exit code 4\): .*prepare\.log says why"):
        run(prepare="print('no such table'); raise SystemExit(4)")
    assert "prepare  | no such table\n" in capfd.readouterr().out


def test_a_server_that_stopped_ends_it(run: Run) -> None:
    with pytest.raises(DemoError, match="A database server stopped"):
        run(services=Stopped({}))


def test_static_files_count_as_collected_only_after_a_good_preparation(run: Run, tmp_path: Path) -> None:
    with pytest.raises(DemoError):
        run(prepare="raise SystemExit(1)")
    assert not (tmp_path / "static.fingerprint").exists()
    run(lambda attachment: setattr(attachment, "lost", True))
    assert (tmp_path / "static.fingerprint").read_text() == static_fingerprint()
