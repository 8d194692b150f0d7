"""Webhook: a signed POST to a real server, its failures typed."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta

import pytest

from clinic.outbox.transports import webhook, webhook_targets
from clinic.outbox.transports.base import Notice, TransportError
from clinic.outbox.transports.webhook import WebhookTransport, signature
from tests.clinic.outbox.gateway import CERTIFICATES

SECRET = "whsec_test"
FACTS = {"alert": 7, "severity": "E0", "link": "https://clinic.example.org/admin/"}


def notice(url: str) -> Notice:
    return Notice(to=url, secret=SECRET, message_id="m-1", facts=FACTS)


def failure(url: str) -> TransportError:
    with pytest.raises(TransportError) as caught:
        WebhookTransport().send(notice(url))
    return caught.value


@contextmanager
def saying(*chunks: bytes, pause: float = 0.0) -> Iterator[str]:
    """A server that sends these bytes to every client, with a pause between them; returns its address."""
    with socket.create_server(("127.0.0.1", 0)) as server:

        def serve() -> None:
            try:
                line, _address = server.accept()
                with line:
                    for chunk in chunks:
                        line.sendall(chunk)
                        time.sleep(pause)
            except OSError:
                return

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield f"http://127.0.0.1:{server.getsockname()[1]}/in"
        server.close()
        thread.join(5)


def test_posts_the_facts_signed(gateway):
    WebhookTransport().send(notice(gateway.url))
    [(path, headers, body)] = gateway.taken
    assert (path, json.loads(body), headers["Content-Type"]) == ("/in", FACTS, "application/json")
    assert headers["Healing-Curve-Message"] == "m-1"
    timestamp, digest = (part.partition("=")[2] for part in headers["Healing-Curve-Signature"].split(","))
    expected = hmac.new(SECRET.encode(), f"{timestamp}.".encode() + body, hashlib.sha256).hexdigest()
    assert hmac.compare_digest(digest, expected)
    assert abs(int(timestamp) - time.time()) < 60


def test_signature_is_of_the_documented_form():
    assert signature("s", b"{}", timestamp=5) == f"t=5,v1={hmac.new(b's', b'5.{}', hashlib.sha256).hexdigest()}"


@pytest.mark.parametrize(
    ("status", "permanent"),
    [(301, True), (400, True), (404, True), (410, True), (408, False), (425, False), (429, False), (500, False)],
)
def test_refusals_are_typed(gateway, status, permanent):
    gateway.status = status
    error = failure(gateway.url)
    assert (error.permanent, str(error)) == (permanent, f"HTTP {status}")


def test_redirect_is_not_followed(gateway):
    gateway.status, gateway.headers = 307, {"Location": "/elsewhere"}
    failure(gateway.url)
    assert [path for path, _headers, _body in gateway.taken] == ["/in"]


@pytest.mark.parametrize(
    ("words", "seconds"), [("120", 120), ("999999", 3600), ("soon", None), ("-5", None), ("", None)]
)
def test_retry_after_is_respected_up_to_an_hour(gateway, words, seconds):
    gateway.status, gateway.headers = 429, {"Retry-After": words}
    assert failure(gateway.url).retry_after == (timedelta(seconds=seconds) if seconds else None)


def test_server_that_drips_is_given_up(monkeypatch):
    monkeypatch.setattr(webhook, "SECONDS", 0.5)
    started = time.monotonic()
    with saying(*[b"H"] * 40, pause=0.1) as url:
        error = failure(url)
    assert (error.permanent, str(error)) == (False, "TimeoutError")
    assert time.monotonic() - started < 8


def test_answer_without_end_is_given_up():
    with saying(b"HTTP/1.1 200 OK\r\n" + b"X: " + b"a" * 40_000) as url:
        assert not failure(url).permanent


@pytest.mark.parametrize("words", [b"", b"SSH-2.0\r\n\r\n", b"HTTP/1.1 many\r\n\r\n"])
def test_what_is_no_answer_is_tried_again(words):
    with saying(words) as url:
        assert not failure(url).permanent


def test_words_in_between_are_passed_over():
    with saying(b"HTTP/1.1 103 Early\r\n\r\nHTTP/1.1 200 OK\r\n\r\n") as url:
        WebhookTransport().send(notice(url))


def test_endpoint_that_failed_is_not_waited_for_again(gateway):
    gateway.status = 503
    transport = WebhookTransport()
    for _n in range(3):
        with pytest.raises(TransportError):
            transport.send(notice(gateway.url))
    assert len(gateway.taken) == 1


def test_nothing_is_sent_into_the_local_network(gateway, settings):
    settings.DEMO = False
    settings.WEBHOOK_PORTS = frozenset({gateway.server.server_port})
    error = failure(gateway.url.replace("http:", "https:").replace("127.0.0.1", "localhost"))
    assert (error.permanent, str(error), gateway.taken) == (True, "not_permitted", [])


def test_name_is_asked_once_and_its_answer_connected_to(gateway, monkeypatch):
    """A name whose address changes between check and connection has no effect."""
    asked = []

    def resolve(host, port, **_kwargs):
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", ("127.0.0.1", port))]

    real = socket.getaddrinfo
    monkeypatch.setattr(
        webhook_targets.socket,
        "getaddrinfo",
        lambda host, *rest, **more: (
            resolve(host, *rest, **more) if host == "chat.example.org" else real(host, *rest, **more)
        ),
    )
    WebhookTransport().send(notice(gateway.url.replace("127.0.0.1", "chat.example.org")))
    assert asked == ["chat.example.org"]
    assert gateway.taken[0][1]["Host"].startswith("chat.example.org:")


def test_no_tls_at_all_is_refused(gateway):
    """The handshake fails, and nothing is sent unencrypted."""
    error = failure(gateway.url.replace("http:", "https:"))
    assert (error.permanent, gateway.taken) == (False, [])


class TestTls:
    @pytest.fixture(autouse=True)
    def test_authority(self, monkeypatch):
        """The system trusts the authority of `certificates/`."""
        monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATES / "ca.pem"))

    def test_posts_to_a_server_the_authority_vouches_for(self, secured):
        gateway = secured("good")
        WebhookTransport().send(notice(gateway.url))
        [(path, headers, body)] = gateway.taken
        assert (path, json.loads(body)) == ("/in", FACTS)
        assert headers["Host"] == f"localhost:{gateway.server.server_port}"
        assert gateway.versions <= {"TLSv1.2", "TLSv1.3"}

    @pytest.mark.parametrize("certificate", ["expired", "elsewhere", "unknown"])
    def test_sends_nothing_to_one_whose_certificate_is_bad(self, secured, certificate):
        """Expired, for another name, or from an unknown authority."""
        gateway = secured(certificate)
        error = failure(gateway.url)
        assert (str(error), error.permanent, gateway.taken) == ("SSLCertVerificationError", False, [])

    def test_authority_of_the_tests_is_nobodys_otherwise(self, secured, monkeypatch):
        monkeypatch.delenv("SSL_CERT_FILE")
        assert str(failure(secured("good").url)) == "SSLCertVerificationError"


def test_secret_and_address_are_not_shown():
    assert SECRET not in repr(notice("https://chat.example.org/token"))
    assert "token" not in repr(notice("https://chat.example.org/token"))
