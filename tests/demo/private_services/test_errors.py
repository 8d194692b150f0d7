"""One sentence with the cause and how to fix it."""

import errno

import pytest

from demo.private_services.errors import from_log, from_os_error


@pytest.mark.parametrize(
    ("code", "sentence"),
    [
        (errno.ENOSPC, "The disk that holds /data is full: free about 200 MB and start again."),
        (errno.EROFS, "/data cannot be written: run as the user it belongs to"),
        (errno.ENOTDIR, "/data cannot be used: Not a directory."),
    ],
)
def test_the_systems_refusal_is_put_into_words(code: int, sentence: str) -> None:
    assert str(from_os_error(OSError(code, "Not a directory"), "/data")).startswith(sentence)


@pytest.mark.parametrize(
    ("log", "sentence"),
    [
        ("FATAL:  could not write: No space left on device\nLOG: bye", "The disk that holds /data is full"),
        ("initdb: error: could not create directory: Permission denied", "/data cannot be written"),
        ("LOG:  starting\nFATAL:  too blue.\nLOG:  shut down", "PostgreSQL did not start: too blue."),
        ("something odd\n", "PostgreSQL did not start: something odd."),
        ("", "PostgreSQL did not start: it wrote nothing."),
    ],
)
def test_the_reason_is_found_in_the_log(log: str, sentence: str) -> None:
    assert str(from_log("PostgreSQL", log, "/data")).startswith(sentence)
