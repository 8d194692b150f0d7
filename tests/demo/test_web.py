"""The port is ours before anything starts."""

import asyncio
import re
from pathlib import Path

import pytest

from demo import web
from demo.errors import DemoError
from demo.output import ProcessOutput
from demo.supervisor import Process, Running


def test_a_taken_port_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(web, "SECONDS_FOR_REMAINS", 0.0)
    with web.listen(0) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(DemoError, match=rf"Port {port} cannot be had \(Address already in use\)"):
            web.listen(port)


def test_a_port_that_cannot_be_is_refused() -> None:
    with pytest.raises(DemoError, match=re.escape("Port 99999 does not exist")):
        web.listen(99999)


def first_answer(status: str, folder: Path, *, n_ended: int = 0) -> None:
    """Wait for the first answer of a web process that always gives the same one."""

    async def answer(_reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        writer.write(f"HTTP/1.0 {status}\r\n\r\n".encode())
        writer.close()

    async def story() -> None:
        process = Running(Process("web", []), output, {})
        process.n_ended = n_ended
        with web.listen(0) as listener:
            async with await asyncio.start_server(answer, sock=listener):
                await web.wait_for_first_answer(process, listener.getsockname()[1])

    output = ProcessOutput("web", folder)
    try:
        asyncio.run(story())
    finally:
        output.close()


def test_a_page_is_an_answer(tmp_path: Path) -> None:
    first_answer("200 OK", tmp_path)


def test_a_server_error_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DemoError, match=r"first page is an error 500: .*web\.log says why"):
        first_answer("500 Internal Server Error", tmp_path)


def test_the_silence_of_a_process_that_ended_is_refused(tmp_path: Path) -> None:
    with pytest.raises(DemoError, match=r"does not answer: .*web\.log says why"):
        first_answer("", tmp_path, n_ended=1)
