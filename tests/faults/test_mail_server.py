"""A mail server that fails and recovers: waiting mail is sent, and nobody is forgotten."""

from __future__ import annotations

from collections import Counter
from datetime import timedelta

import pytest
from django.utils import timezone

from clinic.models import Fault, Membership
from clinic.outbox.deliver import deliver_due
from courses.alerts.steps import sweep
from courses.models import Alert, AlertEvent
from tests.clinic.outbox.servers import DripServer
from tests.faults.storm import N_ALERTS, staff_mails

pytestmark = pytest.mark.django_db

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
N_FEW = max(3, N_ALERTS // 50)


@pytest.fixture(autouse=True)
def short_patience(settings):
    """Wait only a second for a server that does not answer."""
    for name in ("EMAIL_TIMEOUT", "SMTP_CONNECT_SECONDS", "SMTP_COMMAND_SECONDS", "SMTP_DATA_SECONDS"):
        setattr(settings, name, 0.5)


def deliver(later: timedelta = timedelta(0)) -> int:
    return deliver_due(clock=lambda: timezone.now() + later)


TROUBLES = {
    "a busy mailbox": {"answer_to_sender": "450 busy"},
    "a refusal for now": {"answer": "451 try later"},
    "a server that closes": {"answer": "421 closing"},
    "a time-out": {"says_nothing_for": 2.0},
    "a disconnect within the mail": {"hangs_up": True},
    "a refusal of us": {"answer_to_sender": "550 no relay"},
}


@pytest.mark.parametrize("trouble", TROUBLES)
def test_after_trouble_every_mail_is_sent_once(storm, smtp, trouble):
    for name, value in TROUBLES[trouble].items():
        setattr(smtp, name, value)
    storm.rage(N_FEW)
    assert deliver() == 0
    n_taken_in_trouble = len(smtp.mails)
    assert set(staff_mails().values_list("state", flat=True)) == {"pending"}
    smtp.recover()
    storm.fault_is_over()
    assert deliver(HOUR) == 2 * N_FEW
    totals = storm.reckon()
    # Mail that the server accepted without confirming comes a second time, with the same Message-ID.
    assert (totals.n_lost, totals.n_duplicated) == (0, n_taken_in_trouble)


def test_a_greeting_that_never_ends_holds_nobody_up(storm, smtp, settings):
    storm.rage(1)
    with DripServer() as server:
        settings.EMAIL_PORT = server.port
        assert deliver() == 0
    settings.EMAIL_PORT = smtp.port
    storm.fault_is_over()
    assert deliver(HOUR) == 2
    assert storm.reckon().n_lost == 0


@pytest.mark.parametrize("answer", ["554 5.7.1 policy", "550 5.1.1 no such user", "554 5.3.0 trouble"])
def test_when_everybody_is_refused_nobody_is_blamed(storm, smtp, manager, answer):
    """It says nothing about the people: every report keeps its own mails, and the chain its steps."""
    smtp.answer = answer
    storm.rage(N_FEW)
    for minutes in range(5):
        assert deliver(minutes * MINUTE) == 0
    assert set(staff_mails().values_list("state", flat=True)) == {"pending"}
    assert set(Alert.objects.values_list("chain_position", flat=True)) == {1}
    assert Fault.objects.open().filter(kind=Fault.Kind.REFUSED).count() == 1
    assert not Membership.objects.exclude(email_failed_at=None).exists()
    smtp.recover()
    storm.fault_is_over()
    assert deliver(HOUR) == 2 * N_FEW
    totals = storm.reckon()
    assert (totals.n_lost, totals.n_duplicated) == (0, 0)
    assert smtp.to(manager.user.email) == []
    assert not Fault.objects.open().exists()


def test_after_an_hour_of_outage_nobody_gets_an_hour_of_repeats(storm, smtp):
    """The report itself, and the newest repeat."""
    smtp.answer = "451 try later"
    storm.rage(1)
    start = timezone.now()
    for minute in range(5, 65, 5):
        sweep(at=start + minute * MINUTE)
        deliver(minute * MINUTE)
    smtp.recover()
    for hours in (2, 3):
        deliver(hours * HOUR)
    per_person = Counter(str(mail["To"]) for mail in smtp.mails)
    assert AlertEvent.objects.filter(kind="repeated").count() >= 8
    assert max(per_person.values()) <= 4
    firsts = staff_mails().filter(subject_id__in=AlertEvent.objects.filter(kind="raised"))
    assert set(firsts.values_list("state", flat=True)) == {"sent"}
