"""Webhook: a signed POST of a few facts, for a chat or an SMS gateway. Follows no redirect and reads no body."""

from __future__ import annotations

import hashlib
import hmac
import json
import socket
import ssl
import time
from collections.abc import Mapping
from datetime import timedelta
from email.message import Message as Headers
from http.client import HTTPException, parse_headers
from io import BytesIO

from clinic.outbox.errors import Failure
from clinic.outbox.transports.base import About, Notice, TransportError
from clinic.outbox.transports.webhook_targets import BadAddress, Target, addresses_of, target_of

SECONDS = 5.0
MAX_ANSWER_BYTES = 16_384
SIGNATURE_HEADER = "Healing-Curve-Signature"
MESSAGE_HEADER = "Healing-Curve-Message"
# The endpoint may accept it later.
TEMPORARY_REFUSALS = {408, 425, 429}
LONGEST_RETRY_AFTER = timedelta(hours=1)


def signature(secret: str, body: bytes, *, timestamp: int) -> str:
    """The signature header: HMAC-SHA256 over `TIMESTAMP.BODY`, so that an old request cannot be sent again."""
    digest = hmac.new(secret.encode(), f"{timestamp}.".encode() + body, hashlib.sha256)
    return f"t={timestamp},v1={digest.hexdigest()}"


class WebhookTransport:
    """One POST per notice; an endpoint that failed is not tried again in the same run."""

    def __init__(self) -> None:
        self._rests: set[str] = set()
        self._tls = tls_context()

    def send(self, notice: Notice) -> None:
        """Send the notice."""
        if notice.to in self._rests:
            raise TransportError(Failure.PAUSED, permanent=False)
        body = json.dumps(dict(notice.facts), separators=(",", ":"), sort_keys=True).encode()
        try:
            status, headers = self._post(target_of(notice.to), body, _headers(notice, body))
        except BadAddress as error:
            raise TransportError(Failure.NOT_PERMITTED, permanent=True, about=About.ADDRESS) from error
        except (OSError, TimeoutError, HTTPException, ValueError) as error:
            self._rests.add(notice.to)
            raise TransportError(type(error).__name__, permanent=False, is_ambiguous=True) from error
        if not 200 <= status < 300:
            failure = _typed(status, headers)
            if not failure.permanent:
                self._rests.add(notice.to)
            raise failure

    def close(self) -> None:
        """Do nothing: no connection stays open."""

    def _post(self, target: Target, body: bytes, headers: Mapping[str, str]) -> tuple[int, Headers]:
        ends_at = time.monotonic() + SECONDS
        lines = [f"POST {target.path} HTTP/1.1", f"Host: {target.host_header}"]
        lines += [f"{name}: {value}" for name, value in headers.items()]
        request = "\r\n".join([*lines, "", ""]).encode("ascii") + body
        with _connected(target, ends_at=ends_at) as plain:
            if not target.is_tls:
                return _converse(plain, request, ends_at=ends_at)
            plain.settimeout(_left(ends_at))
            with self._tls.wrap_socket(plain, server_hostname=target.host) as secured:
                return _converse(secured, request, ends_at=ends_at)


def tls_context() -> ssl.SSLContext:
    """Certificates are checked against the system's authorities."""
    return ssl.create_default_context()


def _headers(notice: Notice, body: bytes) -> dict[str, str]:
    return {
        "Content-Type": "application/json",
        "Content-Length": str(len(body)),
        "User-Agent": "healing-curve",
        "Connection": "close",
        MESSAGE_HEADER: notice.message_id,
        SIGNATURE_HEADER: signature(notice.secret, body, timestamp=int(time.time())),
    }


def _connected(target: Target, *, ends_at: float) -> socket.socket:
    """A connection to one of the addresses that were checked, and to no other."""
    failure: OSError = OSError("no address")
    for address in addresses_of(target):
        try:
            return socket.create_connection((address, target.port), timeout=_left(ends_at))
        except OSError as error:
            failure = error
    raise failure


def _converse(line: socket.socket, request: bytes, *, ends_at: float) -> tuple[int, Headers]:
    """Status and headers of the answer, within the time left; the body is not read."""
    line.settimeout(_left(ends_at))
    line.sendall(request)
    answer = b""
    while True:
        while b"\r\n\r\n" not in answer:
            line.settimeout(_left(ends_at))
            chunk = line.recv(4096)
            if not chunk or len(answer) + len(chunk) > MAX_ANSWER_BYTES:
                raise HTTPException("no answer")
            answer += chunk
        head, _blank, answer = answer.partition(b"\r\n\r\n")
        first, _newline, rest = head.partition(b"\r\n")
        version, status = first.split(None, 2)[:2]
        if not version.startswith(b"HTTP/1."):
            raise HTTPException("no HTTP")
        # 1xx answers come before the final one.
        if not 100 <= int(status) < 200:
            return int(status), parse_headers(BytesIO(rest + b"\r\n\r\n"))


def _left(ends_at: float) -> float:
    left = ends_at - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


def _typed(status: int, headers: Headers) -> TransportError:
    """A redirect counts as a refusal too: its target has not been checked."""
    permanent = status < 500 and status not in TEMPORARY_REFUSALS
    about = About.ADDRESS if permanent else About.WAY
    return TransportError(f"HTTP {status}", permanent=permanent, about=about, retry_after=_retry_after(headers))


def _retry_after(headers: Headers) -> timedelta | None:
    words = (headers.get("Retry-After") or "").strip()
    if not (words.isascii() and words.isdigit()):
        return None
    return min(timedelta(seconds=int(words[:9])), LONGEST_RETRY_AFTER)
