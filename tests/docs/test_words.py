"""Gates, and things that look like a patient and are none, are explained in both pages."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.apps import apps
from django.db.models import Model

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
APPS = ("clinic", "patients", "courses")
# Folders that Django requires; they have no content of their own.
NO_ROOMS = {"management", "migrations", "templatetags", "formats"}
ROW = re.compile(r"^\| (?P<screen>[^|]+) \| `(?P<code>[^`|]+)` \| (?P<meaning>[^|]+) \|$", re.MULTILINE)
ON_SCREEN = {
    row["code"]: row["screen"] for row in ROW.finditer((DOCS / "concepts.md").read_text(encoding="utf-8"))
}
TABLES: list[type[Model]] = [model for app in APPS for model in apps.get_app_config(app).get_models()]
ROOMS = [
    str(folder.parent.relative_to(ROOT))
    for app in APPS
    for folder in sorted((ROOT / app).glob("*/__init__.py"))
    if folder.parent.name not in NO_ROOMS
]


@pytest.mark.parametrize("page", ["concepts.md", "threat-model.md"])
@pytest.mark.parametrize("word", ["gate", "void", "merge", "test patient"])
def test_word_is_explained(page, word):
    assert word in (DOCS / page).read_text(encoding="utf-8").lower()


def test_every_table_and_room_has_a_row_and_no_other():
    assert ON_SCREEN.keys() == {model.__name__ for model in TABLES} | set(ROOMS)


@pytest.mark.parametrize("model", TABLES, ids=lambda model: model.__name__)
def test_a_table_has_the_name_it_has_on_screen(model):
    assert str(model._meta.verbose_name).lower() in ON_SCREEN[model.__name__].lower()
