"""Mail through Django's configured backend, with typed failures."""

from __future__ import annotations

import smtplib
from collections.abc import Iterable
from contextlib import AbstractContextManager, nullcontext
from email.mime.image import MIMEImage
from typing import Any

import structlog
from django.conf import settings
from django.core.mail import EmailMultiAlternatives, get_connection

from clinic.outbox.transports.base import Mail, TransportError
from clinic.outbox.transports.smtp import SmtpBackend
from clinic.outbox.transports.smtp_replies import About, Answer, about

log = structlog.stdlib.get_logger(__name__)

# Time for the commands of one mail besides its content: even a server that answers byte by byte is cut off.
N_COMMANDS = 6
CLOSE_SECONDS = 5.0


class EmailTransport:
    """One connection for many mails, opened for the first and reopened after a failure."""

    def __init__(self) -> None:
        self.connection = get_connection(fail_silently=False)

    def send(self, mail: Mail) -> None:
        """Send the mail to the server."""
        message = message_of(mail, self.connection)
        is_open = False
        try:
            with self._limited(longest_conversation()):
                self._ready()
                is_open = True
                self._hand_over(message, mail)
        except (smtplib.SMTPException, OSError) as error:
            # Read this before closing, because closing talks to the server on the same client.
            may_have_taken = is_open and self._may_have_taken()
            self.close()
            raise _typed(error, is_open=is_open, may_have_taken=may_have_taken) from error

    def _hand_over(self, message: EmailMultiAlternatives, mail: Mail) -> None:
        """From the installation's address where the server refuses a mail from the clinic's own.

        Servers say so at MAIL FROM, at RCPT or after the content, in many codes. A refusal for good means that the
        mail was not taken; what the server answers to the usual sender is then about the mail or its recipient.
        """
        try:
            message.send()
        except smtplib.SMTPException as error:
            answer = _answer(error)
            if mail.usual_sender in {"", mail.sender} or answer is None or not answer.is_permanent:
                raise
            log.warning("refused from the clinic's own address", code=answer.name)
            self._ready()
            message.from_email = mail.usual_sender
            message.send()

    def _ready(self) -> None:
        """A working connection: servers close one after so many mails, and that loses nothing."""
        # The backend keeps a connection open only if it was opened before.
        is_new = self.connection.open()
        kept = getattr(self.connection, "connection", None)
        if is_new or kept is None:
            return
        try:
            kept.noop()
        except (smtplib.SMTPException, OSError):
            self.close()
            self.connection.open()

    def close(self) -> None:
        """Close the connection; ignore a server that is gone already."""
        try:
            with self._limited(CLOSE_SECONDS):
                self.connection.close()
        except (smtplib.SMTPException, OSError):
            self.connection = get_connection(fail_silently=False)

    def _may_have_taken(self) -> bool:
        return not isinstance(self.connection, SmtpBackend) or self.connection.may_have_taken

    def _limited(self, seconds: float) -> AbstractContextManager[None]:
        """A time limit for the whole conversation with a server; a folder needs none."""
        if isinstance(self.connection, SmtpBackend):
            return self.connection.limited(seconds)
        return nullcontext()


class WithPicture(EmailMultiAlternatives):
    """Text and HTML as alternatives, and beside them what the HTML shows (RFC 2387)."""

    mixed_subtype = "related"


def message_of(mail: Mail, connection: Any = None) -> EmailMultiAlternatives:
    """The mail as it is written out; a picture is a part of it that no reader lists as an attachment."""
    kind = EmailMultiAlternatives if mail.picture is None else WithPicture
    message = kind(
        subject=mail.subject,
        body=mail.text,
        from_email=mail.sender or None,
        to=[mail.to],
        reply_to=[mail.reply_to] if mail.reply_to else None,
        headers=dict(mail.headers),
        connection=connection,
    )
    message.attach_alternative(mail.html, "text/html")
    if mail.picture is not None:
        part = MIMEImage(mail.picture.png, "png")
        part.add_header("Content-ID", f"<{mail.picture.cid}>")
        part.add_header("Content-Disposition", "inline")
        message.attach(part)
    return message


def longest_conversation() -> float:
    """The longest time that one mail can take."""
    commands = N_COMMANDS * settings.SMTP_COMMAND_SECONDS
    return float(2 * settings.SMTP_CONNECT_SECONDS + commands + settings.SMTP_DATA_SECONDS)


def _typed(error: Exception, *, is_open: bool, may_have_taken: bool) -> TransportError:
    """The failure with its kind and codes; the server's text may contain an address and is dropped.

    A connection lost during the content may still have delivered the mail.
    """
    name = type(error).__name__
    answer = _answer(error)
    if answer is None:
        return TransportError(name, permanent=False, is_ambiguous=may_have_taken, is_down=not is_open)
    reason = f"{name} {answer.name}"
    if _is_about_us(error) and answer.is_permanent:
        return TransportError(reason, permanent=False, about=About.US, is_down=not is_open)
    if not answer.is_permanent:
        return TransportError(reason, permanent=False, is_down=not is_open)
    subject = about(answer)
    return TransportError(reason, permanent=subject is not About.US, about=subject, is_down=not is_open)


def _answer(error: Exception) -> Answer | None:
    """The server's answer, if there was one."""
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        refusals: Iterable[tuple[int, bytes]] = error.recipients.values()
        code, words = max(refusals, default=(0, b""))
    elif isinstance(error, smtplib.SMTPResponseException):
        code, words = error.smtp_code, error.smtp_error  # type: ignore[assignment]
    else:
        return None
    if code <= 0:
        return None
    said: object = words
    return Answer(code, said.decode(errors="replace") if isinstance(said, bytes) else str(said))


def _is_about_us(error: Exception) -> bool:
    """A refused connection, login or sender is about us, not the recipient: it is retried until it works."""
    about_us = (smtplib.SMTPAuthenticationError, smtplib.SMTPConnectError, smtplib.SMTPHeloError)
    return isinstance(error, (*about_us, smtplib.SMTPSenderRefused))
