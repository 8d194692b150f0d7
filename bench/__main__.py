"""`make bench [WHAT="curve_speed pages"]`: measure in one run, print a table, write bench/results.json."""

from __future__ import annotations

import json
import os
import platform
import sys
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

import django

PARTS = ("curve_speed", "curve_quality", "curve_budget", "pages", "loop")
RESULTS = Path(__file__).parent / "results.json"


def machine() -> str:
    """What the figures were taken on, in a line."""
    model = next((line.split(":")[1].strip() for line in _cpu_lines() if line.startswith("model name")), "")
    return f"{os.cpu_count()} cores, {model or platform.machine()}, Python {platform.python_version()}"


def _cpu_lines() -> list[str]:
    try:
        return Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def table(rows: Iterable[dict[str, Any]]) -> str:
    """The rows in columns."""
    cells = [["what", "value", "unit", "versus", "ratio", "n"]]
    for row in rows:
        ratio = "" if row["ratio"] is None else f"{row['ratio']:.3g}"
        cells.append([row["name"], f"{row['value']:.4g}", row["unit"], row["versus"], ratio, str(row["n"])])
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in cells
    )


def main() -> None:
    """Each part after another, alone on the machine as far as it can be."""
    parts = sys.argv[1:] or PARTS
    unknown = set(parts) - set(PARTS)
    if unknown:
        sys.exit(f"Unknown: {', '.join(sorted(unknown))}. There are: {', '.join(PARTS)}.")
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    django.setup()
    where = machine()
    rows = [{**row, "machine": where} for part in parts for row in import_module(f"bench.{part}").measure()]
    print(where)
    print(table(rows))
    RESULTS.write_text(json.dumps([*_others(rows), *rows], indent=1) + "\n", encoding="utf-8")


def _others(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """What earlier runs measured and this one did not."""
    names = {row["name"] for row in rows}
    return [row for row in json.loads(RESULTS.read_text(encoding="utf-8")) if row["name"] not in names]


if __name__ == "__main__":
    main()
