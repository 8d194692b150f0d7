"""A proxy that passes everything on, and on command swallows it: it accepts, acknowledges and sends nothing."""

from __future__ import annotations

import selectors
import socket
import threading
from contextlib import suppress
from pathlib import Path
from types import TracebackType
from typing import Self

CHUNK = 65536
Target = tuple[str, int] | Path


class SwallowingProxy:
    """Runs before a server, on a port of its own or on a socket in a folder."""

    def __init__(self, target: Target, *, listens_in: Path | None = None) -> None:
        self._target = target
        self._swallows = False
        self._is_over = threading.Event()
        if listens_in is None:
            self._listener = socket.create_server(("127.0.0.1", 0), backlog=128)
        else:
            self._listener = socket.socket(socket.AF_UNIX)
            self._listener.bind(str(listens_in))
            listens_in.chmod(0o777)
            self._listener.listen(128)
        self._thread = threading.Thread(target=self._accept, daemon=True)

    @property
    def port(self) -> int:
        """Its port."""
        return int(self._listener.getsockname()[1])

    def swallow(self) -> None:
        """From now on nothing passes, on old and new connections, and none of them is closed."""
        self._swallows = True

    def recover(self) -> None:
        """New connections work; the old ones stay silent for ever, as behind a replaced proxy."""
        self._swallows = False

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._is_over.set()
        with suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()

    def _accept(self) -> None:
        while not self._is_over.is_set():
            try:
                client, _address = self._listener.accept()
            except OSError:
                return
            threading.Thread(target=self._carry, args=[client], daemon=True).start()

    def _carry(self, client: socket.socket) -> None:
        """Serve one connection; one that began or existed while swallowing never gets an answer."""
        if self._swallows:
            self._drain(client)
            return None
        try:
            server = self._connect()
        except OSError:
            client.close()
            return None
        with client, server, selectors.DefaultSelector() as selector:
            selector.register(client, selectors.EVENT_READ, server)
            selector.register(server, selectors.EVENT_READ, client)
            while not self._is_over.is_set():
                for key, _events in selector.select(timeout=0.2):
                    source, other = key.fileobj, key.data
                    try:
                        chunk = source.recv(CHUNK)  # type: ignore[union-attr]
                        if self._swallows:
                            return self._drain(client)
                        if not chunk:
                            return None
                        other.sendall(chunk)
                    except OSError:
                        return None
                if self._swallows:
                    return self._drain(client)
        return None

    def _drain(self, client: socket.socket) -> None:
        """Read what comes, so that its sender is acknowledged, until the sender closes the connection."""
        with client, suppress(OSError):
            client.settimeout(0.5)
            while not self._is_over.is_set():
                try:
                    if not client.recv(CHUNK):
                        return
                except TimeoutError:
                    continue

    def _connect(self) -> socket.socket:
        if isinstance(self._target, Path):
            line = socket.socket(socket.AF_UNIX)
            line.connect(str(self._target))
            return line
        return socket.create_connection(self._target, timeout=10)
