"""No session for too long."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from courses.rules.bounds import RuleBounds
from courses.rules.facts import Severity
from courses.rules.lapsed import find_lapsed

AT = datetime(2026, 3, 11, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(("hours", "is_found"), [(6 * 24, False), (6 * 24 + 1, True)])
def test_overdue_after_one_and_a_half_planned_intervals(hours, is_found):
    last = AT - timedelta(hours=hours)
    found = find_lapsed(last_session_at=last, planned_interval=timedelta(days=4), at=AT)
    assert bool(found) is is_found


def test_overdue_is_a_review_that_counts_days():
    found = find_lapsed(last_session_at=AT - timedelta(days=20), planned_interval=timedelta(days=4), at=AT)
    assert found is not None
    assert (found.severity, found.evidence) == (Severity.REVIEW, {"days": 20, "bounds": "shipped"})


def test_overdue_follows_the_clinics_setting():
    last, days = AT - timedelta(days=7), timedelta(days=4)
    bounds = RuleBounds(patience=2.0)
    assert find_lapsed(last_session_at=last, planned_interval=days, at=AT, bounds=bounds) is None
