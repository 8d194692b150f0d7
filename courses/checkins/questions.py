"""The signs grouped under a few plain questions that can be opened."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from courses.sessions.red_flags.fields import FlagLine

DATA = Path(__file__).resolve().parent.parent / "data" / "check_in_questions.json"
KEY = "questions"


@dataclass(frozen=True)
class Question:
    """One plain question and its signs."""

    code: str
    words: str
    lines: tuple[FlagLine, ...]

    @property
    def is_open(self) -> bool:
        """Whether a sign under it is ticked."""
        return any(line.is_ticked for line in self.lines)


def version() -> int:
    """The version of the current wording."""
    return int(_content()["version"])


def questions(lines: Sequence[FlagLine]) -> list[Question]:
    """Every sign under its question; a sign without one comes under the last."""
    rows = _content()["rows"]
    home = {code: row["code"] for row in rows for code in row["flags"]}
    order = {code: place for row in rows for place, code in enumerate(row["flags"])}
    found = []
    for row in rows:
        mine = [line for line in lines if home.get(line.flag.code, rows[-1]["code"]) == row["code"]]
        mine.sort(key=lambda line: order.get(line.flag.code, len(order)))
        if mine:
            found.append(Question(row["code"], row["question"], tuple(mine)))
    return found


@cache
def _content() -> dict[str, Any]:
    content: dict[str, Any] = json.loads(DATA.read_text(encoding="utf-8"))
    return content
