"""Two of everything: workers, beats, sweeps, senders; and a person who answers meanwhile."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta
from threading import Event, Thread

import pytest
from django.db import connection, transaction
from django.utils import timezone

from clinic.models import Message
from clinic.outbox import queue
from clinic.outbox.deliver import deliver_due
from courses.alerts.messages import mail
from courses.alerts.responding import acknowledge, last_news, resolve
from courses.alerts.steps import sweep
from courses.models import Alert, AlertEvent
from patients.locking import lock_patient
from tests.faults.sink import Point
from tests.faults.storm import PATIENCE_SECONDS, report_emergency, staff_mails
from tests.processes import Beat, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]

MINUTE = timedelta(minutes=1)


@pytest.fixture
def in_background():
    """Run an act beside the test, on a connection of its own."""
    threads = []

    def run(act):
        def work():
            try:
                act()
            finally:
                connection.close()

        thread = Thread(target=work)
        thread.start()
        threads.append(thread)
        return thread

    yield run
    for thread in threads:
        thread.join(30)


def test_two_workers_and_two_beats_send_everything_once(storm, smtp, env, start, start_worker, tmp_path):
    """The beats find both the storm, without any notification, and the repeat of each alert."""
    storm.rage()
    now = timezone.now()
    Alert.objects.update(repeat_at=now, escalate_at=now, next_step_at=now)
    for name in ("one", "two"):
        start_worker(name=name)
        start(Beat(env, tmp_path / name))
    storm.fault_is_over()
    moved = AlertEvent.objects.filter(kind__in=["repeated", "escalated"])
    wait_until(lambda: moved.count() >= storm.n_alerts, seconds=PATIENCE_SECONDS)
    totals = storm.reckon()
    assert (totals.n_lost, totals.n_duplicated) == (0, 0)
    assert totals.n_mails == 2 * 2 * storm.n_alerts
    assert set(Counter(moved.values_list("alert", flat=True)).values()) == {1}


def test_answer_while_a_repeat_is_on_its_way_is_the_last_word(storm, smtp, lead, in_background):
    """One mail had been sent when the answer came; the one behind it is not sent."""
    storm.rage(1)
    deliver_due(clock=timezone.now)
    smtp.mails.clear()
    at = timezone.now() + 6 * MINUTE
    sweep(at=at)
    smtp.hold(Point.BETWEEN_SEND_AND_MARK)
    sender = in_background(lambda: deliver_due(clock=lambda: at))
    assert smtp.is_held.wait(30)
    alert = Alert.objects.get()
    acknowledge(alert, by=lead, at=at, seen=last_news(alert), way="mail")
    smtp.let_go()
    sender.join(30)
    assert len(smtp.mails) == 1
    assert Counter(staff_mails().values_list("state", flat=True)) == {"sent": 3, "cancelled": 1}
    assert sweep(at=at + 30 * MINUTE) == 0


def test_answers_and_sweeps_at_once_leave_nothing_to_send(storm, smtp, lead, at_once):
    storm.rage(4)
    deliver_due(clock=timezone.now)
    smtp.mails.clear()
    at = timezone.now() + 6 * MINUTE
    alerts = list(Alert.objects.all())
    answers = [_answer(alert, lead, at) for alert in alerts]
    at_once(*answers, lambda: sweep(at=at), lambda: sweep(at=at))
    deliver_due(clock=lambda: at)
    assert set(Alert.objects.values_list("state", flat=True)) == {"acknowledged"}
    assert smtp.mails == []
    assert not Message.objects.pending().exists()
    assert sweep(at=at + 30 * MINUTE) == 0


def _answer(alert, lead, at):
    return lambda: acknowledge(alert, by=lead, at=at, seen=2**40, way="mail")


def test_message_claimed_when_its_alert_is_resolved_is_not_sent(storm, smtp, lead):
    storm.rage(1)
    at = timezone.now()
    claimed = queue.claim_next(at=at)
    alert = Alert.objects.get()
    resolve(alert, outcome=Alert.Outcome.ADVISED, note="Phoned.", by=lead, at=at, seen=last_news(alert))
    # Its sender died while sending it; another claims it and decides again.
    assert deliver_due(clock=lambda: at + 2 * MINUTE) == 0
    assert smtp.mails == []
    claimed.refresh_from_db()
    assert claimed.state == "cancelled"


def test_report_while_somebody_acknowledges_is_sent_on_its_own(storm, smtp, lead, practitioner, at_once):
    """In either order: the alert is open at the end, or the answer had seen the report."""
    storm.rage(1)
    deliver_due(clock=timezone.now)
    smtp.mails.clear()
    alert, at = Alert.objects.get(), timezone.now()
    seen = last_news(alert)
    at_once(
        lambda: acknowledge(alert, by=lead, at=at, seen=seen, way="mail"),
        lambda: report_emergency(practitioner, patient=alert.patient, course=alert.course, at=at),
    )
    alert.refresh_from_db()
    assert alert.state == "open"
    assert deliver_due(clock=timezone.now) == 2


def test_answer_does_not_wait_for_a_report_on_the_same_patient(storm, lead, in_background):
    """A report locks patient, then alert: the opposite order would deadlock."""
    storm.rage(1)
    alert, at = Alert.objects.get(), timezone.now()
    is_held, may_end = Event(), Event()

    def hold_the_patient():
        with transaction.atomic():
            lock_patient(alert.patient)
            is_held.set()
            may_end.wait(60)

    holder = in_background(hold_the_patient)
    assert is_held.wait(30)
    with connection.cursor() as cursor:
        cursor.execute("SET lock_timeout = '2s'")
    try:
        acknowledge(alert, by=lead, at=at, seen=last_news(alert), way="mail")
    finally:
        with connection.cursor() as cursor:
            cursor.execute("RESET lock_timeout")
        may_end.set()
        holder.join(30)
    alert.refresh_from_db()
    assert alert.state == "acknowledged"


def test_sender_that_outlives_its_lease_finds_a_settled_row(storm, smtp, in_background):
    storm.rage(1)
    at = timezone.now()
    smtp.hold(Point.BETWEEN_SEND_AND_MARK)
    late = in_background(lambda: deliver_due(clock=lambda: at, run_length=1))
    assert smtp.is_held.wait(30)
    smtp.holds_at = None
    assert deliver_due(clock=lambda: at + 2 * MINUTE) == 2
    smtp.let_go()
    late.join(30)
    assert set(staff_mails().values_list("state", flat=True)) == {"sent"}
    assert sorted(smtp.copies().values()) == [1, 2]
    assert AlertEvent.objects.filter(kind="sent").count() == 2


def test_alert_held_by_a_stuck_process_holds_up_no_other(storm, smtp, monkeypatch, in_background):
    """Its web process froze in the middle of a form: the database keeps the lock for it."""
    monkeypatch.setattr(mail, "LONGEST_LOCK", "300ms")
    storm.rage(2)
    stuck = Alert.objects.order_by("pk")[0]
    is_held, may_end = Event(), Event()

    def freeze():
        with transaction.atomic():
            Alert.objects.select_for_update().get(pk=stuck.pk)
            is_held.set()
            may_end.wait(60)

    holder = in_background(freeze)
    assert is_held.wait(30)
    assert deliver_due(clock=timezone.now) == 2
    may_end.set()
    holder.join(30)
    assert deliver_due(clock=lambda: timezone.now() + MINUTE) == 2
