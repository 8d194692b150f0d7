"""A table that was read once, packed: parsing a spreadsheet takes long, unpacking a moment. Pure."""

from __future__ import annotations

import json
import zlib
from collections.abc import Callable
from datetime import date, datetime, time
from typing import Any

from courses.bringing.reading import Cell, Line, Table

PACKED = b"packed table 2\n"
_READ: dict[str, Callable[[str], Cell]] = {
    "m": datetime.fromisoformat,
    "d": date.fromisoformat,
    "t": time.fromisoformat,
}


def is_packed(content: bytes) -> bool:
    """Whether this is a table that was packed here; no file that can be uploaded begins so."""
    return content.startswith(PACKED)


def pack(table: Table) -> bytes:
    """The table as bytes."""
    lines = [[line.number, line.has_more, *(_kept(cell) for cell in line.cells)] for line in table.lines]
    kept = {"headings": table.headings, "encoding": table.encoding, "lines": lines}
    return PACKED + zlib.compress(json.dumps(kept, ensure_ascii=False).encode(), level=1)


def unpack(content: bytes) -> Table:
    """The table as it was."""
    kept = json.loads(zlib.decompress(content.removeprefix(PACKED)))
    lines = tuple(Line(line[0], tuple(_cell(one) for one in line[2:]), line[1]) for line in kept["lines"])
    return Table(tuple(kept["headings"]), lines, kept["encoding"])


def _kept(cell: Cell) -> Any:
    if isinstance(cell, str):
        return cell
    kind = "m" if isinstance(cell, datetime) else "d" if isinstance(cell, date) else "t"
    return [kind, cell.isoformat()]


def _cell(kept: Any) -> Cell:
    return kept if isinstance(kept, str) else _READ[kept[0]](kept[1])
