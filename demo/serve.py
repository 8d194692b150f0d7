"""One run of the demo: prepare, start, print the address, keep it running until it is stopped."""

import asyncio
import signal
import socket
from contextlib import suppress
from pathlib import Path

from demo.attachment import Attachment
from demo.environment import made
from demo.errors import DemoError
from demo.output import ProcessOutput, say
from demo.private_services.session import Services
from demo.processes import job_processes, preparation, static_fingerprint, web_process
from demo.supervisor import Process, Running, Supervisor
from demo.web import HOST, wait_for_first_answer

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
LOGINS = ("practitioner", "lead", "manager", "frontdesk", "stranger")
WELCOME = """
  Healing Curve  {address}/
  Sign in as     {logins}
  Password       demo
  Mail           {address}/demo/mail/
  Logs           {logs}
  Stop           Ctrl-C
"""


class Demo:
    """The parts of one run of the demo."""

    def __init__(
        self,
        folder: Path,
        listener: socket.socket,
        environment: dict[str, str],
        services: Services,
        attachment: Attachment,
        *,
        is_verbose: bool,
    ) -> None:
        self.folder = folder
        self.listener = listener
        self.environment = environment
        self.services = services
        self.attachment = attachment
        self.is_verbose = is_verbose

    async def run(self) -> None:
        """Serve until a signal comes; in any case, stop everything that was started, in order."""
        serving = asyncio.create_task(self._serve())
        loop = asyncio.get_running_loop()
        for number in STOP_SIGNALS:
            loop.add_signal_handler(number, _cancel_once, serving)
        watching = asyncio.create_task(self._watch_attachment(serving))
        with suppress(asyncio.CancelledError):
            await serving
        watching.cancel()

    async def _serve(self) -> None:
        await self._prepare()
        supervisor = Supervisor()
        try:
            await self._start(supervisor)
            await asyncio.gather(supervisor.watch(), self._watch_servers())
        finally:
            say("Stopping ...")
            await supervisor.stop()

    async def _prepare(self) -> None:
        say("Preparing the database and the demo clinic ...")
        fingerprint, known = static_fingerprint(), self.folder / "static.fingerprint"
        is_stale = not known.is_file() or known.read_text() != fingerprint
        if is_stale:
            known.unlink(missing_ok=True)
        step = self._running(preparation(is_static_stale=is_stale))
        try:
            code = await step.once()
        finally:
            await step.stop()
        if code != 0:
            step.output.show_last_words()
            raise DemoError(f"The preparation failed (exit code {code}): {step.output.log_path} says why.")
        known.write_text(fingerprint)

    async def _start(self, supervisor: Supervisor) -> None:
        """Web first: starting all at once on a small machine would delay its first page."""
        port = self.listener.getsockname()[1]
        web = self._running(web_process(self.listener.fileno()))
        supervisor.start(web)
        await wait_for_first_answer(web, port)
        for process in job_processes(self.folder):
            supervisor.start(self._running(process))
        say(self._welcome(f"http://{HOST}:{port}"))

    async def _watch_attachment(self, serving: asyncio.Task[None]) -> None:
        while not self.attachment.is_lost():
            await asyncio.sleep(1.0)
        _cancel_once(serving)

    async def _watch_servers(self) -> None:
        while self.services.are_running():
            await asyncio.sleep(1.0)
        logs = self.folder / "servers"
        raise DemoError(f"A database server stopped: the logs in {logs} say why.")

    def _running(self, process: Process) -> Running:
        output = ProcessOutput(process.name, made(self.folder / "log"), is_verbose=self.is_verbose)
        return Running(process, output, self.environment)

    def _welcome(self, address: str) -> str:
        return WELCOME.format(address=address, logins=", ".join(LOGINS), logs=self.folder / "log")


def _cancel_once(serving: asyncio.Task[None]) -> None:
    """Begin to stop; a second signal would only disturb the order."""
    if not serving.cancelling():
        serving.cancel()
