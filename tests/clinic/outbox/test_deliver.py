"""Delivery: due messages are claimed one by one, checked again, sent, settled."""

from __future__ import annotations

import io
import logging
from datetime import timedelta

import pytest
from django.core.management import call_command
from django.db import OperationalError

from clinic.management.commands import deliver_due as deliver_due_command
from clinic.models import Fault, Message
from clinic.outbox import deliver as deliver_module
from clinic.outbox import queue
from clinic.outbox.deliver import deliver_due
from clinic.outbox.kinds import kind_of
from tests.clinic.outbox.servers import RudeServer

pytestmark = pytest.mark.django_db

AT_MOST_ONCE = Message.Guarantee.AT_MOST_ONCE


@pytest.fixture
def rude(settings, smtp):
    """A server that hangs up instead of answering."""
    with RudeServer() as server:
        settings.EMAIL_PORT = server.port
        yield server


def states() -> list[str]:
    return list(Message.objects.order_by("pk").values_list("state", flat=True))


def test_due_message_is_sent_and_settled(put, smtp, pigeon, clock, at):
    message = put()
    assert deliver_due(clock=clock()) == 1
    kept = Message.objects.get()
    assert (kept.state, kept.settled_at) == ("sent", at)
    assert [mail["To"] for mail in smtp.mails] == [message.recipient]
    assert pigeon.settled_as == [(message.recipient, "sent")]


def test_message_of_later_waits(put, smtp, clock, at):
    put(due_at=at + timedelta(seconds=1))
    assert deliver_due(clock=clock()) == 0
    assert (states(), smtp.mails) == (["pending"], [])


def test_again_sends_nothing_again(put, smtp, clock):
    put()
    assert [deliver_due(clock=clock()), deliver_due(clock=clock())] == [1, 0]
    assert len(smtp.mails) == 1


def test_what_is_no_longer_due_is_cancelled(put, smtp, pigeon, clock):
    put()
    pigeon.decision = False
    assert deliver_due(clock=clock()) == 0
    assert (states(), smtp.mails) == (["cancelled"], [])


def test_what_is_too_early_is_deferred(put, smtp, pigeon, clock, at):
    put()
    pigeon.decision = at + timedelta(hours=8)
    assert deliver_due(clock=clock()) == 0
    assert Message.objects.get().due_at == at + timedelta(hours=8)
    pigeon.decision = True
    assert deliver_due(clock=clock(hours=8)) == 1


def test_run_ends_after_its_length(put, smtp, clock):
    for _n in range(3):
        put()
    assert deliver_due(clock=clock(), run_length=2) == 2
    assert states().count("pending") == 1


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("limit", [{"run_length": 2}, {"run_length": 9}])
def test_run_that_ended_early_rings_for_the_next(put, smtp, clock, monkeypatch, limit):
    """A backlog does not wait for the next sweep after every run."""
    for _n in range(3):
        put()
    rings: list[int] = []
    monkeypatch.setattr(queue, "ring", lambda: rings.append(1))
    monkeypatch.setattr(deliver_module, "RUN_SECONDS", 60.0 if limit["run_length"] == 2 else 0.0)
    deliver_due(clock=clock(), **limit)
    assert len(rings) == 1
    deliver_due(clock=clock())


def test_message_id_stays_through_every_attempt(put, smtp, clock):
    message = put()
    smtp.answer = "451 try later"
    deliver_due(clock=clock())
    smtp.answer = "250 taken"
    assert deliver_due(clock=clock(minutes=1)) == 1
    assert smtp.mails[0]["Message-ID"] == f"<{message.uuid}@127.0.0.1>"
    assert Message.objects.get().n_attempts == 2


class TestFailure:
    @pytest.mark.parametrize("answer", ["421 closing", "451 try later", "452 full"])
    def test_temporary_refusal_is_tried_again(self, put, smtp, clock, answer):
        put()
        smtp.answer = answer
        deliver_due(clock=clock())
        kept = Message.objects.get()
        assert kept.state == "pending"
        assert answer[:3] in kept.error
        assert "later" not in kept.error

    def test_lone_refusal_is_believed_with_the_third(self, put, smtp, pigeon, clock):
        message = put()
        smtp.answer = "550 no such user"
        for minutes, state in ((0, "pending"), (1, "pending"), (2, "failed")):
            assert deliver_due(clock=clock(minutes=minutes)) == 0
            assert states() == [state]
        assert Message.objects.get().is_refused
        assert pigeon.settled_as == [(message.recipient, "failed")]

    def test_refusal_is_believed_once_somebody_else_was_reached(self, put, smtp, clock):
        refused, taken = put(), put()
        smtp.answer_to_recipient[refused.recipient] = "550 5.1.1 no such user"
        assert deliver_due(clock=clock()) == 1
        assert states() == ["pending", "sent"]
        assert deliver_due(clock=clock(minutes=1)) == 0
        assert states() == ["failed", "sent"]
        assert [mail["To"] for mail in smtp.mails] == [taken.recipient]

    def test_when_every_recipient_is_refused_none_of_them_is_blamed(self, put, smtp, pigeon, clock):
        for _n in range(3):
            put()
        smtp.answer = "550 5.1.1 no such user"
        for minutes in range(0, 30, 3):
            deliver_due(clock=clock(minutes=minutes))
        assert states() == ["pending"] * 3
        assert Fault.objects.open().get().kind == Fault.Kind.REFUSED
        smtp.answer = "250 taken"
        assert deliver_due(clock=clock(hours=1)) == 3
        assert not Message.objects.filter(is_refused=True).exists()
        assert not Fault.objects.open().exists()

    @pytest.mark.parametrize(
        "answer", ["554 5.7.1 policy", "554 refused", "550 5.3.0 x", "530 5.7.0 log in first"]
    )
    def test_refusal_of_us_is_kept_for_as_long_as_it_takes(self, put, smtp, pigeon, clock, answer):
        put(guarantee=AT_MOST_ONCE)
        smtp.answer = answer
        for minutes in range(0, 5 * queue.MAX_ATTEMPTS, 5):
            deliver_due(clock=clock(minutes=minutes))
            assert Fault.objects.open().get().kind == Fault.Kind.REFUSED
        kept = Message.objects.get()
        assert (kept.state, kept.trouble, pigeon.settled_as) == ("pending", "us", [])
        assert kept.due_at - clock(minutes=minutes)() < timedelta(minutes=3)
        smtp.answer = "250 taken"
        assert deliver_due(clock=clock(hours=3)) == 1
        assert not Fault.objects.open().exists()

    def test_full_mailbox_fails_the_message_and_marks_nobody(self, put, smtp, clock):
        put()
        smtp.answer = "552 5.2.2 mailbox full"
        deliver_due(clock=clock())
        kept = Message.objects.get()
        assert (kept.state, kept.is_refused) == ("failed", False)

    def test_busy_recipient_is_tried_again(self, put, smtp, clock):
        message = put()
        smtp.answer_to_recipient[message.recipient] = "450 mailbox busy"
        deliver_due(clock=clock())
        assert states() == ["pending"]

    def test_server_that_is_away_is_tried_again(self, put, smtp, settings, clock):
        put()
        settings.EMAIL_PORT = 1
        deliver_due(clock=clock())
        kept = Message.objects.get()
        assert (kept.state, kept.error) == ("pending", "ConnectionRefusedError")

    def test_staff_mail_is_sent_again_after_a_lost_answer(self, put, rude, clock):
        put()
        deliver_due(clock=clock())
        assert (states(), rude.n_taken) == (["pending"], 1)
        deliver_due(clock=clock(minutes=1))
        assert rude.n_taken == 2

    def test_patient_mail_is_not_sent_again_after_a_lost_answer(self, put, rude, clock):
        """The server had the whole mail: nobody knows whether it was delivered."""
        put(guarantee=AT_MOST_ONCE)
        deliver_due(clock=clock())
        deliver_due(clock=clock(minutes=1))
        assert rude.n_taken == 1
        assert states() == ["unknown"]

    def test_server_that_takes_one_mail_a_connection_gets_them_all(self, put, smtp, settings, clock):
        """The second mail finds the connection dead before any of it was sent, so its outcome is known."""
        for _n in range(2):
            put(guarantee=AT_MOST_ONCE)
        with RudeServer(last_words="250 taken") as server:
            settings.EMAIL_PORT = server.port
            deliver_due(clock=clock())
            deliver_due(clock=clock(minutes=1))
        assert (states(), server.n_taken) == (["sent", "sent"], 2)

    def test_server_that_refuses_us_says_nothing_of_the_recipient(self, put, smtp, settings, clock):
        put()
        with RudeServer(greeting="554 no service for you") as server:
            settings.EMAIL_PORT = server.port
            deliver_due(clock=clock())
        assert states() == ["pending"]


class TestPoison:
    def test_message_that_cannot_be_made_is_given_up_with_the_third_attempt(self, put, smtp, pigeon, clock):
        poison = put(is_urgent=True)
        pigeon.fails_to_render[poison.recipient] = KeyError()
        for minutes, state in ((0, "pending"), (1, "pending"), (2, "failed")):
            deliver_due(clock=clock(minutes=minutes))
            assert states() == [state]
        assert Fault.objects.open().get().kind == Fault.Kind.UNSENDABLE
        assert pigeon.settled_as == [(poison.recipient, "failed")]
        # The next of its kind can be made.
        put(due_at=clock(minutes=3)())
        deliver_due(clock=clock(minutes=3))
        assert not Fault.objects.open().exists()

    def test_address_that_cannot_be_written_to_is_given_up_too(self, put, smtp, clock):
        put(recipient="ana@example.org\nBcc: all@example.org")
        for minutes in range(3):
            deliver_due(clock=clock(minutes=minutes))
        assert states() == ["failed"]
        assert Fault.objects.open().get().kind == Fault.Kind.UNSENDABLE

    def test_vanished_kind_is_given_up_too(self, put, smtp, clock):
        put(kind="dodo")
        for minutes in range(3):
            deliver_due(clock=clock(minutes=minutes))
        assert states() == ["failed"]
        assert Fault.objects.open().get().kind == Fault.Kind.UNSENDABLE

    def test_database_that_does_not_answer_is_no_fault_of_the_message(self, put, smtp, pigeon, clock):
        message = put()
        pigeon.fails_to_render[message.recipient] = OperationalError()
        for minutes in range(5):
            deliver_due(clock=clock(hours=minutes))
        assert states() == ["pending"]

    def test_message_that_cannot_be_made_does_not_stop_the_queue(self, put, smtp, pigeon, clock):
        poison, _good = put(is_urgent=True), put()
        pigeon.fails_to_render[poison.recipient] = KeyError("Ana Kingfisher")
        assert deliver_due(clock=clock()) == 1
        assert states() == ["pending", "sent"]
        assert Message.objects.get(pk=poison.pk).error == "KeyError"

    def test_words_of_the_failure_are_not_logged(self, put, smtp, pigeon, clock, caplog):
        poison = put()
        pigeon.fails_to_render[poison.recipient] = KeyError("Ana Kingfisher")
        with caplog.at_level(logging.ERROR):
            deliver_due(clock=clock())
        assert "message cannot be made" in caplog.text
        assert "Kingfisher" not in caplog.text

    def test_unknown_kind_does_not_stop_the_queue(self, put, smtp, clock):
        put(kind="dodo", is_urgent=True)
        put()
        assert deliver_due(clock=clock()) == 1
        assert states() == ["pending", "sent"]

    def test_unknown_kind_out_of_attempts_does_not_stop_the_queue(self, put, smtp, clock):
        dodo = put(kind="dodo", is_urgent=True)
        put()
        Message.objects.filter(pk=dodo.pk).update(n_attempts=queue.MAX_ATTEMPTS)
        assert deliver_due(clock=clock()) == 1
        assert states()[1] == "sent"

    def test_owner_that_fails_on_a_refusal_does_not_stop_the_queue(self, put, smtp, pigeon, clock):
        poison = put(is_urgent=True)
        put()
        pigeon.refuse(poison.recipient, permanent=True)
        pigeon.fails_to_settle[poison.recipient] = RuntimeError()
        assert deliver_due(clock=clock()) == 1
        assert states()[1] == "sent"

    def test_expired_patient_mail_that_cannot_be_settled_does_not_stop_the_queue(
        self, put, smtp, pigeon, clock, at
    ):
        poison = put(guarantee=AT_MOST_ONCE)
        queue.claim_next(at=at)
        put()
        pigeon.fails_to_settle[poison.recipient] = RuntimeError()
        assert deliver_due(clock=clock(minutes=2)) == 1
        assert states()[1] == "sent"

    def test_patient_mail_is_not_sent_again_where_its_owner_fails(self, put, smtp, pigeon, clock):
        message = put(guarantee=AT_MOST_ONCE)
        pigeon.fails_to_settle[message.recipient] = RuntimeError()
        deliver_due(clock=clock())
        deliver_due(clock=clock(minutes=1))
        deliver_due(clock=clock(minutes=10))
        assert len(smtp.mails) == 1


def test_kind_is_what_the_setting_names(pigeon):
    assert kind_of("pigeon") is pigeon
    with pytest.raises(KeyError):
        kind_of("dodo")


class TestCommand:
    def test_makes_one_pass(self, put, smtp):
        put()
        out = io.StringIO()
        for _n in range(2):
            call_command("deliver_due", stdout=out)
        assert out.getvalue() == "1 sent\n0 sent\n"

    def test_continues_for_ever_after_the_database_was_down(self, monkeypatch):
        """Ended here by the second pause."""
        passes = iter([OperationalError(), 2])
        pauses: list[float] = []

        def deliver(*, clock):
            outcome = next(passes)
            if isinstance(outcome, Exception):
                raise outcome
            return outcome

        def pause(seconds):
            pauses.append(seconds)
            if len(pauses) == 2:
                raise KeyboardInterrupt

        monkeypatch.setattr(deliver_due_command, "deliver_due", deliver)
        monkeypatch.setattr(deliver_due_command, "close_old_connections", lambda: None)
        monkeypatch.setattr(deliver_due_command.time, "sleep", pause)
        out, err = io.StringIO(), io.StringIO()
        with pytest.raises(KeyboardInterrupt):
            call_command("deliver_due", every=10, stdout=out, stderr=err)
        assert (out.getvalue(), pauses) == ("2 sent\n", [10, 10])
        assert "OperationalError" in err.getvalue()
