"""Mail through Django's configured backend, failures typed."""

from __future__ import annotations

import smtplib

from django.core.mail import EmailMultiAlternatives, get_connection

from clinic.outbox.transports.base import Mail, TransportError

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
        try:
            # The backend leaves a connection open only if it was opened beforehand.
            self.connection.open()
            message.send()
        except (smtplib.SMTPException, OSError) as error:
            self.close()
            raise _typed(error) from error

    def close(self) -> None:
        """End the connection; a server that is gone already is no matter."""
        try:
            self.connection.close()
        except (smtplib.SMTPException, OSError):
            self.connection = get_connection(fail_silently=False)


def _typed(error: Exception) -> TransportError:
    """The failure with its kind and code; the server's words may hold an address and are dropped."""
    code = _code(error)
    reason = f"{type(error).__name__} {code}" if code else type(error).__name__
    return TransportError(reason, permanent=code >= FIRST_PERMANENT_CODE and not _is_about_us(error))


def _code(error: Exception) -> int:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        return max((code for code, _words in error.recipients.values()), default=0)
    if isinstance(error, smtplib.SMTPResponseException):
        return error.smtp_code
    return 0


def _is_about_us(error: Exception) -> bool:
    """A refused login, greeting or sender says nothing of the recipient: it is retried until mended."""
    return isinstance(error, smtplib.SMTPAuthenticationError | smtplib.SMTPSenderRefused | smtplib.SMTPHeloError)
