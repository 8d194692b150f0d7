"""Mail servers that misbehave."""

from __future__ import annotations

import socket
import threading
import time
from contextlib import suppress
from types import TracebackType
from typing import Self


class RudeServer:
    """Greets with `greeting`; accepts one mail per connection and then hangs up.

    `last_words` is its answer to a mail before that; by default nothing at all.
    """

    def __init__(self, *, greeting: str = "220 ready", last_words: str = "") -> None:
        self.greeting = greeting
        self.last_words = last_words
        self.n_taken = 0
        self._socket = socket.create_server(("127.0.0.1", 0))
        self._thread = threading.Thread(target=self._serve, daemon=True)

    @property
    def port(self) -> int:
        """Its port."""
        return int(self._socket.getsockname()[1])

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # A shutdown wakes a blocked accept(); a close does not.
        self._socket.shutdown(socket.SHUT_RDWR)
        self._thread.join()
        self._socket.close()

    def _serve(self) -> None:
        while True:
            try:
                connection, _address = self._socket.accept()
            except OSError:
                return
            with connection, connection.makefile("rwb", buffering=0) as stream:
                self._converse(stream)

    def _converse(self, stream) -> None:
        stream.write(f"{self.greeting}\r\n".encode())
        is_data = False
        while line := stream.readline():
            if is_data and line == b".\r\n":
                self.n_taken += 1
                stream.write(f"{self.last_words}\r\n".encode() if self.last_words else b"")
                return
            if is_data:
                continue
            is_data = line.upper().startswith(b"DATA")
            stream.write(b"354 go on\r\n" if is_data else b"250 ok\r\n")


class DripServer(RudeServer):
    """Greets for ever, one letter at a time, so that every wait for the next letter is short."""

    def _converse(self, stream) -> None:
        with suppress(OSError):
            while True:
                stream.write(b"2")
                time.sleep(0.05)
