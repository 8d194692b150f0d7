"""The refused lines as a file to correct and upload again: as they were, with the reasons in front."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from courses.bringing.columns import BY_KEY, LINE, WHY, is_own_column
from courses.bringing.reading import Table, written
from courses.bringing.safe_csv import csv_lines


def refused_csv(table: Table, refused: Mapping[int, Sequence[str]]) -> bytes:
    """UTF-8 with a mark, so that Excel opens it rightly; no cell is a formula."""
    kept = [place for place, heading in enumerate(table.headings) if not is_own_column(heading)]
    headings = [table.headings[place] for place in kept]
    # Where a decision about a person is written, if the file has no such column yet.
    record = str(BY_KEY["record"].label)
    more = [] if any(heading.casefold().startswith("record here") for heading in headings) else [record]
    rows: list[list[object]] = [[LINE, WHY, *headings, *more]]
    for line in table.lines:
        why = refused.get(line.number)
        if why:
            cells = [written(line.cells[place]) for place in kept]
            rows.append([line.number, " ".join(why), *cells, *("" for _one in more)])
    return "".join(csv_lines(rows)).encode()
