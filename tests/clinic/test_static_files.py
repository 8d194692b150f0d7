"""What `collectstatic` makes: scripts import each other by names that change with the content."""

import re
from pathlib import Path

import pytest
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command

HASHED = re.compile(r"\.[0-9a-f]{12}\.js$")
IMPORTED = re.compile(r"""^\s*(?:import|export)\b[^"';]*["'](\.{1,2}/[^"']+)["']""", re.MULTILINE)


@pytest.fixture
def folder(settings, tmp_path) -> Path:
    settings.STATIC_ROOT = tmp_path
    settings.STORAGES = {**settings.STORAGES, "staticfiles": {"BACKEND": "clinic.static_files.StaticFiles"}}
    call_command("collectstatic", interactive=False, verbosity=0)
    return tmp_path


def test_every_import_names_a_hashed_file_that_is_there(folder):
    found = {
        (script, name)
        for script in (folder / "js").rglob("*.js")
        if HASHED.search(script.name)
        for name in IMPORTED.findall(script.read_text(encoding="utf-8"))
    }
    assert len(found) > 10
    wrong = [
        f"{s.name}: {name}" for s, name in found if not HASHED.search(name) or not (s.parent / name).is_file()
    ]
    assert wrong == []


def test_a_page_asks_for_the_hashed_name(folder):
    address = staticfiles_storage.url("js/log-session.js")
    assert HASHED.search(address)
    assert (folder / address.removeprefix("/static/")).is_file()
