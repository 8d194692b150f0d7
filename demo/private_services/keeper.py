"""Runs between a launcher and its servers: when the launcher ends, in any way, the servers end too.

Also run as a script of its own that must start quickly and stay small, so it imports only the standard library.
It holds the read end of a pipe whose write end only the launcher has; its end of file is the signal to stop.
"""

import contextlib
import ctypes
import json
import os
import select
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

PR_SET_PDEATHSIG = 1
PR_SET_CHILD_SUBREAPER = 36
STOP_SECONDS = 3.0
LIBC = ctypes.CDLL(None, use_errno=True)


def die_with_parent(signal_number: int) -> Callable[[], None]:
    """Called by a child before exec, after any change of user, to get a signal when its parent ends."""
    parent = os.getpid()

    def arrange() -> None:
        if signal_number != signal.SIGKILL:
            # A shell starts background jobs with SIGINT ignored, and children inherit that.
            signal.signal(signal_number, signal.SIG_DFL)
        LIBC.prctl(PR_SET_PDEATHSIG, signal_number, 0, 0, 0)
        if os.getppid() != parent:
            os._exit(1)

    return arrange


def start(server: dict[str, Any], locks: list[int]) -> subprocess.Popen[bytes]:
    """Start one server of the plan; it inherits the locks, so they are held until its last process ends."""
    with Path(server["log"]).open("wb") as log:
        try:
            return subprocess.Popen(
                server["command"],
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                pass_fds=locks,
                env=server["environment"],
                cwd=server["folder"],
                start_new_session=True,
                preexec_fn=die_with_parent(server["stop_signal"]),
                **server["account"],
            )
        except (OSError, subprocess.SubprocessError) as error:
            log.write(f"FATAL: {error}\n".encode())
            sys.exit(1)


def wait_for_the_end(servers: list[subprocess.Popen[bytes]]) -> bool:
    """Wait until the launcher has ended (true) or a server has stopped (false)."""
    while not select.select([sys.stdin], [], [], 0.2)[0]:
        if any(server.poll() is not None for server in servers):
            return False
    return True


def stop(servers: list[subprocess.Popen[bytes]], plan: list[dict[str, Any]]) -> None:
    """Ask all servers to stop, and kill those that do not."""
    for server, entry in zip(servers, plan, strict=False):
        server.send_signal(entry["stop_signal"])
    deadline = time.monotonic() + STOP_SECONDS
    for server in servers:
        try:
            server.wait(max(deadline - time.monotonic(), 0.1))
        except subprocess.TimeoutExpired:
            server.kill()
            server.wait()


def children() -> list[int]:
    """The child processes of this one, including those of a killed server."""
    try:
        return [int(pid) for pid in Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()]
    except FileNotFoundError:
        return []


def kill_orphans() -> None:
    """Kill the remaining processes of a killed server."""
    while left := children():
        for pid in left:
            with contextlib.suppress(ProcessLookupError):
                os.kill(pid, signal.SIGKILL)
        with contextlib.suppress(ChildProcessError):
            os.wait()


def main() -> int:
    """Run the servers of the plan, a line of JSON on the pipe, until the launcher ends."""
    plan = json.loads(sys.stdin.buffer.readline() or '{"servers": [], "run_folder": ""}')
    for number in (signal.SIGINT, signal.SIGHUP, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    LIBC.prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0)
    servers: list[subprocess.Popen[bytes]] = []
    is_launcher_gone = False
    try:
        servers.extend(start(server, plan["locks"]) for server in plan["servers"])
        is_launcher_gone = wait_for_the_end(servers)
    finally:
        stop(servers, plan["servers"])
        kill_orphans()
        if is_launcher_gone:
            shutil.rmtree(plan["run_folder"], ignore_errors=True)
    return 0 if is_launcher_gone else 1


if __name__ == "__main__":
    sys.exit(main())
