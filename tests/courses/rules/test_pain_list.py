"""Every pain rule is in one list, and whoever asks for pain findings reads that list.

Covers rules/pain, and that priors/fixed_rules, priors/evidence, sessions/judging, corrections/rejudging and
dry_runs/pain_rules ask it.
"""

from __future__ import annotations

import ast
import importlib
import inspect
import pkgutil
from datetime import timedelta

import pytest

from courses import curve, rules
from courses.corrections.correct import correct_session
from courses.corrections.correction import CorrectedSession, version_of
from courses.dry_runs.pain_rules import try_bounds
from courses.models import Alert, PainScore, Prediction
from courses.priors.budget import dry_run
from courses.priors.evidence import Evidence
from courses.priors.fixed_rules import fixed_alarms
from courses.rules import pain
from courses.rules.facts import Finding, PainFacts, Severity
from tests.factories import log_visit
from tests.test_one_home import modules

NAME = "newcomer"


def written_rules() -> dict[str, object]:
    """Every function of the room that makes a finding of one score, by the name of its module."""
    found = {}
    for one in pkgutil.iter_modules(rules.__path__):
        module = importlib.import_module(f"courses.rules.{one.name}")
        for function in vars(module).values():
            if not inspect.isfunction(function) or function.__module__ != module.__name__:
                continue
            kinds = inspect.get_annotations(function, eval_str=True)
            if kinds.get("facts") is PainFacts and kinds.get("return") == (Finding | None):
                found[one.name] = function
    return found


def test_every_rule_that_is_written_is_in_the_list():
    assert written_rules() == {rule.name: rule.find for rule in pain.PAIN_RULES}


def test_every_rule_finds_under_its_own_name():
    for rule in pain.PAIN_RULES:
        assert rule.name == vars(inspect.getmodule(rule.find))["RULE"]


def test_every_fitted_rule_is_one_that_the_budget_fits():
    """Two statistics are fitted; a third rule that says it is fitted is counted by nobody."""
    fitted = [name for name in inspect.signature(curve.Sessions.alarms).parameters if name != "self"]
    assert sorted(rule.fitted for rule in pain.PAIN_RULES if rule.fitted) == sorted(fitted)


def test_no_module_outside_the_room_asks_a_rule_alone():
    """Whoever wants pain findings asks for those of all rules."""
    alone = {rule.find.__name__ for rule in pain.PAIN_RULES}
    for name, tree in modules():
        if not name.startswith("courses/rules/"):
            imports = [node for node in ast.walk(tree) if isinstance(node, ast.ImportFrom)]
            assert not {alias.name for node in imports for alias in node.names} & alone, name


@pytest.mark.django_db
class TestNewcomer:
    """A rule that is added to the list speaks of every score of 3: everybody hears it."""

    @pytest.fixture(autouse=True)
    def newcomer(self, monkeypatch):
        def find(facts: PainFacts) -> Finding | None:
            return Finding(NAME, 1, Severity.AMBER, facts.evidence()) if facts.observed.score == 3 else None

        monkeypatch.setattr(pain, "PAIN_RULES", (*pain.PAIN_RULES, pain.PainRule(NAME, find)))

    @pytest.fixture
    def session(self, course, at):
        return log_visit(course, at - timedelta(days=1), before=3, after=None).session

    def rules_of(self, alert):
        return {finding["rule"] for finding in alert.findings}

    def test_logging(self, session, course):
        assert self.rules_of(Alert.objects.get(course=course, rule=Alert.Rule.PAIN)) == {NAME}

    def test_logging_without_the_curve(self, course, at, monkeypatch):
        monkeypatch.setattr("courses.outlook.time_limit.within", lambda *_args, **_more: 1 / 0)
        log_visit(course, at, before=3, after=None)
        assert self.rules_of(Alert.objects.get(course=course, rule=Alert.Rule.PAIN)) == {NAME}

    def test_correcting(self, course, practitioner, at):
        session = log_visit(course, at - timedelta(days=1), before=2, after=None).session
        scores = {PainScore.Timing.BEFORE: 3}
        wanted = CorrectedSession(
            version_of(session), "typed 2 for 3", session.held_at, session.is_needled, "", scores
        )
        correct_session(session, wanted=wanted, by=practitioner, at=at)
        assert self.rules_of(Alert.objects.get(course=course, rule=Alert.Rule.PAIN)) == {NAME}

    def test_what_is_kept_of_a_prediction(self, session):
        assert Prediction.objects.get().alarmed == [NAME]

    def test_dry_run_of_the_bounds(self, session, clinic, at):
        tried = try_bounds(clinic, {}, at=at)
        assert (tried.n_sessions, tried.n_now, tried.n_then) == (1, 1, 1)

    def test_fixed_rules(self, session, clinic, at):
        record = Evidence.of(clinic, at=at).records[0]
        assert fixed_alarms(record, [None]) == [True]

    def test_dry_run_of_the_budget(self, session, clinic, at):
        tried = dry_run(clinic, budget_per_100=5.0, at=at)
        assert (tried.n_sessions, tried.n_now, tried.n_then) == (1, 1, 1)
