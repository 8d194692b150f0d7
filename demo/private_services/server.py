"""What a private server is to the launcher and its keeper."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo.private_services.account import Account
from demo.private_services.binaries import Binaries


@dataclass(frozen=True)
class Place:
    """Where servers keep their data and sockets, as whom they run, and how safe their data is to be."""

    home: Path
    sockets: Path
    account: Account
    binaries: Binaries
    is_durable: bool


@dataclass(frozen=True)
class Server:
    """How to start a server, where it answers, and how to tell that it does."""

    name: str
    command: list[str]
    folder: Path
    log: Path
    stop_signal: int
    url: str
    is_ready: Callable[[], bool]
    # The address for whoever makes tables, where that is somebody else.
    owner_url: str = ""

    def plan(self, account: Account) -> dict[str, Any]:
        """What the keeper needs to know, fit for JSON."""
        return {
            "command": self.command,
            "folder": str(self.folder),
            "log": str(self.log),
            "stop_signal": int(self.stop_signal),
            "account": user_of(account),
            "environment": plain_environment(),
        }


def plain_environment() -> dict[str, str]:
    """An environment without the PG* and locale settings of the person who starts the servers."""
    return {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def user_of(account: Account) -> dict[str, Any]:
    """The keyword arguments that make subprocess run a program as this account."""
    if not account.is_other:
        return {"umask": 0o077}
    return {"user": account.uid, "group": account.gid, "extra_groups": [], "umask": 0o077}
