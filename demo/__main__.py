"""`python -m demo`: the command behind `make demo`; with a COMMAND, runs that in the demo's environment."""

import argparse
import asyncio
import os
import signal
import sys
from pathlib import Path
from types import FrameType

from demo.attachment import Attachment
from demo.environment import demo_environment, environment_to_join, published
from demo.errors import DemoError
from demo.output import say
from demo.private_services.command import run_command
from demo.private_services.errors import FolderInUse, ServiceError
from demo.private_services.session import private_services
from demo.processes import ROOT
from demo.serve import STOP_SIGNALS, Demo
from demo.web import listen


def parser() -> argparse.ArgumentParser:
    """The command line."""
    line = argparse.ArgumentParser(prog="python -m demo", description=__doc__)
    line.add_argument("--port", type=int, default=8000, help="where web answers (default: %(default)s)")
    line.add_argument("--folder", type=Path, default=ROOT / ".demo", help="where the demo keeps its files")
    line.add_argument("--verbose", action="store_true", help="show every line, not only warnings and errors")
    line.add_argument("--attached", action="store_true", help="stop when the program that started this ends")
    line.add_argument("command", nargs="*", metavar="COMMAND", help="e.g. -- python manage.py shell")
    return line


def serve(folder: Path, attachment: Attachment, *, port: int, is_verbose: bool) -> None:
    """Run the demo until it gets a signal to stop."""
    with listen(port) as listener, private_services(folder) as services:
        own_port = listener.getsockname()[1]
        own = demo_environment(folder, port=own_port, services=services.environment)
        with published(folder, own):
            demo = Demo(folder, listener, os.environ | own, services, attachment, is_verbose=is_verbose)
            asyncio.run(demo.run())
        for number in STOP_SIGNALS:
            signal.signal(number, signal.SIG_IGN)


def run(command: list[str], folder: Path, *, port: int) -> int:
    """Run a command in the environment of the running demo, or of one started for it."""
    try:
        with private_services(folder) as services:
            own = demo_environment(folder, port=port, services=services.environment)
            with published(folder, own):
                return run_command(command, own)
    except FolderInUse:
        running = environment_to_join(folder)
        if running is None:
            raise
        return run_command(command, running)


def _stop(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)


def main() -> int:
    """Serve, or run the given command; if that fails, print one sentence with the reason."""
    arguments = parser().parse_args()
    attachment = Attachment(is_to_parent=arguments.attached)
    folder = arguments.folder.resolve()
    for number in STOP_SIGNALS:
        signal.signal(number, _stop)
    try:
        if arguments.command:
            return run(arguments.command, folder, port=arguments.port)
        serve(folder, attachment, port=arguments.port, is_verbose=arguments.verbose)
    except (DemoError, ServiceError) as error:
        say(str(error))
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
