"""Any sequence of reports, answers, crashes and time: the promises about alerts hold after every step."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest
from django.db import transaction
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.stateful import run_state_machine_as_test

from clinic.models import Clinic, Message
from courses.models import Alert, AlertThreshold, Course
from courses.rules.facts import Severity
from courses.sessions.log import log_session
from tests.factories import entry, flag
from tests.faults.machine import FLAGS, SCORES, AlertMachine
from tests.faults.storm import N_ALERTS

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
N_SEQUENCES = max(12, N_ALERTS)
N_EXAMPLES = max(8, N_ALERTS // 10)
QUIET = [HealthCheck.function_scoped_fixture, HealthCheck.too_slow, HealthCheck.filter_too_much]
MILDEST = len(Severity)


def test_any_sequence_keeps_the_promises(world):
    machine = type("Machine", (AlertMachine,), {"world": world})
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=N_SEQUENCES, stateful_step_count=20, deadline=None, suppress_health_check=QUIET
        ),
    )


VISITS = st.lists(st.tuples(SCORES, SCORES, FLAGS), min_size=1, max_size=3)
SETTINGS = [None, (0, 0.0), (0, 1e300), (100, 0.0), (100, 1e300)]


@settings(max_examples=N_EXAMPLES, deadline=None, suppress_health_check=QUIET)
@given(visits=VISITS)
def test_no_setting_changes_the_messages_of_red_flags(world, visits):
    told = [_messages_under(world, setting, visits) for setting in SETTINGS]
    assert all(messages == told[0] for messages in told)


def _messages_under(world, setting, visits):
    """Who is alerted to which flag, at what level and when."""
    with transaction.atomic():
        if setting is not None:
            _set(world, *setting)
        for number, (before, after, told) in enumerate(visits):
            _log(world, world.at + number * DAY, before, after, told)
        flags = Alert.objects.red_flags()
        events = {
            event: (alert.flag_code, alert.severity)
            for alert in flags
            for event in alert.events.values_list("pk", flat=True)
        }
        rows = Message.objects.filter(kind="staff_alert", subject_id__in=events)
        messages = sorted((*events[row.subject_id], row.recipient, row.due_at, row.is_urgent) for row in rows)
        transaction.set_rollback(True)
    return messages


def _set(world, budget, threshold):
    Clinic.objects.update(alert_budget_per_100=budget)
    AlertThreshold.objects.create(
        clinic=world.clinic,
        version=1,
        budget_per_100=budget,
        numbers={"threshold": threshold, "quarter_threshold": threshold},
        calibrated_at=world.at,
        is_in_use=True,
    )


@settings(max_examples=N_EXAMPLES, deadline=None, suppress_health_check=QUIET)
@given(history=st.lists(st.tuples(st.integers(0, 10), st.integers(0, 10)), max_size=4), before=st.integers(0, 10))
def test_a_higher_score_is_never_less_severe(world, history, before):
    """With all other facts equal, from the session form down to the alert."""
    with transaction.atomic():
        for number, (earlier, later) in enumerate(history):
            _log(world, world.at + number * DAY, earlier, later, [])
        ranks = [_rank_after(world, world.at + len(history) * DAY, before, score) for score in range(11)]
        transaction.set_rollback(True)
    assert ranks == sorted(ranks, reverse=True)


def _rank_after(world, at, before, after):
    """How severe the course's pain alert is once this score is logged."""
    with transaction.atomic():
        _log(world, at, before, after, [])
        alert = Alert.objects.unresolved().filter(rule=Alert.Rule.PAIN).first()
        rank = Severity(alert.severity).rank if alert else MILDEST
        transaction.set_rollback(True)
    return rank


def _log(world, at, before, after, told):
    visit = entry(
        at,
        by=world.practitioner,
        form_key=uuid.uuid4(),
        before=before,
        after=after,
        flags=tuple(flag(world.clinic, code, answer=answer) for code, answer in told),
        uncleared_reason="It took place all the same.",
    )
    log_session(Course.objects.get(pk=world.course.pk), entry=visit, by=world.practitioner, at=at)
