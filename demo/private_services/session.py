"""Both private servers together, inside a block."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path

from demo.private_services import keeper, postgres, valkey
from demo.private_services.account import server_account
from demo.private_services.binaries import installed, readable_copy
from demo.private_services.errors import ServiceError, from_log
from demo.private_services.folders import STATE, kept_folder, run_folder
from demo.private_services.server import Place, Server

READY_SECONDS = 90
BY_VARIABLE = {"DATABASE_URL": postgres.server, "REDIS_URL": valkey.server}
# The owner's address for making tables; DATABASE_URL may only read and write rows.
OWNER_VARIABLE = "DATABASE_OWNER_URL"


@dataclass(frozen=True)
class Services:
    """The servers' addresses, by the names of their environment variables."""

    environment: dict[str, str]
    keeper: subprocess.Popen[bytes] | None = None

    def are_running(self) -> bool:
        """Whether no server has stopped."""
        return self.keeper is None or self.keeper.poll() is None


@contextmanager
def private_services(folder: Path | None = None, *, is_durable: bool = False) -> Iterator[Services]:
    """Start the servers that the environment does not name, and stop them at the end.

    Data in a folder is durable, also against a power cut; without a folder everything is removed afterwards.
    """
    given = {name: value for name in BY_VARIABLE if (value := os.environ.get(name))}
    wanted = [name for name in BY_VARIABLE if name not in given]
    if "DATABASE_URL" in given and (owner := os.environ.get(OWNER_VARIABLE)):
        given[OWNER_VARIABLE] = owner
    with ExitStack() as stack:
        home, locks = None, []
        if folder is not None:
            home, lock = stack.enter_context(kept_folder(folder.resolve()))
            locks.append(lock)
        if not wanted:
            yield Services(given)
            return
        place, lock = stack.enter_context(_place(home, is_durable=is_durable))
        servers = {name: BY_VARIABLE[name](place) for name in wanted}
        process = stack.enter_context(_kept(list(servers.values()), place, [*locks, lock]))
        found = {name: server.url for name, server in servers.items()}
        if "DATABASE_URL" in servers:
            found[OWNER_VARIABLE] = servers["DATABASE_URL"].owner_url
        yield Services(given | found, process)


@contextmanager
def _place(home: Path | None, *, is_durable: bool) -> Iterator[tuple[Place, int]]:
    if sys.platform != "linux":
        raise ServiceError("Private servers run on Linux only: set DATABASE_URL and REDIS_URL to your own.")
    account = server_account(home / "postgres" if home else None)
    binaries = readable_copy(installed(), STATE) if account.is_other else installed()
    with run_folder(account) as (sockets, lock):
        yield Place(home or sockets, sockets, account, binaries, is_durable or home is not None), lock


@contextmanager
def _kept(servers: list[Server], place: Place, locks: list[int]) -> Iterator[subprocess.Popen[bytes]]:
    plan = {
        "servers": [server.plan(place.account) for server in servers],
        "locks": locks,
        "run_folder": str(place.sockets),
    }
    process = subprocess.Popen(
        [sys.executable, "-I", "-S", keeper.__file__],
        stdin=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
        pass_fds=locks,
        start_new_session=True,
    )
    try:
        _send(plan, process)
        for server in servers:
            _wait_until_ready(server, process)
        yield process
    finally:
        process.communicate()


def _send(plan: dict[str, object], process: subprocess.Popen[bytes]) -> None:
    if process.stdin is None:
        raise ServiceError("The keeper of the servers has no pipe: start again.")
    process.stdin.write(json.dumps(plan).encode() + b"\n")
    process.stdin.flush()


def _wait_until_ready(server: Server, process: subprocess.Popen[bytes]) -> None:
    deadline = time.monotonic() + READY_SECONDS
    while not server.is_ready():
        if process.poll() is not None or time.monotonic() > deadline:
            raise from_log(server.name, server.log.read_text(errors="replace"), server.folder)
        time.sleep(0.05)
