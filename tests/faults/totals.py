"""The totals of the fault tests, shown at the end of the run, whichever process counted them."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

PROPERTY = "totals"
ACCESS = "access"

HEAD = "| fault | alerts | mails | lost | duplicated | /healthz knew after s | recovered in s |"


def record_totals(record_property: Callable[[str, Any], None], totals: Any) -> None:
    """Keep the result of a storm for the end of the run."""
    record_property(PROPERTY, asdict(totals))


def _row(nodeid: str, totals: dict[str, Any]) -> str:
    """A test's totals as a line of the table in docs/operations.md."""
    name, _, case = nodeid.rpartition("::")[2].removeprefix("test_").partition("[")
    fault = name.replace("_", " ") + (f": {case.removesuffix(']')}" if case else "")
    noticed = "" if totals["noticed"] is None else f"{totals['noticed']:.0f}"
    counts = (totals[name] for name in ("n_alerts", "n_mails", "n_lost", "n_duplicated"))
    return f"| {fault} | {' | '.join(map(str, counts))} | {noticed} | {totals['seconds']:.1f} |"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """A line for each fault that was counted."""
    rows = sorted(
        _row(report.nodeid, value)
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
        for name, value in getattr(report, "user_properties", [])
        if name == PROPERTY and getattr(report, "when", "") == "call"
    )
    if rows:
        terminalreporter.section("faults: what became of the alerts")
        for line in (HEAD, "|---" * HEAD.count(" | ") + "|---|", *rows):
            terminalreporter.write_line(line)
    _sum_up_access(terminalreporter)


def _sum_up_access(terminalreporter: Any) -> None:
    """How many answers the access table checked, and how many leaked."""
    counts = [
        [int(number) for number in re.findall(r"\d+", str(value))]
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
        for name, value in getattr(report, "user_properties", [])
        if name == ACCESS and getattr(report, "when", "") == "call"
    ]
    if counts:
        n_answers, n_leaks = (sum(column) for column in zip(*counts, strict=True))
        terminalreporter.section("access table")
        terminalreporter.write_line(f"{n_answers} answers as {len(counts)} kinds of people, {n_leaks} leaks")
