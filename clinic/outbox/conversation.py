"""Sends one mail and shows every line of the SMTP conversation; credentials are masked."""

from __future__ import annotations

import smtplib
import socket
import ssl
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage, get_connection

from clinic.outbox.transports.smtp import SmtpBackend, _Limited

SECONDS = 120.0
MASK = "***"
LOGIN_REFUSED = "Not sent. The mail server refused the user name or password of EMAIL_URL."
Say = Callable[[str], Any]


class NotSent(Exception):
    """The mail was not accepted; says why, and what to check."""


class TalkingBackend(SmtpBackend):
    """The configured mail server's backend, which also prints the conversation."""

    say: Say = print
    is_login_refused = False

    def _hold(self, client: _Limited) -> None:
        super()._hold(client)
        client.debuglevel = 1
        client._print_debug = self._repeat  # type: ignore[attr-defined]  # smtplib's own hook would print to stderr
        self._is_secret = False

    def _repeat(self, *words: object) -> None:
        kind, text = str(words[0]), str(words[1]) if len(words) > 1 else ""
        if kind == "send:":
            self.say(f"> {self._masked(text)}")
        elif kind == "reply:" and text:
            self._is_secret = text[2:5] == "334"
            # Some servers hang up afterwards, and smtplib then reports only a lost connection.
            self.is_login_refused = self.is_login_refused or text[2:5] == "535"
            self.say(f"< {self._plain(text)}")
        elif kind == "connect: to":
            self.say(f"Connect to {self.host}, port {self.port}{' with TLS' if self.use_ssl else ''}")

    def _masked(self, text: str) -> str:
        if self._is_secret:
            return MASK
        plain = self._plain(text)
        if plain.upper().startswith("AUTH "):
            return " ".join([*plain.split()[:2], MASK])
        return plain

    def _plain(self, text: str) -> str:
        """A line as it was sent, from the Python value that smtplib shows."""
        plain = text.removeprefix("b")[1:-1].replace("\\r\\n", "\n").replace("\\'", "'").rstrip("\n")
        if self.password:
            plain = plain.replace(self.password, MASK)
        return plain.replace("\n", "\n  ")


def send_test_mail(address: str, *, say: Say) -> None:
    """Send a mail to `address` over the configured transport; NotSent with the reason."""
    message = EmailMessage(
        subject="Healing Curve: test of the mail settings",
        body=f"This mail was sent to test the mail settings of {settings.BASE_URL}. There is nothing to do.\n",
        to=[address],
        headers={"Auto-Submitted": "auto-generated"},
    )
    say(f"From {settings.DEFAULT_FROM_EMAIL} to {address}")
    connection = _connection(say)
    message.connection = connection
    try:
        if isinstance(connection, TalkingBackend):
            with connection.limited(SECONDS):
                message.send()
        else:
            message.send()
            say(f"No mail server is configured: {settings.EMAIL_BACKEND} kept the mail.")
    except (smtplib.SMTPException, OSError) as error:
        is_login_refused = getattr(connection, "is_login_refused", False)
        raise NotSent(LOGIN_REFUSED if is_login_refused else _reason(error)) from error
    finally:
        with suppress(smtplib.SMTPException, OSError):
            connection.close()


def _connection(say: Say) -> Any:
    connection: Any = get_connection()
    if isinstance(connection, SmtpBackend):
        connection = get_connection(f"{__name__}.{TalkingBackend.__name__}")
        connection.say = say
    return connection


def _reason(error: Exception) -> str:
    where = f"{settings.EMAIL_HOST}, port {settings.EMAIL_PORT}"
    words: list[tuple[type[Exception], str]] = [
        (smtplib.SMTPSenderRefused, "The mail server refused the sender: look at DEFAULT_FROM_EMAIL."),
        (smtplib.SMTPRecipientsRefused, "The mail server refused the address the mail was for."),
        (smtplib.SMTPDataError, "The mail server refused the mail itself; its reason stands above."),
        (smtplib.SMTPNotSupportedError, "The mail server cannot do what EMAIL_URL asks: STARTTLS or signing in."),
        (smtplib.SMTPServerDisconnected, f"{where} ended the conversation. Is it TLS from the start (smtps://)?"),
        (ssl.SSLCertVerificationError, f"The certificate of {where} cannot be trusted."),
        (ssl.SSLError, f"{where} does not speak TLS from the start: smtp+tls:// uses STARTTLS instead."),
        (socket.gaierror, f"The name {settings.EMAIL_HOST} is not known: look at the host in EMAIL_URL."),
        (ConnectionRefusedError, f"Nothing listens at {where}: look at host and port in EMAIL_URL."),
        (TimeoutError, f"{where} did not answer in time: look at the port and at firewalls."),
    ]
    known = next((text for kind, text in words if isinstance(error, kind)), f"{where} could not be reached.")
    return f"Not sent. {known} ({type(error).__name__})"
