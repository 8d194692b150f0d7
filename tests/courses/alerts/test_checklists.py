"""What to check: data by rule and flag, each with its source."""

from __future__ import annotations

import json

import pytest

from courses.alerts.checklists import checklists_of, shipped_checklists
from courses.models import Alert
from courses.presets import DATA

RULES = ["floor", "beyond_bounds", "plain_rise", "still_worse", "lasting", "drift", "ceiling"]


@pytest.mark.parametrize("rule", Alert.Rule)
def test_every_alert_says_what_to_check_and_where_that_comes_from(rule):
    lists = checklists_of(Alert(rule=rule, flag_code="trauma" if rule == "red_flag" else ""))
    assert lists
    assert all(one.lines and one.source and one.needs_sign_off for one in lists)


def test_flag_has_its_own_lines_before_those_of_every_flag():
    lists = checklists_of(Alert(rule="red_flag", flag_code="chest_breath"))
    assert "collapsed lung" in lists[0].lines[0]
    assert lists[1] == shipped_checklists()["red_flag"]


def test_pain_asks_what_its_findings_ask():
    lists = checklists_of(Alert(rule="pain", findings=[{"rule": "ceiling"}, {"rule": "drift"}, {"rule": "drift"}]))
    assert [one.source for one in lists][-1] == shipped_checklists()["pain"].source
    assert len(lists) == 3


def test_every_named_flag_and_rule_exists():
    flags = {row["code"] for row in json.loads((DATA / "red_flags.json").read_text())["rows"]}
    known = {f"flag:{code}" for code in flags} | {f"rule:{rule}" for rule in RULES} | set(Alert.Rule.values)
    assert shipped_checklists().keys() <= known
