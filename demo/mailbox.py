"""The demo's mail: files written by Django's file backend."""

from __future__ import annotations

from dataclasses import dataclass
from email import message_from_bytes
from email.policy import default
from pathlib import Path

RULE = b"\n" + b"-" * 79 + b"\n"


@dataclass(frozen=True)
class Letter:
    """One mail for display."""

    number: int
    to: str
    sender: str
    subject: str
    sent: str
    text: str
    headers: tuple[tuple[str, str], ...]


def letters(folder: Path) -> list[Letter]:
    """Every mail in the folder, newest first; numbers count from the oldest."""
    files = sorted(folder.glob("*.log"))
    parts = [
        part for file in files for part in file.read_bytes().replace(b"\r\n", b"\n").split(RULE) if part.strip()
    ]
    return [_letter(number, part) for number, part in enumerate(parts, 1)][::-1]


def _letter(number: int, raw: bytes) -> Letter:
    message = message_from_bytes(raw.lstrip(b"\n"), policy=default)
    body = message.get_body(("plain",))
    return Letter(
        number=number,
        to=str(message["To"]),
        sender=str(message["From"]),
        subject=str(message["Subject"]),
        sent=str(message["Date"]),
        text=body.get_content() if body else "",
        headers=tuple((name, str(value)) for name, value in message.items()),
    )
