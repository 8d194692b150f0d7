"""`make bench [WHAT="curve_speed pages"]`: measure in one run, print a table, write bench/results.json."""

from __future__ import annotations

import json
import os
import platform
import statistics
import sys
import time
from collections.abc import Iterable
from importlib import import_module
from pathlib import Path
from typing import Any

import django

PARTS = (
    "curve_speed",
    "curve_quality",
    "curve_rivals",
    "curve_weak_spots",
    "curve_line",
    "curve_budget",
    "pages",
    "score_path",
    "bringing",
    "loop",
)
RESULTS = Path(__file__).parent / "results.json"


def machine() -> str:
    """The machine of the figures, in one line."""
    model = next((line.split(":")[1].strip() for line in _cpu_lines() if line.startswith("model name")), "")
    where = f"{os.cpu_count()} cores, {model or platform.machine()}, Python {platform.python_version()}"
    return f"{where}, {pace():.2f} ms for the fixed loop"


def pace() -> float:
    """Median milliseconds of a fixed piece of Python, because the speed of a shared machine changes."""
    taken = []
    for _run in range(200):
        started = time.perf_counter()
        _fixed_loop()
        taken.append((time.perf_counter() - started) * 1000)
    return statistics.median(taken)


def _fixed_loop() -> dict[str, list[int]]:
    kept: dict[str, list[int]] = {}
    for number in range(5_000):
        kept[str(number).upper()] = [number]
    return kept


def _cpu_lines() -> list[str]:
    try:
        return Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines()
    except OSError:
        return []


def table(rows: Iterable[dict[str, Any]]) -> str:
    """The rows as aligned columns."""
    cells = [["what", "value", "unit", "versus", "ratio", "n"]]
    for row in rows:
        ratio = "" if row["ratio"] is None else f"{row['ratio']:.3g}"
        cells.append([row["name"], f"{row['value']:.4g}", row["unit"], row["versus"], ratio, str(row["n"])])
    widths = [max(len(line[column]) for line in cells) for column in range(len(cells[0]))]
    return "\n".join(
        "  ".join(cell.ljust(width) for cell, width in zip(line, widths, strict=True)) for line in cells
    )


def main() -> None:
    """Run the parts one after another, each alone on the machine as far as possible."""
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
    """Figures of earlier runs that this one did not measure."""
    names = {row["name"] for row in rows}
    return [row for row in json.loads(RESULTS.read_text(encoding="utf-8")) if row["name"] not in names]


if __name__ == "__main__":
    main()
