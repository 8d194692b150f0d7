"""Reasons why a server cannot run, one sentence each."""

import errno
import re

NO_SPACE = "No space left on device"
DISK_FULL = "The disk that holds {place} is full: free about 200 MB and start again."
NOT_WRITABLE = (
    "{place} cannot be written: run as the user it belongs to, or give this user the right to write there."
)
LAST_WORDS = re.compile(r"(?:FATAL|PANIC|ERROR|error):\s*(.+)")


class ServiceError(Exception):
    """A server cannot run: one sentence with the cause and how to fix it."""


class FolderInUse(ServiceError):
    """Another run has its data in this folder."""


def from_os_error(error: OSError, place: object) -> ServiceError:
    """An error of the operating system at a path, in our own words."""
    # Copying a folder collects its errors as text.
    if error.errno in {errno.ENOSPC, errno.EDQUOT} or NO_SPACE in str(error):
        return ServiceError(DISK_FULL.format(place=place))
    if error.errno in {errno.EACCES, errno.EPERM, errno.EROFS}:
        return ServiceError(NOT_WRITABLE.format(place=error.filename or place))
    return ServiceError(f"{error.filename or place} cannot be used: {error.strerror or error}.")


def from_log(name: str, log: str, place: object) -> ServiceError:
    """Why a server stopped, according to its last log lines."""
    if NO_SPACE in log:
        return ServiceError(DISK_FULL.format(place=place))
    if "Permission denied" in log:
        return ServiceError(NOT_WRITABLE.format(place=place))
    lines = [line for line in log.splitlines() if line.strip()]
    found = [match[1] for line in lines if (match := LAST_WORDS.search(line))]
    words = (found or lines or ["it wrote nothing"])[-1].strip().rstrip(".")
    return ServiceError(f"{name} did not start: {words}.")
