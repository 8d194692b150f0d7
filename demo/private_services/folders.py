"""Folders that outlive a run and temporary ones, with locks that show whether they are in use.

A lock is held by every process that inherited it: launcher, keeper and servers. Whoever gets it knows that none
of them is left, however they ended, and that their files can be used.
"""

import fcntl
import hashlib
import os
import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from demo.private_services.account import Account
from demo.private_services.errors import FolderInUse, ServiceError, from_os_error

STATE = Path("/var/lib/healing-curve")
SOCKET_PATH_BYTES = 107
LONGEST_SOCKET = ".s.PGSQL.5432"
RUN_PREFIX = "healing-curve-"
SECONDS_FOR_REMAINS = 15


def take_lock(path: Path) -> int | None:
    """The open lock file, locked; None if another process holds it."""
    lock = os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        os.close(lock)
        return None
    return lock


@contextmanager
def kept_folder(folder: Path) -> Iterator[tuple[Path, int]]:
    """The folder for the servers' data, and its lock; refused while another run uses it.

    For root this is a link into the system's state folder, because the servers' user may not be able to enter
    here.
    """
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        home, lock = _claim(folder)
    except OSError as error:
        raise from_os_error(error, folder) from error
    try:
        os.truncate(lock, 0)
        os.write(lock, str(os.getpid()).encode())
        yield home, lock
    finally:
        os.close(lock)


def _claim(folder: Path) -> tuple[Path, int]:
    link = folder / "servers"
    if os.geteuid() != 0:
        link.mkdir(mode=0o700, exist_ok=True)
        return link, _lock_when_free(link, folder)
    if link.is_dir() and not link.is_symlink():
        raise ServiceError(
            f"{link} belongs to an ordinary user: run as that user, or remove {folder} to start again."
        )
    home = link.resolve() if link.is_dir() else STATE / hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    home.mkdir(mode=0o755, parents=True, exist_ok=True)
    lock = _lock_when_free(home, folder)
    if not link.is_dir():
        _empty(home)
        link.unlink(missing_ok=True)
        link.symlink_to(home)
    return home, lock


def _lock_when_free(home: Path, folder: Path) -> int:
    """Wait briefly for a killed run to end, but not for a running one."""
    deadline = time.monotonic() + SECONDS_FOR_REMAINS
    while (lock := take_lock(home / "lock")) is None:
        holder = (home / "lock").read_text()
        if _lives(holder) or time.monotonic() > deadline:
            raise FolderInUse(f"Another run (process {holder}) is using {folder}: stop that one first.")
        time.sleep(0.1)
    return lock


def _lives(pid: str) -> bool:
    """Whether a process is running, and not a zombie."""
    try:
        state = Path("/proc", pid, "stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return pid.isdigit() and state != "Z"


def _empty(home: Path) -> None:
    """Remove the data if the folder was deleted meanwhile: deleting it means starting again."""
    for path in home.iterdir():
        if path.is_dir():
            shutil.rmtree(path)


@contextmanager
def run_folder(account: Account) -> Iterator[tuple[Path, int]]:
    """A private folder of the servers' user with a short path, for sockets and temporary data, and its lock."""
    parent = _short_parent(account)
    _sweep(parent, account)
    try:
        folder = Path(tempfile.mkdtemp(prefix=f"{RUN_PREFIX}{os.getpid()}-", dir=parent))
        lock = take_lock(folder / "lock")
        account.own(folder)
    except OSError as error:
        raise from_os_error(error, parent) from error
    if lock is None:
        raise ServiceError(f"{folder} was taken by another program: start again.")
    try:
        yield folder, lock
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _short_parent(account: Account) -> Path:
    candidates = [Path(tempfile.gettempdir()), Path("/tmp"), Path("/var/tmp"), Path("/dev/shm")]  # noqa: S108
    sample = f"{RUN_PREFIX}{2**22}-12345678/{LONGEST_SOCKET}"
    for parent in candidates:
        fits = len(os.fsencode(parent / sample)) <= SOCKET_PATH_BYTES
        if fits and parent.is_dir() and os.access(parent, os.W_OK) and account.can_enter(parent):
            return parent
    raise ServiceError("No temporary folder can be written: make /tmp writable (chmod 1777 /tmp).")


def _sweep(parent: Path, account: Account) -> None:
    """Remove what killed runs of this user left behind."""
    for folder in parent.glob(f"{RUN_PREFIX}*"):
        with suppress(OSError):
            is_ours = folder.lstat().st_uid in {os.geteuid(), account.uid} and not folder.is_symlink()
            if is_ours and not _lives(folder.name.split("-")[2]):
                _remove_if_free(folder)


def _remove_if_free(folder: Path) -> None:
    lock = take_lock(folder / "lock")
    if lock is not None:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)
