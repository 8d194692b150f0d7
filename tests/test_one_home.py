"""A fact that two modules need is written in one of them: a copy fails here, wherever it is made."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator
from datetime import date, time
from pathlib import Path

import pytest

from clinic.models import Holiday, OpeningHours
from courses.alerts import policy
from courses.models import Alert, RedFlag
from courses.models.alerting.alert import SEVERITY_LABELS
from courses.models.red_flag import Level
from courses.rules.facts import RED_FLAG_LEVELS, Severity
from courses.rules.odds import said_odds
from courses.watching import digest

pytestmark = pytest.mark.django_db

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


def is_call_of(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr == name


def reads(node: ast.AST, name: str) -> bool:
    return isinstance(node, ast.Attribute) and node.attr == name


def calls_in(node: ast.AST) -> Iterator[str]:
    """The names along a chain of calls, as in `Patient.objects.filter().get()`."""
    while isinstance(node, (ast.Call, ast.Attribute)):
        if isinstance(node, ast.Attribute):
            yield node.attr
        node = node.func if isinstance(node, ast.Call) else node.value
    if isinstance(node, ast.Name):
        yield node.id


class TestOpeningHours:
    def test_one_loop_reads_the_rows(self) -> None:
        homes = ["clinic/opening.py", "clinic/models/opening_hours.py"]
        assert not where(lambda node: reads(node, "closes_at"), homes=homes)

    def test_calendar_reads_hours_and_holidays(self, clinic) -> None:
        clinic.opening_hours.all().delete()
        for opens_at, closes_at in ((time(14), time(18)), (time(8), time(12))):
            OpeningHours.objects.create(clinic=clinic, weekday=2, opens_at=opens_at, closes_at=closes_at)
        Holiday.objects.create(clinic=clinic, on=date(2026, 3, 10), name="Founders' day")
        calendar = clinic.calendar()
        assert calendar.hours == {2: ((time(8), time(12)), (time(14), time(18)))}
        assert date(2026, 3, 10) in calendar.closed_on


class TestDigestHour:
    def test_digest_and_next_step_have_the_same_hour(self, clinic, monkeypatch) -> None:
        """Reviews wait for the digest: both move when the hour is moved."""
        assert digest.DIGEST_AT is policy.DIGEST_AT
        assert not where(
            lambda node: isinstance(node, ast.Assign) and "MORNING" in ast.unparse(node.targets[0]), homes=[]
        )


class TestOdds:
    def test_no_other_module_says_them(self) -> None:
        assert not where(
            lambda node: isinstance(node, ast.Constant) and "1 in %(n)" in str(node.value),
            homes=["courses/outlook/wording.py"],
        )

    @pytest.mark.parametrize(
        ("one_in", "said"), [(2.4, 2), (9.96, 10), (14.4, 14), (87, 87), (148, 150), (1000, 1000), (1000.1, None)]
    )
    def test_two_digits_are_said(self, one_in, said) -> None:
        assert said_odds(one_in) == said


class TestPatientLock:
    def test_no_other_module_takes_it(self) -> None:
        assert not where(
            lambda node: (
                (is_call_of(node, "select_for_update") and "Patient" in calls_in(node))
                or (isinstance(node, ast.Call) and {"Patient", "select_for_update"} <= set(calls_in(node)))
            ),
            homes=["patients/locking.py"],
        )
