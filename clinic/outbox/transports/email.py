"""Mail through Django's configured backend, failures typed."""

from __future__ import annotations

import smtplib
from contextlib import AbstractContextManager, nullcontext

from django.core.mail import EmailMultiAlternatives, get_connection

from clinic.outbox.transports.base import Mail, TransportError
from clinic.outbox.transports.smtp import SmtpBackend

# A mail and its failure are over well within a lease.
SEND_SECONDS = 40.0
CLOSE_SECONDS = 5.0
FIRST_PERMANENT_CODE = 500


class EmailTransport:
    """One connection for many mails, opened at the first and reopened after a failure."""

    def __init__(self) -> None:
        self.connection = get_connection(fail_silently=False)

    def send(self, mail: Mail) -> None:
        """Hand the mail to the server."""
        message = EmailMultiAlternatives(
            subject=mail.subject,
            body=mail.text,
            to=[mail.to],
            reply_to=[mail.reply_to] if mail.reply_to else None,
            headers=dict(mail.headers),
            connection=self.connection,
        )
        message.attach_alternative(mail.html, "text/html")
        is_open = False
        try:
            with self._limited(SEND_SECONDS):
                self._ready()
                is_open = True
                message.send()
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise _typed(error, is_open=is_open) from error

    def _ready(self) -> None:
        """A connection that stands: servers end one after so many mails, and that loses nothing."""
        # The backend leaves a connection open only if it was opened beforehand.
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
        """End the connection; a server that is gone already is no matter."""
        try:
            with self._limited(CLOSE_SECONDS):
                self.connection.close()
        except (smtplib.SMTPException, OSError):
            self.connection = get_connection(fail_silently=False)

    def _limited(self, seconds: float) -> AbstractContextManager[None]:
        """A limit on all that is said to a server; a folder needs none."""
        if isinstance(self.connection, SmtpBackend):
            return self.connection.limited(seconds)
        return nullcontext()


def _typed(error: Exception, *, is_open: bool) -> TransportError:
    """The failure with its kind and code; the server's words may hold an address and are dropped.

    A connection lost after it stood may have carried the mail across.
    """
    code = _code(error)
    reason = f"{type(error).__name__} {code}" if code else type(error).__name__
    permanent = code >= FIRST_PERMANENT_CODE and not _is_about_us(error)
    return TransportError(reason, permanent=permanent, is_ambiguous=is_open and not code, is_down=not is_open)


def _code(error: Exception) -> int:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max((code for code, _words in error.recipients.values()), default=0)
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code
    return 0


def _is_about_us(error: Exception) -> bool:
    """A refused connection, login or sender says nothing of the recipient: it is retried until mended."""
    about_us = (smtplib.SMTPAuthenticationError, smtplib.SMTPConnectError, smtplib.SMTPHeloError)
    return isinstance(error, (*about_us, smtplib.SMTPSenderRefused))
