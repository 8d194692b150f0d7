"""A name has one meaning: no module name twice without a reason, and no word with several meanings."""

from __future__ import annotations

import ast
from collections import Counter
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
APPS = ("clinic", "patients", "courses")
MODULES = [
    path.relative_to(ROOT)
    for app in APPS
    for path in sorted((ROOT / app).rglob("*.py"))
    if "migrations" not in path.parts and not path.name.startswith("__")
]
# Names that Django, Celery or this project give to the same thing in each room.
IN_EACH_ROOM = {
    "admin", "apps", "checks", "entry", "fields", "forms", "links", "mail", "middleware", "page", "presets",
    "tasks", "urls", "views", "wording", "words",
}  # fmt: skip
# The same matter, in the room that decides it and in the room that stores, checks or shows it.
SAME_MATTER = {
    "base",
    "breach",
    "clearance",
    "dates",
    "endpoints",
    "events",
    "figures",
    "kinds",
    "names",
    "numbers",
    "phones",
    "recipients",
    "recording",
    "scale",
    "shown",
    "summary",
    "times",
    "voiding",
}
# Words with several meanings; a name says which one is meant.
VAGUE = {
    "Bedside", "asking", "fix", "guard", "meanwhile", "own_judge", "silencing", "standing", "telling", "together",
    "told",
}  # fmt: skip
# In the study of the curve a score is "told" if the curve can predict it; its files have a column of that name.
OF_THE_STUDY = Path("courses/curve")


def test_a_module_name_occurs_once():
    """Tables and the screens of the admin are named after their table."""
    counted = Counter(path.stem for path in MODULES if path.parts[1] not in {"models", "admin"})
    twice = {name for name, n in counted.items() if n > 1}
    assert twice <= IN_EACH_ROOM | SAME_MATTER
    # Otherwise the lists would keep names that need no excuse any more.
    assert twice >= IN_EACH_ROOM | SAME_MATTER


@pytest.mark.parametrize("path", [one for one in MODULES if OF_THE_STUDY not in one.parents], ids=str)
def test_no_name_is_one_of_the_vague_words(path):
    assert names_in(ROOT / path) & VAGUE == set()


def test_names_are_found():
    assert {"names_in", "path", "tree", "ast", "walk"} <= names_in(Path(__file__))


def names_in(path: Path) -> set[str]:
    """Every name that a file gives to a module, class, function, argument, variable or attribute, or uses."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    found = {path.stem}
    for node in ast.walk(tree):
        if isinstance(node, ast.Name):
            found.add(node.id)
        elif isinstance(node, ast.Attribute):
            found.add(node.attr)
        elif isinstance(node, ast.arg):
            found.add(node.arg)
        elif isinstance(node, ast.ClassDef | ast.FunctionDef):
            found.add(node.name)
    return found
