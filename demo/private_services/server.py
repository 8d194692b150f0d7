"""The data of a private server for the launcher and its keeper."""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from demo.private_services.account import Account
from demo.private_services.binaries import Binaries


@dataclass(frozen=True)
class Place:
    """Where servers store their data and sockets, which user runs them, whether the data must be durable."""

    home: Path
    sockets: Path
    account: Account
    binaries: Binaries
    is_durable: bool


@dataclass(frozen=True)
class Server:
    """How to start a server, its address, and how to check that it answers."""

    name: str
    command: list[str]
    folder: Path
    log: Path
    stop_signal: int
    url: str
    is_ready: Callable[[], bool]
    # The address for the owner of the tables, if that is another role.
    owner_url: str = ""

    def plan(self, account: Account) -> dict[str, Any]:
        """The keeper's data, ready for JSON."""
        return {
            "command": self.command,
            "folder": str(self.folder),
            "log": str(self.log),
            "stop_signal": int(self.stop_signal),
            "account": user_of(account),
            "environment": plain_environment(),
        }


def plain_environment() -> dict[str, str]:
    """An environment without the PG* and locale settings of the current user."""
    return {"PATH": os.defpath, "LC_ALL": "C.UTF-8", "TZ": "UTC"}


def user_of(account: Account) -> dict[str, Any]:
    """Keyword arguments that make subprocess run a program as this account."""
    if not account.is_other:
        return {"umask": 0o077}
    return {"user": account.uid, "group": account.gid, "extra_groups": [], "umask": 0o077}
