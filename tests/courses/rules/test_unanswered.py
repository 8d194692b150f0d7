"""A check-in after a worrying score that nobody answers."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from courses.rules.facts import Severity
from courses.rules.unanswered import find_unanswered

ASKED = datetime(2026, 3, 11, 8, 0, tzinfo=UTC)
CALL = ASKED + timedelta(days=1)


def find(found: list[Severity], *, at: datetime = CALL):
    return find_unanswered(session=4, found=found, asked_at=ASKED, call_at=CALL, at=at)


@pytest.mark.parametrize("severity", [Severity.AMBER, Severity.RED])
def test_is_a_call_the_next_working_day(severity):
    found = find([severity])
    assert found is not None
    assert (found.severity, found.evidence["session"], found.evidence["worst"]) == (Severity.C, 4, severity)


def test_not_before_that_day():
    assert find([Severity.RED], at=CALL - timedelta(seconds=1)) is None


@pytest.mark.parametrize("found", [[], [Severity.C], [Severity.REVIEW]])
def test_nothing_after_a_score_that_worried_nobody(found):
    assert find(found) is None
