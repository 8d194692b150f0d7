"""The user that runs the servers, because PostgreSQL refuses root."""

import os
import pwd
from dataclasses import dataclass
from pathlib import Path

ACCOUNTS = ("postgres", "nobody")
NOBODY = 65534


@dataclass(frozen=True)
class Account:
    """A user by its ids."""

    uid: int
    gid: int

    @property
    def is_other(self) -> bool:
        """Whether this user differs from the one who runs this program."""
        return self.uid != os.geteuid()

    def own(self, path: Path) -> None:
        """Give a file or folder to this user."""
        if self.is_other:
            os.chown(path, self.uid, self.gid)

    def can_enter(self, folder: Path) -> bool:
        """Whether this user can enter a folder and all above it."""
        return all(self._may_pass(step) for step in [folder, *folder.parents])

    def _may_pass(self, folder: Path) -> bool:
        status = folder.stat()
        shift = 6 if status.st_uid == self.uid else 3 if status.st_gid == self.gid else 0
        return bool(status.st_mode >> shift & 1)


def server_account(data: Path | None = None) -> Account:
    """This user; for root the owner of the data, otherwise `postgres`, otherwise `nobody`."""
    if os.geteuid() != 0:
        return Account(os.geteuid(), os.getegid())
    if data is not None and data.is_dir() and (owner := data.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    for name in ACCOUNTS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        return Account(entry.pw_uid, entry.pw_gid)
    return Account(NOBODY, NOBODY)
