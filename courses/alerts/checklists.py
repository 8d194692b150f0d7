"""What to check before answering: a warning without support changes little (Lambert's OQ studies).

The lines are data with their source (`courses/data/what_to_check.json`): by flag, otherwise by rule.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

from courses.models import Alert

DATA = Path(__file__).parent.parent / "data" / "what_to_check.json"


@dataclass(frozen=True)
class Checklist:
    """What to check, in order, with the source."""

    lines: tuple[str, ...]
    source: str
    needs_sign_off: bool


def checklists_of(alert: Alert) -> list[Checklist]:
    """The checklists of an alert: its flag's before its rule's, and those of its pain findings."""
    if alert.is_red_flag:
        return _named(f"flag:{alert.flag_code}", alert.rule)
    if alert.rule == Alert.Rule.PAIN:
        return _named(*dict.fromkeys(f"rule:{finding['rule']}" for finding in alert.findings), alert.rule)
    return _named(alert.rule)


def _named(*names: str) -> list[Checklist]:
    known = shipped_checklists()
    return [known[name] for name in names if name in known]


@lru_cache(maxsize=1)
def shipped_checklists() -> dict[str, Checklist]:
    """Every checklist by name."""
    rows: Sequence[dict[str, object]] = json.loads(DATA.read_text(encoding="utf-8"))["rows"]
    return {
        str(row["name"]): Checklist(
            tuple(map(str, row["lines"])),  # type: ignore[call-overload]
            str(row["source"]),
            bool(row["needs_sign_off"]),
        )
        for row in rows
    }
