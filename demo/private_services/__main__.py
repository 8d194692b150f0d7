"""`python -m demo.private_services run -- COMMAND`: runs a command with private servers."""

import argparse
import signal
import sys
from pathlib import Path
from types import FrameType

from demo.private_services.command import run_command
from demo.private_services.errors import ServiceError
from demo.private_services.session import OWNER_VARIABLE, private_services

STOP_SIGNALS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


def parser() -> argparse.ArgumentParser:
    """The command line."""
    top = argparse.ArgumentParser(prog="python -m demo.private_services", description=__doc__)
    run = top.add_subparsers(required=True).add_parser(
        "run", help="start PostgreSQL and Valkey, run COMMAND with DATABASE_URL and REDIS_URL, stop them"
    )
    run.add_argument("--folder", type=Path, help="keep the data here; without it all is gone afterwards")
    run.add_argument("--durable", action="store_true", help="write through to the disk even without a folder")
    run.add_argument("--as-owner", action="store_true", help="DATABASE_URL may make databases and tables")
    run.add_argument("command", nargs="+", metavar="COMMAND")
    return top


def _stop(number: int, _frame: FrameType | None) -> None:
    sys.exit(128 + number)


def main() -> int:
    """Start the servers, run the command, stop the servers."""
    arguments = parser().parse_args()
    for number in STOP_SIGNALS:
        signal.signal(number, _stop)
    try:
        with private_services(arguments.folder, is_durable=arguments.durable) as services:
            found = services.environment
            if arguments.as_owner and OWNER_VARIABLE in found:
                found = found | {"DATABASE_URL": found[OWNER_VARIABLE]}
            return run_command(arguments.command, found)
    except ServiceError as error:
        sys.stderr.write(f"{error}\n")
        return 1


if __name__ == "__main__":
    sys.exit(main())
