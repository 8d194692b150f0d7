"""A task that ends its worker every time is given up; one that hangs is ended, and runs no more often."""

from __future__ import annotations

import time
from pathlib import Path

import pytest
from celery import current_app

from clinic.models import Fault
from tests.faults import crashing
from tests.processes import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]


@pytest.mark.parametrize("task", [crashing.crash, crashing.hang], ids=["crashes", "hangs"])
def test_task_is_given_up_after_three_deliveries(storm, env, start_worker, tmp_path, task):
    env["WATCHDOG_SECONDS"] = "5"
    log = Path(tmp_path / "came")
    storm.rage(1)
    since = time.monotonic()
    # Not by Celery's own pool, which may hold a connection to another test's broker.
    with current_app.connection_for_write(env["REDIS_URL"]) as there:
        current_app.send_task(task.name, args=[str(log)], connection=there)
    worker = start_worker(include="tests.faults.crashing")
    fault = wait_until(lambda: Fault.objects.open().filter(kind=Fault.Kind.CRASHING).first(), seconds=150)
    storm.noticed = time.monotonic() - since
    assert fault.subject == f"task:{task.name}"
    assert log.read_text().splitlines() == ["came"] * 3
    storm.fault_is_over()
    totals = storm.reckon()
    assert (totals.n_lost, totals.n_duplicated) == (0, 0)
    assert worker.process.poll() is None
