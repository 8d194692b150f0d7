"""The dead man's switch: called once a minute while all is well, silent when it is not."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest

from clinic.health import heartbeat
from clinic.health.heartbeat import DeadMansSwitch
from clinic.models import Heartbeat

pytestmark = pytest.mark.django_db


@pytest.fixture
def calls(settings) -> Iterator[list[str]]:
    """An outside server that counts the calls it gets."""
    heard: list[str] = []

    class Outside(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            heard.append(self.path)
            self.send_response(200)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Outside) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        settings.HEARTBEAT_URL = f"http://127.0.0.1:{server.server_port}/ping/secret?x=1"
        yield heard
        server.shutdown()


@pytest.fixture
def all_well(at) -> None:
    for name in ("worker", "beat", "auditor"):
        Heartbeat.beat(name, at=at + timedelta(minutes=1))


def test_calls_while_all_is_well(calls, all_well, at):
    assert DeadMansSwitch().tick(at=at)
    assert calls == ["/ping/secret?x=1"]


def test_once_a_minute(calls, all_well, at):
    switch = DeadMansSwitch()
    assert [switch.tick(at=at + timedelta(seconds=n)) for n in (0, 10, 59, 60)] == [True, False, False, True]


def test_clock_set_back_does_not_silence_it(calls, all_well, at):
    switch = DeadMansSwitch()
    assert [switch.tick(at=at), switch.tick(at=at - timedelta(seconds=30))] == [True, True]


def test_silent_when_anything_is_not_well(calls, all_well, at):
    Heartbeat.objects.filter(name="beat").delete()
    assert not DeadMansSwitch().tick(at=at)
    assert calls == []


def test_nothing_to_call(settings, calls, all_well, at, monkeypatch):
    looked: list[object] = []
    monkeypatch.setattr(heartbeat, "examine", lambda **_about: looked.append(1) or {})
    assert DeadMansSwitch().tick(at=at)
    settings.HEARTBEAT_URL = ""
    assert not DeadMansSwitch().tick(at=at)
    assert (len(looked), len(calls)) == (1, 1)


def test_server_that_is_away_or_silent_holds_nobody_up_and_is_not_named(
    settings, all_well, at, monkeypatch, caplog
):
    monkeypatch.setattr(heartbeat, "SECONDS", 0.3)
    with socket.create_server(("127.0.0.1", 0)) as silent:
        for port in (1, silent.getsockname()[1]):
            settings.HEARTBEAT_URL = f"http://127.0.0.1:{port}/ping/secret"
            assert not DeadMansSwitch().tick(at=at)
    assert "heartbeat call failed" in caplog.text
    assert "secret" not in caplog.text
