"""The totals of the fault tests, shown at the end of the run, whichever process counted them."""

from __future__ import annotations

import re
from typing import Any

PROPERTY = "totals"
ACCESS = "access"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """A line for each fault that was counted."""
    lines = [
        f"{report.nodeid.rpartition('::')[2]}: {value}"
        for outcome in ("passed", "failed")
        for report in terminalreporter.stats.get(outcome, [])
        for name, value in getattr(report, "user_properties", [])
        if name == PROPERTY and getattr(report, "when", "") == "call"
    ]
    if lines:
        terminalreporter.section("faults: what became of the alerts")
        for line in sorted(lines):
            terminalreporter.write_line(line)
    _sum_up_access(terminalreporter)


def _sum_up_access(terminalreporter: Any) -> None:
    """How many answers the access table looked at, and how many leaked."""
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
