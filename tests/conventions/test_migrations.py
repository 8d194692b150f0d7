"""A migration writes the same today as on the day it was made: it reads nothing that is edited later."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
READERS = {"open", "read_text", "read_bytes", "load_rows", "install_rows", "load"}
MIGRATIONS = sorted(ROOT.glob("*/migrations/[0-9]*.py"))


@pytest.mark.parametrize("path", MIGRATIONS, ids=lambda path: f"{path.parent.parent.name}.{path.stem}")
def test_migration_reads_no_file(path):
    tree = ast.parse(path.read_text(encoding="utf-8"))
    calls = [one.func for one in ast.walk(tree) if isinstance(one, ast.Call)]
    names = {one.attr if isinstance(one, ast.Attribute) else getattr(one, "id", "") for one in calls}
    assert not names & READERS
    assert "__file__" not in {one.id for one in ast.walk(tree) if isinstance(one, ast.Name)}
