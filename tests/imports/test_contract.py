"""The contracts by name hold for files yet to be written, and no form is in a file of another name."""

from __future__ import annotations

import ast
import tomllib
from pathlib import Path
from typing import Any

import grimp
import pytest

from tests.imports.contract import ByNameContract
from tests.test_one_home import modules

ROOT = Path(__file__).resolve().parents[2]
OPTIONS = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
BY_NAME = {one["id"]: one for one in OPTIONS if one["type"] == "by_name"}


def contract(options: dict[str, Any]) -> ByNameContract:
    chosen = {name: value for name, value in options.items() if name not in {"id", "name", "type"}}
    return ByNameContract(name=options["name"], session_options={}, contract_options=chosen)


def check(options: dict[str, Any], *, importer: str, imported: str) -> bool:
    """Whether an import between two files is kept, among those that the contract lists."""
    graph = grimp.ImportGraph()
    links = [tuple(link.split(" -> ")) for link in options.get("ignore_imports", [])]
    for a, b in [*links, (importer, imported)]:
        for one in (a, b):
            graph.add_module(one)
        graph.add_import(importer=a, imported=b, line_number=1, line_contents=f"import {b}")
    return contract(options).check(graph, verbose=False).kept


@pytest.mark.parametrize(
    ("key", "name"),
    [(key, name.replace("*", "newcomer")) for key, options in BY_NAME.items() for name in options["names"]],
)
class TestNewFile:
    def test_is_covered_wherever_it_is(self, key, name):
        for room in ("courses.alerts", "courses.a_new_room", "patients", "clinic.people"):
            assert not check(BY_NAME[key], importer="courses.alerts.raising", imported=f"{room}.{name}")

    def test_is_open_to_screens(self, key, name):
        assert check(BY_NAME[key], importer="courses.admin.a_new_screen", imported=f"courses.alerts.{name}")


def test_import_that_is_listed_and_gone_is_said():
    options = {**BY_NAME["views"], "ignore_imports": ["courses.gone -> courses.gone.views"]}
    graph = grimp.ImportGraph()
    graph.add_module("courses.views")
    assert not contract(options).check(graph, verbose=False).kept


# Where forms and fields may be written whatever a file's name: screens are imported by their registry alone.
SCREENS = ("courses/admin/", "patients/screens/", "patients/admin.py", "clinic/admin.py")
# What forms are made of, in files that belong to one thing typed: each by its reason.
ELSEWHERE = {
    "clinic/inlines.py": "rows within a page of the admin",
    "clinic/people/duty_admin.py": "a screen",
    "clinic/people/invite_admin.py": "a screen",
    "clinic/people/member_admin.py": "a screen",
}


def bases_of(tree: ast.Module) -> list[tuple[str, str]]:
    """Each class of a file with each of its bases."""
    classes = [node for node in ast.walk(tree) if isinstance(node, ast.ClassDef)]
    return [(one.name, ast.unparse(base).rpartition(".")[2]) for one in classes for base in one.bases]


def test_no_form_escapes_by_the_name_of_its_file():
    names = [*BY_NAME["forms"]["names"], *BY_NAME["fields"]["names"]]
    meant = contract({**BY_NAME["forms"], "names": names}).meant
    wrong = [
        f"{path}: {name}"
        for path, tree in modules()
        for name, base in bases_of(tree)
        if base.endswith(("Form", "FormSet"))
        and not path.startswith(SCREENS)
        and path not in ELSEWHERE
        and not meant([path.removesuffix(".py").replace("/", ".")])
    ]
    assert wrong == []


# A number for machines, and the reports of browsers: each one function in the file of its subject.
SINGLE = {"clinic.health.metrics", "clinic.headers"}


def test_no_view_escapes_by_the_name_of_its_file():
    """What an address leads to is a view, and is in a file that is named so."""
    led_to = {
        f"{node.module}.views" if any(alias.name == "views" for alias in node.names) else str(node.module)
        for path, tree in modules()
        if path.endswith("/urls.py")
        for node in ast.walk(tree)
        if isinstance(node, ast.ImportFrom) and str(node.module).startswith(("clinic.", "patients.", "courses."))
    }
    assert led_to - SINGLE == contract(BY_NAME["views"]).meant(led_to)
    assert led_to >= SINGLE
