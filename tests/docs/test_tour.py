"""The tour names existing files and functions."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
TOUR = (ROOT / "docs/tour.md").read_text(encoding="utf-8")
NAMED = re.findall(r"`([^`\n]+)`", TOUR)
PATHS = sorted({name for name in NAMED if "/" in name})
# Names in code, each searched in the files that its own item of the list names.
ITEMS = re.split(r"\n(?=\s*(?:-|\d+\.|##) )", TOUR)
CODE = [
    (name, [path for path in re.findall(r"`([^`\n]+)`", item) if path.endswith(".py")])
    for item in ITEMS
    for name in re.findall(r"`([A-Za-z_]+)`", item)
]


def test_it_names_the_whole_way():
    assert len(PATHS) > 30
    assert len(CODE) > 15


@pytest.mark.parametrize("path", PATHS)
def test_the_file_is_there(path):
    assert (ROOT / path).exists()


@pytest.mark.parametrize(("name", "files"), CODE)
def test_the_name_is_in_a_file_named_beside_it(name, files):
    assert any(re.search(rf"\b{name}\b", (ROOT / path).read_text(encoding="utf-8")) for path in files)
