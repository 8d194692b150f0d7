"""PostgreSQL stops in the middle of a run and starts again: senders continue, nothing is lost."""

from __future__ import annotations

import time
from datetime import datetime

import pytest
from django.db import connection
from django.utils import timezone

from clinic.models import Role
from clinic.outbox.bell import ring
from tests.factories import MembershipFactory, make_clinic
from tests.faults.servers import OwnServer, on_own_database
from tests.faults.storm import Storm, lapse_leases
from tests.faults.totals import record_totals
from tests.processes import Fallback, Worker, environment, own_broker, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]

SECONDS_AWAY = 2.0


def test_database_restarted_in_the_middle_loses_nothing(smtp, start, monkeypatch, record_property):
    smtp.says_nothing_for = 0.2
    with on_own_database(monkeypatch) as server, own_broker() as broker_url:
        storm = _make_storm(smtp, record_property)
        storm.rage()
        variables = environment(smtp, broker_url, "http://127.0.0.1:8000")
        senders = [start(Worker(variables)), start(Fallback(variables, every=2))]
        wait_until(lambda: len(smtp.mails) >= 3)
        stopped_at = _restart(server)
        storm.fault_is_over()
        lapse_leases(claimed_before=stopped_at)
        totals = storm.reckon(bell=ring)
        assert totals.n_lost == 0
        # Each sender may have had one accepted mail that could not be recorded.
        assert totals.n_duplicated <= len(senders)
        assert [sender.process.poll() for sender in senders] == [None, None]
        for sender in senders:
            sender.stop()


def _make_storm(smtp, record_property) -> Storm:
    clinic = make_clinic("Linden")
    practitioner = MembershipFactory(clinic=clinic, role=Role.PRACTITIONER, user__username="practitioner")
    MembershipFactory(clinic=clinic, role=Role.LEAD, user__username="lead")
    return Storm(practitioner, smtp, lambda totals: record_totals(record_property, totals))


def _restart(server: OwnServer) -> datetime:
    """Stop it for a while; returns when it stopped."""
    stopped_at = timezone.now()
    server.stop()
    time.sleep(SECONDS_AWAY)
    server.start()
    connection.close()
    return stopped_at
