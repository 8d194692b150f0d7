"""A fact that two modules need is written in one of them: a copy fails here, wherever it is made."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator
from pathlib import Path

from courses.models import Alert, RedFlag
from courses.models.alerting.alert import SEVERITY_LABELS
from courses.models.red_flag import Level
from courses.rules.facts import RED_FLAG_LEVELS, Severity

ROOT = Path(__file__).resolve().parent.parent
APPS = ("clinic", "patients", "courses")


def modules() -> Iterator[tuple[str, ast.Module]]:
    """Every module of the apps that people write."""
    for app in APPS:
        for path in sorted((ROOT / app).rglob("*.py")):
            if "migrations" not in path.parts:
                yield path.relative_to(ROOT).as_posix(), ast.parse(path.read_text())


def where(is_found: Callable[[ast.AST], bool], *, homes: Collection[str]) -> list[str]:
    """The places outside their home at which something stands."""
    return [
        f"{name}:{getattr(node, 'lineno', '?')}"
        for name, tree in modules()
        if name not in homes
        for node in ast.walk(tree)
        if is_found(node)
    ]


class TestSeverity:
    def test_every_severity_has_words(self) -> None:
        assert list(SEVERITY_LABELS) == list(Severity)

    def test_rows_and_rules_know_the_same_ones(self) -> None:
        assert [value for value, _words in Alert._meta.get_field("severity").flatchoices] == list(Severity)
        assert Level.values == list(RED_FLAG_LEVELS)
        assert [value for value, _words in RedFlag._meta.get_field("level").flatchoices] == list(RED_FLAG_LEVELS)

    def test_no_other_module_writes_the_levels_down(self) -> None:
        levels = {"E0", "E1", "E2"}
        assert not where(
            lambda node: isinstance(node, ast.Constant) and node.value in levels, homes=["courses/rules/facts.py"]
        )
