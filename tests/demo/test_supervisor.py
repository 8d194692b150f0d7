"""Processes kept running, with tiny programs instead of the real ones."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest

from demo.output import ProcessOutput
from demo.supervisor import Process, Running, Supervisor

ON_TERM = """
import pathlib, signal, sys, time
def note(*_):
    with open({notes!r}, "a") as file:
        file.write("{name} ")
    sys.exit(0)
signal.signal(signal.SIGTERM, note)
pathlib.Path({notes!r} + ".{name}").touch()
time.sleep(60)
"""
STUBBORN = """
import os, pathlib, signal, subprocess, sys, time
signal.signal(signal.SIGTERM, signal.SIG_IGN)
child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"])
pathlib.Path({pid_file!r}).write_text(str(child.pid))
time.sleep(60)
"""
SUPERVISED = """
import asyncio, sys
from pathlib import Path
from demo.output import ProcessOutput
from demo.supervisor import Process, Running, Supervisor
async def main():
    code = "import os, time; print(os.getpid(), flush=True); time.sleep(60)"
    process = Process("fake", [sys.executable, "-c", code])
    supervisor = Supervisor()
    supervisor.start(Running(process, ProcessOutput("fake", Path(sys.argv[1]), is_verbose=True), {}))
    await supervisor.watch()
asyncio.run(main())
"""


def running(name: str, code: str, folder: Path, *, stop_stage: int = 0, seconds: float = 30.0) -> Running:
    process = Process(name, [sys.executable, "-c", code], stop_stage, stop_seconds=seconds)
    return Running(process, ProcessOutput(name, folder), {})


def is_alive(pid: int) -> bool:
    """Whether a process is running, and not a zombie."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


async def eventually(is_so: Callable[[], bool], seconds: float = 30.0) -> None:
    async with asyncio.timeout(seconds):
        while not is_so():
            await asyncio.sleep(0.01)


def test_a_process_that_dies_is_started_again(tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    async def story() -> None:
        dying = running("dying", "print('my last words'); raise SystemExit(3)", tmp_path)
        supervisor = Supervisor()
        supervisor.start(dying, pauses=[0.0, 0.01])
        await eventually(lambda: dying.n_ended >= 3)
        await supervisor.stop()

    asyncio.run(story())
    said = capfd.readouterr().out.splitlines()
    assert said[:3] == [
        "dying    | my last words",
        "dying stopped (exit code 3); it starts again in 0 s.",
        "dying    | my last words",
    ]
    assert "dying stopped (exit code 3); it starts again in 0.01 s." in said


def test_a_process_is_followed_whatever_it_leaves_behind(tmp_path: Path) -> None:
    code = "import subprocess, sys; subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)'])"

    async def story() -> None:
        parent = running("parent", code, tmp_path)
        async with asyncio.timeout(30):
            assert await parent.once() == 0
        await parent.stop()

    asyncio.run(story())


def test_the_later_stage_is_stopped_last(tmp_path: Path) -> None:
    notes = str(tmp_path / "notes")

    async def story() -> None:
        supervisor = Supervisor()
        for name, stop_stage in (("second", 1), ("first", 0)):
            code = ON_TERM.format(name=name, notes=notes)
            supervisor.start(running(name, code, tmp_path, stop_stage=stop_stage))
        await eventually(lambda: Path(f"{notes}.first").exists() and Path(f"{notes}.second").exists())
        await supervisor.stop()

    asyncio.run(story())
    assert Path(notes).read_text() == "first second "


def test_what_does_not_stop_is_killed_with_its_children(tmp_path: Path) -> None:
    pid_file = tmp_path / "pid"

    async def story() -> None:
        stubborn = running("stubborn", STUBBORN.format(pid_file=str(pid_file)), tmp_path, seconds=0.1)
        task = asyncio.create_task(stubborn.once())
        await eventually(lambda: pid_file.exists() and pid_file.read_text() != "")
        await stubborn.stop()
        assert await task == 128 + signal.SIGKILL
        await eventually(lambda: not is_alive(int(pid_file.read_text())))

    asyncio.run(story())


def test_a_program_that_cannot_be_run_ends_the_watch(tmp_path: Path) -> None:
    async def story() -> None:
        process = Process("missing", [tmp_path / "no-such-program"])
        supervisor = Supervisor()
        supervisor.start(Running(process, ProcessOutput("missing", tmp_path), {}))
        try:
            await supervisor.watch()
        finally:
            await supervisor.stop()

    with pytest.raises(FileNotFoundError):
        asyncio.run(story())


def test_a_killed_supervisor_takes_its_processes_along(tmp_path: Path) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", SUPERVISED, str(tmp_path)],
        cwd=Path(__file__).parents[2],
        stdout=subprocess.PIPE,
        text=True,
    ) as supervisor:
        assert supervisor.stdout is not None
        child = int(supervisor.stdout.readline().removeprefix("fake     | "))
        assert is_alive(child)
        os.kill(supervisor.pid, signal.SIGKILL)
    deadline = time.monotonic() + 30
    while is_alive(child) and time.monotonic() < deadline:
        time.sleep(0.02)
    assert not is_alive(child)
