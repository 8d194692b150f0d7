"""The demo's address: reserved before anything starts, and checked to be our own."""

import asyncio
import errno
import socket
import time

from demo.errors import DemoError
from demo.supervisor import Running

HOST = "127.0.0.1"
FIRST_PAGE = "/accounts/login/"
FIRST_ANSWER_SECONDS = 60.0
ANSWER_SECONDS = 5.0
SERVER_ERROR = 500
# The web process of a killed demo needs a moment to end.
SECONDS_FOR_REMAINS = 2.0


def listen(port: int) -> socket.socket:
    """The socket for the web process, reserved from now on, so that only our process answers there."""
    deadline = time.monotonic() + SECONDS_FOR_REMAINS
    while True:
        try:
            return _listening(port)
        except OverflowError as error:
            raise DemoError(f"Port {port} does not exist: take one from 1024 to 65535.") from error
        except OSError as error:
            if error.errno != errno.EADDRINUSE or time.monotonic() > deadline:
                raise DemoError(
                    f"Port {port} cannot be had ({error.strerror}): stop what uses it, perhaps another demo,"
                    " or take another one with `make demo PORT=8001`."
                ) from error
        time.sleep(0.1)


def _listening(port: int) -> socket.socket:
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind((HOST, port))
        listener.listen()
    except (OSError, OverflowError):
        listener.close()
        raise
    return listener


async def wait_for_first_answer(web: Running, port: int) -> None:
    """Return when the first page is served; refuse if web ends, stays silent or answers with an error."""
    deadline = time.monotonic() + FIRST_ANSWER_SECONDS
    while (status := await _status(port)) is None:
        if web.n_ended or time.monotonic() > deadline:
            raise DemoError(f"The web process does not answer: {web.output.log_path} says why.")
        await asyncio.sleep(0.1)
    if status >= SERVER_ERROR:
        raise DemoError(f"The first page is an error {status}: {web.output.log_path} says why.")


async def _status(port: int) -> int | None:
    """The status of the first page, if it comes soon."""
    try:
        async with asyncio.timeout(ANSWER_SECONDS):
            reader, writer = await asyncio.open_connection(HOST, port)
            try:
                writer.write(f"GET {FIRST_PAGE} HTTP/1.0\r\nHost: {HOST}:{port}\r\n\r\n".encode())
                line = (await reader.readline()).split()
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return None
    return int(line[1]) if len(line) > 1 else None
