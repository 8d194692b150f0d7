"""A file as rows of cells: CSV in any usual notation, or XLSX. What is too large or no table is refused."""

from __future__ import annotations

import csv
import io
import struct
import zipfile
import zlib
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

import openpyxl
from django.utils.translation import gettext as _
from openpyxl.utils.exceptions import InvalidFileException

from clinic.typed.text import without_unseen
from courses.bringing.safe_csv import plain_cell
from courses.bringing.unfilled import why_unfilled

MEGABYTE = 1024 * 1024
MOST_BYTES = 20 * MEGABYTE
# An XLSX file is a zip: so much it may hold when unpacked, so many parts, so much more than it takes itself.
MOST_UNPACKED, MOST_PARTS, MOST_RATIO = 250 * MEGABYTE, 500, 200
MOST_ROWS, MOST_COLUMNS, MOST_LETTERS = 120_000, 100, 100_000_000
# As many rows as a spreadsheet can have, empty ones included.
LAST_ROW = 1_048_576
STEP_ROWS = 500
# Only these two a zip unpacks piece by piece, and never to more than the part says.
PACKINGS = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
# What zip and spreadsheet readers raise for a damaged file: they check little before they read on.
BROKEN = (
    InvalidFileException,
    zipfile.BadZipFile,
    zlib.error,
    struct.error,
    EOFError,
    OSError,
    RuntimeError,
    SyntaxError,
    TypeError,
    ValueError,
    ArithmeticError,
    AssertionError,
    AttributeError,
    LookupError,
)
# What Excel's own files of before 2007 begin with.
OLD_EXCEL = b"\xd0\xcf\x11\xe0"
ZIP = b"PK\x03\x04"
DELIMITERS = ",;\t|"
Cell = str | date | datetime | time
Step = Callable[[int, int], None]


class BadFile(ValueError):
    """No table that can be read; the message is for the person who uploaded it."""


@dataclass(frozen=True)
class Line:
    """One row of the file, with the number that the spreadsheet shows beside it."""

    number: int
    cells: tuple[Cell, ...]
    # Whether there is something to the right of the last heading.
    has_more: bool = False


@dataclass(frozen=True)
class Table:
    """The headings and the rows under them; how the text was encoded, where that had to be guessed."""

    headings: tuple[str, ...]
    lines: tuple[Line, ...]
    encoding: str = ""


def read_table(content: bytes, *, most: int | None = None, step: Step | None = None) -> Table:
    """The table of a file, or its first rows; BadFile says in a sentence what is wrong with it and what to do."""
    if not content.strip():
        raise BadFile(_("The file is empty."))
    if len(content) > MOST_BYTES:
        raise BadFile(_("The file is larger than %(n)d MB. Split it.") % {"n": MOST_BYTES // MEGABYTE})
    if content.startswith(OLD_EXCEL):
        raise BadFile(
            _("This is an old Excel file or one with a password. Save it as XLSX or CSV, without a password.")
        )
    if content.startswith(ZIP):
        return _table(_stepped(_xlsx_rows(content), step), most=most)
    text, encoding = _decoded(content)
    return _table(_stepped(_csv_rows(text), step), encoding=encoding, most=most)


def _stepped(rows: Iterable[list[Cell]], step: Step | None) -> Iterator[list[Cell]]:
    """The rows, no more than a spreadsheet can have; how many there are is known at the end only."""
    for number, row in enumerate(rows, start=1):
        if number > LAST_ROW:
            words = _("The file has more than %(n)s rows, empty ones included. Copy the table into a new file.")
            raise BadFile(words % {"n": f"{LAST_ROW:,}"})
        if step is not None and number % STEP_ROWS == 0:
            step(0, 0)
        yield row


def _table(rows: Iterable[list[Cell]], *, encoding: str = "", most: int | None = None) -> Table:
    headings: tuple[str, ...] = ()
    lines: list[Line] = []
    n_letters = 0
    for number, row in enumerate(rows, start=1):
        if not any(cell != "" for cell in row):
            continue
        if not headings:
            headings = tuple(written(cell).strip()[:100] for cell in _trimmed(row))
            if len(headings) > MOST_COLUMNS:
                raise BadFile(_("The file has more than %(n)d columns.") % {"n": MOST_COLUMNS})
            continue
        if len(lines) == most:
            break
        if len(lines) >= MOST_ROWS:
            raise BadFile(_("The file has more than %(n)s rows. Split it.") % {"n": f"{MOST_ROWS:,}"})
        width = len(headings)
        cells = tuple(row[:width]) + ("",) * (width - len(row))
        n_letters += sum(len(cell) for cell in cells if isinstance(cell, str))
        if n_letters > MOST_LETTERS:
            raise BadFile(_("The file holds too much text. Split it."))
        lines.append(Line(number, cells, any(cell != "" for cell in row[width:])))
    if not lines:
        raise BadFile(_("The file has no rows under its headings."))
    return Table(headings, tuple(lines), encoding)


def written(cell: Cell) -> str:
    """A cell as a person would write it."""
    if isinstance(cell, datetime):
        return cell.strftime("%Y-%m-%d %H:%M")
    return cell.isoformat() if isinstance(cell, date | time) else cell


def _trimmed(row: list[Cell]) -> list[Cell]:
    while row and row[-1] == "":
        row = row[:-1]
    return row


def _decoded(content: bytes) -> tuple[str, str]:
    """The text, and its encoding where it is not the usual one."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        return _in(content, "utf-16"), ""
    if b"\x00" in content[:4096]:
        raise BadFile(_("This is not a table. Save it as CSV or XLSX and upload that."))
    try:
        return content.decode("utf-8-sig"), ""
    except UnicodeDecodeError:
        # What Excel writes on Windows unless it is asked for UTF-8.
        return _in(content, "cp1252"), "Windows-1252"


def _in(content: bytes, encoding: str) -> str:
    try:
        return content.decode(encoding)
    except UnicodeDecodeError as error:
        raise BadFile(
            _("The letters of the file cannot be read. Save it as “CSV UTF-8” and upload that.")
        ) from error


def _csv_rows(text: str) -> Iterator[list[Cell]]:
    first, _mark, rest = text.partition("\n")
    if first.strip().lower().startswith("sep=") and len(first.strip()) == 5:
        # A line for Excel that names the delimiter; it counts as a row of the sheet.
        delimiter, text = first.strip()[4], f"\n{rest}"
    else:
        head = next((line for line in text.splitlines() if line.strip()), "")
        delimiter = max(DELIMITERS, key=head.count)
    # Strict: a quotation mark that is never closed would take in the rows after it, as one cell.
    rows = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    try:
        for row in rows:
            yield [_text(cell) for cell in row]
    except csv.Error as error:
        words = _(
            "The CSV file cannot be read: in line %(line)d or above it, a cell is too long, or a quotation mark "
            "is missing or is inside a cell. Correct it, or save the table as XLSX."
        )
        raise BadFile(words % {"line": rows.line_num}) from error


@contextmanager
def _refusing_damage() -> Iterator[None]:
    """Whatever a damaged file makes a reader raise, a person reads one sentence."""
    try:
        yield
    except BadFile:
        raise
    except BROKEN as error:
        words = _("The file is damaged or is not a readable XLSX file. Save it again as XLSX, or as CSV.")
        raise BadFile(words) from error


def _xlsx_rows(content: bytes) -> Iterator[list[Cell]]:
    with _refusing_damage():
        _refuse_bomb(content)
        book = openpyxl.load_workbook(io.BytesIO(content), read_only=True, data_only=True, keep_links=False)
        try:
            sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
            if not sheets:
                words = _(
                    "No sheet of the file can be seen. Show the one to import, save the file and upload it again."
                )
                raise BadFile(words)
            if len(sheets) > 1:
                words = _("The file has %(n)d sheets. Save the one to import as a file of its own.")
                raise BadFile(words % {"n": len(sheets)})
            with zipfile.ZipFile(io.BytesIO(content)).open(str(vars(sheets[0])["_worksheet_path"])) as part:
                if why := why_unfilled(part):
                    raise BadFile(why)
            # What the sheet says of its own size may be wrong.
            sheets[0].reset_dimensions()
            for row in sheets[0].iter_rows(max_row=LAST_ROW + 1, max_col=MOST_COLUMNS + 1, values_only=True):
                is_empty = row.count(None) == len(row)
                yield [] if is_empty else [_cell(value) for value in row]
        finally:
            book.close()


def _refuse_bomb(content: bytes) -> None:
    """Judged by the zip's own list, before anything is unpacked; a part never unpacks to more than it says."""
    parts = zipfile.ZipFile(io.BytesIO(content)).infolist()
    unpacked = sum(part.file_size for part in parts)
    is_bomb = len(parts) > MOST_PARTS or unpacked > MOST_UNPACKED
    if is_bomb or any(
        part.file_size > MEGABYTE and part.file_size > MOST_RATIO * part.compress_size for part in parts
    ):
        raise BadFile(_("The file unpacks to far more than it holds. Save the table as CSV and upload that."))
    if any(part.compress_type not in PACKINGS for part in parts):
        raise BadFile(_("The file is packed in a way that spreadsheets do not use. Save it again as XLSX."))


def _cell(value: Any) -> Cell:
    """A cell of a sheet: dates and times stay what they are, everything else becomes text."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 10**15 else repr(value)
    if isinstance(value, datetime):
        return value.date() if value.time() == time() else value
    if isinstance(value, date | time):
        return value
    return _text(str(value))


def _text(value: str) -> str:
    return plain_cell(without_unseen(value).strip())
