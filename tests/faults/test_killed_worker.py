"""kill -9 of a worker: no alert is lost, and only accepted but unrecorded mail comes twice, recognisably."""

from __future__ import annotations

import pytest

from clinic.outbox.bell import ring
from tests.faults.sink import Point
from tests.faults.storm import N_ALERTS, lapse_leases

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]

N_KILLS = max(2, N_ALERTS // 50)


def test_killed_between_claim_and_send_loses_nothing_and_sends_nothing_twice(storm, smtp, start_worker):
    _kill_again_and_again(storm, smtp, start_worker, Point.BETWEEN_CLAIM_AND_SEND)
    totals = storm.reckon(bell=ring)
    assert (totals.n_lost, totals.n_duplicated) == (0, 0)


def test_killed_between_send_and_mark_loses_nothing_and_repeats_what_it_held(storm, smtp, start_worker):
    _kill_again_and_again(storm, smtp, start_worker, Point.BETWEEN_SEND_AND_MARK)
    totals = storm.reckon(bell=ring)
    assert (totals.n_lost, totals.n_duplicated) == (0, N_KILLS)
    assert max(smtp.copies().values()) == 2


def _kill_again_and_again(storm, smtp, start_worker, point):
    """Each time with one message in its hands; the last time the whole worker, not only the child process."""
    storm.rage()
    smtp.hold(point)
    worker = start_worker()
    for n_left in reversed(range(N_KILLS)):
        assert smtp.is_held.wait(60)
        if n_left:
            worker.kill_child()
        else:
            worker.kill()
        smtp.let_go()
        if n_left:
            smtp.hold(point)
    storm.fault_is_over()
    lapse_leases()
    worker.restart()
