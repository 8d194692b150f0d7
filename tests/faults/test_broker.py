"""Redis only notifies: without it forms answer, nothing is lost, and an emergency is sent within a minute."""

from __future__ import annotations

import time
import uuid
from collections.abc import Iterator
from datetime import timedelta
from itertools import count

import pytest
from django.utils import timezone

from clinic.outbox.bell import ring
from courses.models import Alert, Session
from tests.faults.servers import OwnServer, own_valkey
from tests.faults.storm import waiting
from tests.processes import Fallback, Worker, broker_at, environment

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]

# What a broker that is down may add to a form; waiting for it at every mail would add ten.
LONGEST_WAIT_SECONDS = 4.0
MINUTE = 60.0
FLAGS = ("cardiac", "trauma", "mood", "swelling_neck")


@pytest.fixture
def broker() -> Iterator[OwnServer]:
    """A broker of this test's own, which is notified."""
    with own_valkey() as server, broker_at(server.url):
        yield server


@pytest.fixture
def own_env(transactional_db, smtp, broker) -> dict[str, str]:
    """What a process needs for this test's own broker."""
    return environment(smtp, broker.url, "http://127.0.0.1:8000")


@pytest.fixture
def post_session(course, practitioner, signed_in):
    """Saves the session form with several red flags; how long the form took."""
    client = signed_in(practitioner)
    minutes_ago = count(step=10)

    def post() -> float:
        held_at = course.clinic.local(timezone.now() - timedelta(minutes=next(minutes_ago)))
        filled_in = {
            "form_key": uuid.uuid4(),
            "before": 4,
            "after": 3,
            "held_at": held_at.strftime("%Y-%m-%dT%H:%M"),
            "practitioner": practitioner.pk,
            "is_needled": "no",
            "needling-TOTAL_FORMS": 0,
            "needling-INITIAL_FORMS": 0,
            **{f"flag_{code}": "on" for code in FLAGS},
        }
        started = time.monotonic()
        answer = client.post(f"/admin/courses/course/{course.pk}/log/", filled_in)
        assert answer.status_code == 302
        return time.monotonic() - started

    return post


def test_broker_down_while_logging_then_up_loses_nothing(storm, broker, own_env, start):
    worker = start(Worker(own_env))
    broker.stop()
    storm.rage()
    assert waiting().count() == 2 * storm.n_alerts
    broker.start()
    storm.fault_is_over()
    totals = storm.reckon(bell=ring)
    assert (totals.n_lost, totals.n_duplicated) == (0, 0)
    assert worker.process.poll() is None


def test_broker_restarted_empty_loses_nothing(storm, broker, own_env, start):
    """It held every notification of the storm."""
    storm.rage()
    broker.stop()
    broker.start()
    storm.fault_is_over()
    start(Worker(own_env))
    totals = storm.reckon(bell=ring)
    assert (totals.n_lost, totals.n_duplicated) == (0, 0)


@pytest.mark.parametrize("fault", ["is down for good", "accepts and never answers"])
def test_form_answers_and_the_fallback_mails_within_a_minute(storm, broker, own_env, start, post_session, fault):
    usual = post_session()
    start(Fallback(own_env, every=10))
    if fault == "is down for good":
        broker.stop()
    else:
        broker.freeze()
    taken = [post_session() for _n in range(2)]
    # A busy machine is slow with either broker, and never evenly.
    assert min(taken) < 2 * usual + LONGEST_WAIT_SECONDS
    assert Session.objects.count() == 3
    storm.n_alerts = Alert.objects.count()
    storm.fault_is_over()
    totals = storm.reckon()
    assert (totals.n_lost, totals.n_duplicated) == (0, 0)
    assert totals.n_alerts >= len(FLAGS)
    assert totals.seconds < MINUTE
