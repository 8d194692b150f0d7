"""Each room says what belongs there, and stays small enough to look through."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ("clinic", "patients", "courses", "demo")
MOST_FILES = 24
# A folder that Django or a format requires needs no explanation.
UNEXPLAINED = {"clinic/formats", "clinic/formats/en"}


def rooms() -> list[Path]:
    """Every folder with code, except migrations and management, whose content Django decides."""
    found = (path.parent for app in APPS for path in (ROOT / app).rglob("__init__.py"))
    return sorted(room for room in found if not {"migrations", "management"} & set(room.parts))


@pytest.mark.parametrize("room", rooms(), ids=lambda room: str(room.relative_to(ROOT)))
def test_room_is_explained_and_small(room: Path):
    name = str(room.relative_to(ROOT))
    said = ast.get_docstring(ast.parse((room / "__init__.py").read_text())) or ""
    if name not in UNEXPLAINED:
        assert len(re.findall(r"[.:;](?=\s|$)", said)) >= 2, f"{name}/__init__.py does not say what belongs there"
    assert len(list(room.glob("*.py"))) <= MOST_FILES, f"{name} needs rooms of its own"
