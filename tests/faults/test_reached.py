"""Whatever stops the mail, /healthz reports it in time, nothing is lost, and all of it is sent afterwards.

The short form backdates reports by two minutes; the long one waits, and each fault lasts as long as when it
was first tried.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from django.utils import timezone

from clinic.models import Fault, Membership, Message
from courses.alerts.reached.clock import LONGEST_FOR_RED_FLAGS
from courses.alerts.reached.late import reached_health
from courses.models import Alert, AlertEvent, Reach
from tests.faults.storm import IS_LONG, NOTICED_WITHIN_SECONDS, staff_mails
from tests.processes import Fallback, environment, wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]

N_FEW = 3
FAST = {"SMTP_CONNECT_SECONDS": "2", "SMTP_COMMAND_SECONDS": "2", "SLOW_SECONDS": "0.5"}


@pytest.fixture
def deliver(transactional_db, smtp, start) -> Callable[..., Fallback]:
    """Start `deliver_due`."""
    env = environment(smtp, "redis://127.0.0.1:1/0", "http://127.0.0.1:8000")
    return lambda **more: start(Fallback(env | ({} if IS_LONG else FAST) | more, every=0.5))


def reported() -> datetime:
    """When the reports of a test are made: two minutes earlier if there is no time to wait."""
    return timezone.now() if IS_LONG else timezone.now() - LONGEST_FOR_RED_FLAGS + timedelta(seconds=1)


def last(seconds: float) -> None:
    """In the long form, a fault of so many seconds."""
    time.sleep(seconds if IS_LONG else 1.0)


def skip_pauses() -> None:
    """End the pause before the next attempt if there is no time to wait for it."""
    if not IS_LONG:
        Message.objects.filter(state="pending").exclude(first_due_at=None).update(due_at=timezone.now())


def assert_well_again(storm, *, n_duplicated: int = 0) -> None:
    storm.fault_is_over()
    skip_pauses()
    totals = storm.reckon()
    assert (totals.n_lost, totals.n_duplicated) == (0, n_duplicated)
    wait_until(lambda: reached_health(at=timezone.now()).is_well)
    wait_until(lambda: not Fault.objects.open().exists())
    assert not Reach.objects.running().exists()


def assert_nobody_is_blamed() -> None:
    assert not Membership.objects.exclude(email_failed_at=None).exists()
    assert not AlertEvent.objects.filter(kind="undeliverable").exists()


@pytest.mark.parametrize(
    ("trouble", "seconds"),
    [
        ({"answer": "451 4.3.2 try later"}, 300),
        ({"answer": "554 5.7.1 policy"}, 30),
        ({"answer": "550 5.1.1 no such user"}, 30),
    ],
    ids=["4xx for 5 min", "5.7.1 for 30 s", "5.1.1 for everybody"],
)
def test_mail_server_refuses(storm, smtp, deliver, trouble, seconds):
    for name, value in trouble.items():
        setattr(smtp, name, value)
    deliver()
    since = reported()
    storm.rage(N_FEW, at=since)
    if trouble["answer"].startswith("5"):
        wait_until(lambda: Fault.objects.open().filter(kind=Fault.Kind.REFUSED).exists())
        last(seconds)
    assert storm.wait_until_noticed(since=since) <= NOTICED_WITHIN_SECONDS
    wait_until(lambda: Fault.objects.open().filter(kind=Fault.Kind.UNREACHED).count() == N_FEW)
    last(seconds - NOTICED_WITHIN_SECONDS if seconds > NOTICED_WITHIN_SECONDS else 0.1)
    assert_nobody_is_blamed()
    smtp.recover()
    assert_well_again(storm)


def test_mail_server_is_stopped(storm, smtp, deliver):
    smtp.stop()
    deliver()
    since = reported()
    storm.rage(N_FEW, at=since)
    assert storm.wait_until_noticed(since=since) <= NOTICED_WITHIN_SECONDS
    last(80)
    smtp.listen_again()
    assert_well_again(storm)


def test_message_that_cannot_be_made(storm, smtp, deliver, clinic):
    """Its clinic has an invalid zone, so nothing can be written; the next mail after a fix is sent."""
    zone = clinic.zone
    since = reported()
    storm.rage(N_FEW, at=since)
    type(clinic).objects.filter(pk=clinic.pk).update(zone="Nowhere/Land")
    deliver()
    assert storm.wait_until_noticed(since=since) <= NOTICED_WITHIN_SECONDS
    wait_until(
        lambda: skip_pauses() or Fault.objects.open().filter(kind=Fault.Kind.UNSENDABLE).exists(), seconds=120
    )
    wait_until(lambda: AlertEvent.objects.filter(kind="undeliverable").exists())
    type(clinic).objects.filter(pk=clinic.pk).update(zone=zone)
    storm.fault_is_over()
    Alert.objects.update(repeat_at=timezone.now(), next_step_at=timezone.now())
    assert storm.reckon_people().n_lost == 0
    wait_until(lambda: not Fault.objects.open().exists())


def test_vanished_kind(storm, smtp, deliver):
    # In less than two minutes the next person of the chain has mail: it is backdated by nearly that much.
    since = timezone.now() - LONGEST_FOR_RED_FLAGS + timedelta(seconds=1)
    storm.rage(N_FEW, at=since)
    staff_mails().update(kind="gone_since_the_upgrade")
    deliver()
    assert storm.wait_until_noticed(since=since) <= NOTICED_WITHIN_SECONDS
    gone = Message.objects.filter(kind="gone_since_the_upgrade")
    wait_until(lambda: skip_pauses() or set(gone.values_list("state", flat=True)) == {"failed"}, seconds=120)
    assert Fault.objects.open().filter(kind=Fault.Kind.UNSENDABLE).exists()
    storm.fault_is_over()
    # The next person of the chain is emailed instead.
    assert storm.reckon_people().n_lost == 0


def test_message_due_in_2099_is_sent_once_it_is_noticed(storm, smtp, deliver):
    since = reported()
    storm.rage(N_FEW, at=since)
    Message.objects.update(due_at=datetime(2099, 1, 1, tzinfo=UTC))
    assert storm.wait_until_noticed(since=since) <= NOTICED_WITHIN_SECONDS
    deliver()
    assert_well_again(storm)


@pytest.mark.parametrize("seconds", [12, 60])
def test_slow_relay_holds_no_other_mail(storm, smtp, deliver, seconds, lead):
    """It is slow for one recipient: everybody else's mail is sent at once, and theirs is sent once."""
    smtp.is_slow_for = {lead.user.email: float(seconds if IS_LONG else seconds / 30)}
    deliver()
    storm.rage(N_FEW)
    # A process that is just starting is not slow.
    wait_until(lambda: Message.objects.exclude(state="pending").exists())
    since = timezone.now()
    others = lambda: len(smtp.to("practitioner@example.org"))  # noqa: E731
    wait_until(lambda: others() == N_FEW)
    quick = (timezone.now() - since).total_seconds()
    assert smtp.to(lead.user.email) == [] or not IS_LONG
    assert quick < seconds or not IS_LONG
    assert_well_again(storm)
