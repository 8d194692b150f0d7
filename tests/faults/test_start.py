"""After a start, /healthz is well soon, so that whoever upgrades does not wait."""

from __future__ import annotations

import time

import pytest

from tests.processes import Beat, Web, Worker, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]

SOON = 20.0


def test_healthz_is_well_within_twenty_seconds(env, start, tmp_path):
    started = time.monotonic()
    web = start(Web(env))
    for process in (Worker(env), Beat(env, tmp_path / "beat")):
        start(process)
    wait_until(lambda: web.get("/healthz")[0] == 200, seconds=60)
    assert time.monotonic() - started < SOON
