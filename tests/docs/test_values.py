"""The table of values in docs/tour.md: each file is there and holds the name."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent.parent
SECTION = (ROOT / "docs/tour.md").read_text().split("## Where a value is set")[1].split("\n## ")[0]
ROWS = re.findall(r"^\| [^|]+ \| `([^`]+)` \| `([^`]+)` \|$", SECTION, re.MULTILINE)


def test_the_table_is_read():
    assert len(ROWS) == SECTION.count("\n|") - 2 > 10


@pytest.mark.parametrize(("file", "name"), ROWS)
def test_the_file_holds_the_name(file, name):
    assert re.search(rf"{re.escape(name)}\b", (ROOT / file).read_text())
