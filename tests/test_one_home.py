"""A fact that two modules need is written in one of them: a copy fails here, wherever it is made."""

from __future__ import annotations

import ast
from collections.abc import Callable, Collection, Iterator
from datetime import date, time, timedelta
from importlib import import_module
from pathlib import Path

import pytest
from django.apps import apps

from clinic.models import Holiday, Membership, Message, OpeningHours
from clinic.outbox.errors import Failure
from clinic.outbox.recipients import reachable_member
from clinic.outbox.transports.base import TransportError
from courses.alerts import policy
from courses.models import Alert, RedFlag, Reminder
from courses.models.alerting.alert import SEVERITY_LABELS
from courses.models.red_flag import Level
from courses.plans.program_reason import ProgramReason, reason_words
from courses.rules.facts import RED_FLAG_LEVELS, Severity
from courses.rules.odds import said_odds
from courses.watching import digest
from tests.factories import log_visit

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
    """The places outside their home where something is found."""
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


class TestStaffMail:
    def test_no_owner_of_a_kind_asks_for_itself(self) -> None:
        """Whether a member can be reached is one question, with one answer where they cannot."""
        assert not where(
            lambda node: isinstance(node, ast.Attribute) and ast.unparse(node) == "Failure.NO_ADDRESS",
            homes=["clinic/outbox/recipients.py"],
        )

    @pytest.mark.parametrize("left", [{"deactivated_at": True}, {"is_pending": True}])
    def test_nobody_who_left_or_never_came_is_written_to(self, clinic, practitioner, at, left) -> None:
        values = {name: at if name.endswith("_at") else value for name, value in left.items()}
        Membership.objects.filter(pk=practitioner.pk).update(**values)
        message = Message(clinic=clinic, recipient=f"membership:{practitioner.pk}", subject_id=0, created_at=at)
        with pytest.raises(TransportError, match="no_address"):
            reachable_member(message)


class TestBreach:
    def test_no_other_module_makes_the_finding(self) -> None:
        assert not where(
            lambda node: isinstance(node, ast.Constant) and node.value == "needled_without_clearance",
            homes=["courses/rules/breach.py", "courses/alerts/wording.py"],
        )


class TestReasons:
    def test_no_reason_that_is_stored_is_a_sentence(self) -> None:
        """What a row keeps of a reason is a person's words or a code: a translated or literal text is neither."""
        kept = {
            "reason",
            "cancel_reason",
            "void_reason",
            "uncleared_reason",
            "refused_because",
            "because",
            "error",
        }

        def is_sentence(value: ast.AST) -> bool:
            if isinstance(value, ast.BinOp) and isinstance(value.op, ast.Mod):
                return is_sentence(value.left)
            is_text = isinstance(value, ast.Constant) and isinstance(value.value, str) and " " in value.value
            return is_text or (isinstance(value, ast.Call) and ast.unparse(value.func) in {"_", "gettext"})

        assert not where(
            lambda node: isinstance(node, ast.keyword) and node.arg in kept and is_sentence(node.value), homes=[]
        )

    def test_codes_are_worded_and_everything_else_stays(self) -> None:
        assert reason_words(ProgramReason.MOVED) == "moved"
        assert (
            reason_words(ProgramReason.OTHER_COURSE.because("typed there"))
            == "Moved to another course: typed there"
        )
        for text in ("", "ill", "#5 was wrong", "Moved to another course: 100% wrong"):
            assert reason_words(text) == text


class TestOldSentences:
    def test_become_codes_and_can_be_read_back(self, course, at) -> None:
        migration = import_module("courses.migrations.0030_reasons_are_codes")
        texts = ["no consent", "course ended", "what no version stored"]
        for days in (0, 1):
            log_visit(course, at - timedelta(days=days))
        for one, text in zip(Reminder.objects.order_by("pk"), texts, strict=False):
            Reminder.objects.filter(pk=one.pk).update(
                state=Reminder.State.REFUSED, refused_because=text, settled_at=at
            )
        rows = Reminder.objects.filter(state=Reminder.State.REFUSED).order_by("pk")
        migration.to_codes(apps, None)
        assert list(rows.values_list("refused_because", flat=True)) == ["no_consent", "course_ended", texts[2]]
        assert [one.get_refused_because_display() for one in rows] == texts
        migration.to_sentences(apps, None)
        assert list(rows.values_list("refused_because", flat=True)) == texts

    def test_every_old_sentence_has_a_code_that_is_worded(self) -> None:
        migration = import_module("courses.migrations.0030_reasons_are_codes")
        assert set(migration.REMINDERS.values()) <= set(Reminder.WhyNot.values)
        assert set(migration.ERRORS.values()) <= set(Failure.values)
        assert {*migration.VISITS.values(), *migration.UNCLEARED.values()} <= set(ProgramReason.values)
