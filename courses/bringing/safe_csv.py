"""CSV that a spreadsheet opens without running any of it: no cell is a formula. Pure.

A spreadsheet reads a cell that begins with = + - @ (or a tab or a return before one of them) as a formula, whoever
typed it. Such a text gets an apostrophe in front, which spreadsheets show as text (OWASP, CSV injection); numbers
and phone numbers stay as they are.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from datetime import date, datetime
from typing import Any

FIRST = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
# What only looks like one: a number, or a phone number with its country's code.
HARMLESS = re.compile(r"[+-]?\d[\d\s().]*|-|\+\d[\d\s().\-/]*")
# With it, Excel reads the file as UTF-8.
MARK = "\ufeff"


class _Echo:
    """What a CSV writer writes to: gives each line back."""

    def write(self, line: str) -> str:
        return line


def safe_cell(value: Any) -> str:
    """A value as a cell that is never a formula."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    text = value.isoformat() if isinstance(value, date) else str(value)
    if text.lstrip(" \u00a0").startswith(FIRST) and not HARMLESS.fullmatch(text):
        return f"'{text}"
    return text


def plain_cell(text: str) -> str:
    """The reverse, for a file that is uploaded again."""
    return text[1:] if text.startswith("'") and text[1:].lstrip(" \u00a0").startswith(FIRST) else text


def csv_lines(rows: Iterable[Sequence[Any]]) -> Iterator[str]:
    """Each row as a line, the first with the mark of UTF-8."""
    writer = csv.writer(_Echo())
    mark = MARK
    for row in rows:
        yield mark + writer.writerow([safe_cell(value) for value in row])
        mark = ""
