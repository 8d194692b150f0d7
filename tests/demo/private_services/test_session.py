"""Servers around a block of this process."""

import os
import signal
import time
from pathlib import Path

import pytest

from demo.private_services.session import private_services


@pytest.fixture(autouse=True)
def _no_other_servers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.delenv("REDIS_URL", raising=False)


def test_a_server_that_stops_is_noticed() -> None:
    with private_services() as services:
        assert services.are_running()
        sockets = services.environment["DATABASE_URL"].partition("?host=")[2].partition("&")[0]
        os.kill(int(Path(sockets, "postgres", "postmaster.pid").read_text().split()[0]), signal.SIGKILL)
        deadline = time.monotonic() + 30
        while services.are_running() and time.monotonic() < deadline:
            time.sleep(0.05)
        assert not services.are_running()


def test_given_servers_are_passed_through(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", "postgres://a/b")
    monkeypatch.setenv("REDIS_URL", "redis://c")
    monkeypatch.delenv("DATABASE_OWNER_URL", raising=False)
    with private_services() as services:
        assert services.environment == {"DATABASE_URL": "postgres://a/b", "REDIS_URL": "redis://c"}
        assert services.are_running()
