"""`send_test_mail`: the whole conversation, no password, a reason on failure."""

from __future__ import annotations

import base64
import socket
from io import StringIO

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from django.core.management import CommandError, call_command

pytestmark = pytest.mark.filterwarnings("ignore:Requiring AUTH while not requiring TLS")
PASSWORD = "h'ush/hush#1"


def send(address: str = "you@example.org") -> str:
    out = StringIO()
    call_command("send_test_mail", address, stdout=out, skip_checks=True)
    return out.getvalue()


@pytest.fixture
def guarded(settings):
    """A mail server that requires a password."""
    taken = []

    class Handler:
        async def handle_DATA(self, server, session, envelope):  # noqa: N802 - the server's name
            taken.append(envelope)
            return "250 taken"

    def judge(server, session, envelope, mechanism, data):
        return AuthResult(success=data.password == PASSWORD.encode(), handled=False)

    probe = socket.create_server(("127.0.0.1", 0))
    port = probe.getsockname()[1]
    probe.close()
    options = {"authenticator": judge, "auth_require_tls": False, "auth_required": True}
    controller = Controller(Handler(), hostname="127.0.0.1", port=port, **options)
    controller.start()
    settings.EMAIL_BACKEND = "clinic.outbox.transports.smtp.SmtpBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", port
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "clinic", PASSWORD
    yield taken
    controller.stop()


def test_shows_every_word_and_says_that_it_was_accepted(smtp):
    told = send()
    for word in (
        f"port {smtp.port}",
        "< 220 ",
        "> ehlo",
        "> mail FROM:",
        "> rcpt TO:<you@example.org>",
        "> data",
        "< 250 taken",
    ):
        assert word in told
    assert told.endswith("Sent. The mail server accepted the mail for you@example.org.\n")
    assert [mail["Subject"] for mail in smtp.mails] == ["Healing Curve: test of the mail settings"]


def test_password_is_masked_in_every_form(guarded):
    told = send()
    assert len(guarded) == 1
    assert "> AUTH" in told
    assert "***" in told
    for secret in (PASSWORD, f"\0clinic\0{PASSWORD}", "clinic\0" + PASSWORD):
        assert secret not in told
        assert base64.b64encode(secret.encode()).decode().rstrip("=") not in told


@pytest.mark.parametrize("mechanism", ["LOGIN", "PLAIN"])
def test_password_is_masked_whatever_the_mechanism(guarded, monkeypatch, mechanism):
    monkeypatch.setattr("smtplib.SMTP.esmtp_features", {"auth": mechanism}, raising=False)
    monkeypatch.setattr("smtplib.SMTP.has_extn", lambda self, name: name == "auth")
    told = send()
    assert base64.b64encode(PASSWORD.encode()).decode() not in told


def test_wrong_password_is_a_reason_and_is_not_shown(guarded, settings):
    settings.EMAIL_HOST_PASSWORD = "wrongwrong"
    with pytest.raises(CommandError, match="refused the user name or password of EMAIL_URL"):
        send()
    assert guarded == []


@pytest.mark.parametrize(
    ("answer", "reason"), [("550 no such user", "refused the address"), ("450 later", "refused the address")]
)
def test_refused_recipient_is_a_reason(smtp, answer, reason):
    smtp.answer_to_recipient["you@example.org"] = answer
    with pytest.raises(CommandError, match=reason):
        send()


def test_refused_mail_is_a_reason(smtp):
    smtp.answer = "554 5.7.1 no"
    with pytest.raises(CommandError, match="refused the mail itself"):
        send()


def test_nobody_listening_is_a_reason(settings):
    settings.EMAIL_BACKEND = "clinic.outbox.transports.smtp.SmtpBackend"
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", 1
    with pytest.raises(CommandError, match="Nothing listens at"):
        send()


def test_tls_spoken_to_a_plain_server_is_a_reason(smtp, settings):
    settings.EMAIL_USE_SSL = True
    with pytest.raises(CommandError, match=r"smtp\+tls:// uses STARTTLS"):
        send()


def test_starttls_that_is_not_offered_is_a_reason(smtp, settings):
    settings.EMAIL_USE_TLS = True
    with pytest.raises(CommandError, match="STARTTLS"):
        send()


def test_folder_is_said_to_be_no_mail_server(settings, tmp_path):
    settings.EMAIL_BACKEND = "django.core.mail.backends.filebased.EmailBackend"
    settings.EMAIL_FILE_PATH = tmp_path
    assert "No mail server is configured" in send()


def test_nonsense_is_no_address():
    with pytest.raises(CommandError, match="is not a mail address"):
        send("nowhere")
