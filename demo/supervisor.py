"""Starts processes, restarts them when they die, and stops them in order."""

import asyncio
import os
import signal
import time
from collections.abc import Sequence
from contextlib import closing, suppress
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path

from demo.output import ProcessOutput, say
from demo.private_services.keeper import die_with_parent

PAUSES = (1.0, 2.0, 4.0, 8.0, 15.0, 30.0)
SECONDS_OF_GOOD_HEALTH = 60.0
LAST_LINES_SECONDS = 0.5
READ_BYTES = 65536


@dataclass(frozen=True)
class Process:
    """A program to run continuously. Lower stages are stopped before higher ones."""

    name: str
    command: Sequence[str | Path]
    stop_stage: int = 0
    stop_seconds: float = 2.5
    inherits: tuple[int, ...] = ()


class Running:
    """One process and its successors, until it is stopped."""

    def __init__(self, process: Process, output: ProcessOutput, environment: dict[str, str]) -> None:
        self.process = process
        self.output = output
        self.n_ended = 0
        self.current: asyncio.subprocess.Process | None = None
        self._environment = environment
        self._reading: asyncio.Task[None] | None = None

    async def once(self) -> int:
        """Run the program to its end; returns its exit code as a shell would."""
        # Our own pipe: asyncio's would make wait() wait for grandchildren that hold it.
        read_end, write_end = os.pipe()
        self._reading = asyncio.create_task(self._read(read_end))
        starting = asyncio.create_task(self._start(write_end))
        try:
            await asyncio.shield(starting)
        finally:
            # If it is cancelled while starting, it still starts, so that `stop` finds it.
            await asyncio.wait({starting})
            os.close(write_end)
        code = await starting.result().wait()
        await self._bury()
        self.n_ended += 1
        return code if code >= 0 else 128 - code

    async def _start(self, write_end: int) -> asyncio.subprocess.Process:
        self.current = await asyncio.create_subprocess_exec(
            *self.process.command,
            env=self._environment,
            stdin=asyncio.subprocess.DEVNULL,
            stdout=write_end,
            stderr=write_end,
            pass_fds=self.process.inherits,
            # The terminal's Ctrl-C must reach only us, because we stop all in order.
            start_new_session=True,
            # Celery's worker survives any other signal when nobody reads its output any more.
            preexec_fn=die_with_parent(signal.SIGKILL),
        )
        return self.current

    async def forever(self, pauses: Sequence[float] = PAUSES) -> None:
        """Run the program again and again, with a pause that grows while it keeps failing."""
        n_failures = 0
        while True:
            started_at = time.monotonic()
            code = await self.once()
            n_failures = 0 if time.monotonic() - started_at > SECONDS_OF_GOOD_HEALTH else n_failures
            pause = pauses[min(n_failures, len(pauses) - 1)]
            n_failures += 1
            self.output.show_last_words()
            say(f"{self.process.name} stopped (exit code {code}); it starts again in {pause:g} s.")
            await asyncio.sleep(pause)

    async def stop(self) -> None:
        """Ask the program to stop; if it does not, kill it and everything it started."""
        if self.current is not None and self.current.returncode is None:
            self._signal(signal.SIGTERM, to_all=False)
            with suppress(TimeoutError):
                await asyncio.wait_for(self.current.wait(), self.process.stop_seconds)
            self._signal(signal.SIGKILL)
            await self.current.wait()
            await self._bury()
        self.output.close()

    async def _bury(self) -> None:
        """Kill its remaining processes and read its last lines."""
        self._signal(signal.SIGKILL)
        if self._reading is not None:
            await asyncio.wait({self._reading}, timeout=LAST_LINES_SECONDS)
            self._reading.cancel()

    def _signal(self, number: int, *, to_all: bool = True) -> None:
        if self.current is None:
            return
        with suppress(ProcessLookupError):
            (os.killpg if to_all else os.kill)(self.current.pid, number)

    async def _read(self, read_end: int) -> None:
        stream = asyncio.StreamReader()
        pipe = open(read_end, "rb", buffering=0)  # noqa: SIM115
        loop = asyncio.get_running_loop()
        transport, _ = await loop.connect_read_pipe(lambda: asyncio.StreamReaderProtocol(stream), pipe)
        rest = b""
        with closing(transport):
            while chunk := await stream.read(READ_BYTES):
                *lines, rest = (rest + chunk).split(b"\n")
                for line in lines:
                    self.output.write(line.decode(errors="replace"))
        if rest:
            self.output.write(rest.decode(errors="replace"))


class Supervisor:
    """Several processes that are kept running together."""

    def __init__(self) -> None:
        self._running: list[Running] = []
        self._tasks: list[asyncio.Task[None]] = []

    def start(self, running: Running, *, pauses: Sequence[float] = PAUSES) -> None:
        """Start one more."""
        self._running.append(running)
        self._tasks.append(asyncio.create_task(running.forever(pauses)))

    async def watch(self) -> None:
        """Wait for ever; raises if a program cannot be started at all."""
        await asyncio.gather(*self._tasks)

    async def stop(self) -> None:
        """Stop all, stage by stage; nothing is started again."""
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        in_order = sorted(self._running, key=lambda each: each.process.stop_stage)
        for _stage, group in groupby(in_order, key=lambda each: each.process.stop_stage):
            await asyncio.gather(*(each.stop() for each in group))
