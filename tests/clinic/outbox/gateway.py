"""A server that receives webhooks, unencrypted or over TLS."""

from __future__ import annotations

import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest

CERTIFICATES = Path(__file__).parent / "certificates"


class Gateway:
    """Stores what is posted, and answers as configured; with a certificate of `certificates/` it uses only TLS."""

    def __init__(self, certificate: str = "") -> None:
        self.status, self.headers = 204, {}
        self.taken: list[tuple[str, dict[str, str], bytes]] = []
        self.versions: set[str] = set()
        self.is_tls = bool(certificate)
        gateway = self

        class Answer(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                gateway.taken.append((self.path, dict(self.headers), body))
                if isinstance(self.connection, ssl.SSLSocket):
                    gateway.versions.add(self.connection.version() or "")
                self.send_response(gateway.status)
                for name, value in gateway.headers.items():
                    self.send_header(name, value)
                self.end_headers()

            def log_message(self, *_args: object) -> None:
                pass

        class Quiet(HTTPServer):
            def handle_error(self, *_args: object) -> None:
                """A caller that does not trust us hangs up, which is the test."""

        self.server = Quiet(("127.0.0.1", 0), Answer)
        if certificate:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
            context.load_cert_chain(CERTIFICATES / f"{certificate}.pem")
            self.server.socket = context.wrap_socket(self.server.socket, server_side=True)

    @property
    def url(self) -> str:
        """Its address."""
        scheme, host = ("https", "localhost") if self.is_tls else ("http", "127.0.0.1")
        return f"{scheme}://{host}:{self.server.server_port}/in"


@contextmanager
def listening(certificate: str = "") -> Iterator[Gateway]:
    """A gateway that answers until the block ends."""
    found = Gateway(certificate)
    thread = threading.Thread(target=found.server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
    thread.start()
    try:
        yield found
    finally:
        found.server.shutdown()
        thread.join()
        found.server.server_close()


@pytest.fixture
def gateway() -> Iterator[Gateway]:
    """An unencrypted one."""
    with listening() as found:
        yield found


@pytest.fixture
def secured() -> Iterator[Callable[[str], Gateway]]:
    """Gateways with TLS, each with the certificate of a name."""
    with ExitStack() as stack:
        yield lambda certificate: stack.enter_context(listening(certificate))
