"""Mail through a real server, with typed failures."""

from __future__ import annotations

import time

import pytest

from clinic.outbox.transports import email
from clinic.outbox.transports.base import Mail, TransportError
from clinic.outbox.transports.email import EmailTransport
from tests.clinic.outbox.servers import DripServer, RudeServer

MAIL = Mail(
    to="ana@example.org",
    subject="A subject",
    text="A text\n",
    html="<p>A text</p>",
    reply_to="desk@example.org",
    headers={"Message-ID": "<1@example.org>", "Auto-Submitted": "auto-generated"},
)


@pytest.fixture
def transport(smtp):
    transport = EmailTransport()
    yield transport
    transport.close()


def failure_of(transport: EmailTransport) -> TransportError:
    with pytest.raises(TransportError) as caught:
        transport.send(MAIL)
    return caught.value


def test_mail_arrives_whole(transport, smtp):
    transport.send(MAIL)
    (mail,) = smtp.mails
    assert (mail["To"], mail["Subject"], mail["Reply-To"]) == ("ana@example.org", "A subject", "desk@example.org")
    assert (mail["Message-ID"], mail["Auto-Submitted"]) == ("<1@example.org>", "auto-generated")
    assert mail.get_body(("plain",)).get_content().strip() == "A text"
    assert mail.get_body(("html",)).get_content().strip() == "<p>A text</p>"


def test_mail_without_a_reply_address_has_none(transport, smtp):
    transport.send(Mail("ana@example.org", "A subject", "A text", "<p>A text</p>"))
    assert smtp.mails[0]["Reply-To"] is None


def test_letters_of_any_language_arrive(transport, smtp):
    transport.send(Mail("ana@example.org", "Termin für 李娜", "Grüße, 李娜", "<p>李娜</p>"))
    assert smtp.mails[0]["Subject"] == "Termin für 李娜"
    assert "李娜" in smtp.mails[0].get_body(("plain",)).get_content()


def test_one_connection_serves_many(transport, smtp):
    transport.send(MAIL)
    first = transport.connection.connection
    transport.send(MAIL)
    assert transport.connection.connection is first
    assert len(smtp.mails) == 2


def test_failure_is_followed_by_a_new_connection(transport, smtp):
    smtp.answer = "451 later"
    failure_of(transport)
    smtp.answer = "250 taken"
    transport.send(MAIL)
    assert len(smtp.mails) == 1


@pytest.mark.parametrize(
    ("answer", "permanent"),
    [("421 x", False), ("450 x", False), ("452 x", False), ("550 x", True), ("554 x", False)],
)
def test_servers_answer_says_whether_another_attempt_helps(transport, smtp, answer, permanent):
    smtp.answer = answer
    failure = failure_of(transport)
    assert (failure.permanent, str(failure)) == (permanent, f"SMTPDataError {answer[:3]}")


@pytest.mark.parametrize(("answer", "permanent"), [("450 busy", False), ("550 unknown", True), ("553 x", True)])
def test_refused_recipient(transport, smtp, answer, permanent):
    smtp.answer_to_recipient[MAIL.to] = answer
    assert failure_of(transport).permanent is permanent


def test_words_of_the_server_are_dropped(transport, smtp):
    smtp.answer_to_recipient[MAIL.to] = "550 ana@example.org does not live here"
    assert "ana" not in str(failure_of(transport))


def test_server_that_is_away_is_temporary(smtp, settings):
    settings.EMAIL_PORT = 1
    failure = failure_of(EmailTransport())
    assert (failure.permanent, str(failure)) == (False, "ConnectionRefusedError")


def test_server_that_never_answers_is_temporary(smtp, settings):
    settings.EMAIL_TIMEOUT = 0.2
    with RudeServer(greeting="220-wait") as server:
        settings.EMAIL_PORT = server.port
        failure = failure_of(EmailTransport())
    assert failure.permanent is False


def test_server_that_hangs_up_is_temporary(smtp, settings):
    with RudeServer() as server:
        settings.EMAIL_PORT = server.port
        failure = failure_of(EmailTransport())
    assert (failure.permanent, str(failure)) == (False, "SMTPServerDisconnected")


@pytest.mark.parametrize("greeting", ["554 no service for you", "421 too busy"])
def test_refusal_of_us_is_temporary_whatever_its_code(smtp, settings, greeting):
    with RudeServer(greeting=greeting) as server:
        settings.EMAIL_PORT = server.port
        assert failure_of(EmailTransport()).permanent is False


def test_closing_a_connection_that_is_gone_is_no_matter(transport, smtp):
    transport.send(MAIL)
    transport.connection.connection.sock.close()
    transport.close()
    transport.send(MAIL)
    assert len(smtp.mails) == 2


def test_server_that_drips_its_words_is_cut_off(transport, settings):
    """It would hold the mail longer than its lease, and another process would send it too."""
    settings.SMTP_CONNECT_SECONDS = 0.5
    with DripServer() as server:
        settings.EMAIL_PORT = server.port
        transport.connection = email.get_connection()
        started = time.monotonic()
        failure = failure_of(transport)
        assert time.monotonic() - started < 5
    assert (failure.permanent, failure.is_ambiguous) == (False, False)
