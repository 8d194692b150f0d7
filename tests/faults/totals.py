"""The totals of the fault tests, shown at the end of the run, whichever process counted them."""

from __future__ import annotations

from typing import Any

PROPERTY = "totals"


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
