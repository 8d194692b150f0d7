"""Servers for one test, which it can stop, kill and start again without affecting other tests."""

from __future__ import annotations

import os
import signal
import subprocess
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
from django.contrib.contenttypes.models import ContentType
from django.core.management import call_command
from django.db import connections

from clinic import env
from clinic.backups.programs import major_version, run
from clinic.backups.read import restore_database
from demo.private_services import postgres, session, valkey
from demo.private_services.account import Account
from demo.private_services.keeper import die_with_parent
from demo.private_services.server import Place, Server, plain_environment, user_of
from tests.processes import wait_until

# What was dumped of the first database that was migrated here.
_migrated: list[bytes] = []


class OwnServer:
    """One server that runs or not."""

    def __init__(self, server: Server, account: Account) -> None:
        self.server = server
        self.account = account
        self.process: subprocess.Popen[bytes] | None = None

    @property
    def url(self) -> str:
        """Its address, the same after every start; for PostgreSQL that of the tables' owner."""
        return self.server.owner_url or self.server.url

    def start(self) -> None:
        """Start it; it answers when this returns."""
        with self.server.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.server.command,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                env=plain_environment(),
                cwd=self.server.folder,
                start_new_session=True,
                preexec_fn=die_with_parent(signal.SIGKILL),
                **user_of(self.account),
            )
        wait_until(self.server.is_ready)

    def stop(self) -> None:
        """Stop it in order, closing its clients' connections."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(self.server.stop_signal)
            self.process.wait(30)

    def freeze(self) -> None:
        """It still listens and its kernel still accepts, but it never answers, on open connections neither."""
        self._signal(signal.SIGSTOP)

    def thaw(self) -> None:
        """Let it answer again."""
        self._signal(signal.SIGCONT)

    def _signal(self, number: signal.Signals) -> None:
        if self.process is None:
            return
        self.process.send_signal(number)
        pid = self.process.pid
        # Missing after the process has ended, and on some kernels.
        with suppress(FileNotFoundError, ProcessLookupError):
            for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split():
                os.kill(int(child), number)


@contextmanager
def own_valkey() -> Iterator[OwnServer]:
    """A started broker for one test; a restart loses its content."""
    with _own(valkey.server) as server:
        yield server


@contextmanager
def own_postgres() -> Iterator[OwnServer]:
    """A started database server for one test; a restart keeps what was committed."""
    with _own(postgres.server) as server:
        yield server


@contextmanager
def _own(make: Callable[[Place], Server]) -> Iterator[OwnServer]:
    with session._place(None, is_durable=False) as (place, _lock):
        server = OwnServer(make(place), place.account)
        server.start()
        try:
            yield server
        finally:
            server.thaw()
            server.stop()


@contextmanager
def on_own_database(monkeypatch: pytest.MonkeyPatch, *, is_migrated: bool = True) -> Iterator[OwnServer]:
    """Let this process use a database server of the test's own; other tests keep theirs."""
    with own_postgres() as server:
        monkeypatch.setenv("OWN_DATABASE_URL", server.url)
        usual, usual_settings = connections["default"], connections.settings["default"]
        connections.settings["default"] = {**usual_settings, **env.database("OWN_DATABASE_URL")}
        connections["default"] = connections.create_connection("default")
        try:
            if is_migrated:
                _bring_tables()
            yield server
        finally:
            connections["default"].close()
            connections.settings["default"], connections["default"] = usual_settings, usual
            ContentType.objects.clear_cache()


def _bring_tables() -> None:
    """The tables as the migrations make them: each process migrates once and copies the result after that."""
    with TemporaryDirectory(prefix="healing-curve-tables-") as folder:
        copy = Path(folder) / "migrated.dump"
        if _migrated:
            copy.write_bytes(_migrated[0])
            return restore_database(copy)
        call_command("migrate", verbosity=0)
        connection = connections["default"]
        arguments = ["--format=custom", f"--file={copy}", "--no-owner", "--no-privileges"]
        run("pg_dump", arguments, database=connection.settings_dict, server=major_version(connection))
        _migrated.append(copy.read_bytes())
    return None
