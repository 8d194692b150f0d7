"""When a patient is reassured, and what is an emergency before anything is saved."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from courses.checkins.page import may_reassure, pain_chart
from courses.models import PainScore, Session
from courses.rules.facts import Finding, Severity
from courses.sessions.entry import CheckInEntry
from courses.sessions.verdict import BandPosition, Verdict
from tests.factories import flag, log_visit, set_scores

pytestmark = pytest.mark.django_db

HOUR = timedelta(hours=1)
DRIFT = Finding("drift", 1, Severity.AMBER)


@pytest.fixture
def reassured(check_in):
    """Whether the patient is reassured; by default everything is in favour."""

    def ask(score=4, *, position=BandPosition.IN_BAND, findings=(), flags=(), signs="none", **more):
        after, verdicts = more.get("after", 24 * HOUR), more.get("verdicts")
        entry = CheckInEntry(form_key=uuid.uuid4(), score=score, flags=flags, signs=signs)
        if verdicts is None:
            verdicts = [Verdict("day1", score or 0, position, findings=findings)]
        return may_reassure(check_in, entry, verdicts, at=check_in.session.held_at + after)

    return ask


def test_in_band_with_little_pain_soon_after_needling(reassured):
    assert reassured() is True


@pytest.mark.parametrize(
    ("score", "before", "is_reassured"), [(6, 4, True), (7, 5, False), (6, 3, False), (5, 3, True)]
)
def test_up_to_six_and_two_above_before(reassured, check_in, score, before, is_reassured):
    set_scores(PainScore.objects.filter(session=check_in.session, timing="before"), before)
    assert reassured(score) is is_reassured


def test_not_where_nothing_is_known_of_before(reassured, check_in):
    earlier = check_in.session
    later = earlier.held_at + timedelta(minutes=1)
    check_in.session = log_visit(earlier.course, later, before=None).session
    assert reassured(5) is False


@pytest.mark.parametrize(
    ("position", "is_reassured"),
    [
        (BandPosition.IN_BAND, True),
        (BandPosition.ABOVE, False),
        (BandPosition.CANNOT_TELL, False),
        (BandPosition.ERROR, False),
    ],
)
def test_only_in_the_band(reassured, position, is_reassured):
    assert reassured(position=position) is is_reassured


def test_not_with_a_finding(reassured):
    assert reassured(findings=(DRIFT,)) is False


def test_not_with_a_flag(reassured, clinic):
    assert reassured(flags=(flag(clinic, "pain_72h"),)) is False


def test_not_where_the_list_of_signs_was_left_untouched(reassured):
    assert reassured(signs="not_answered") is False


def test_not_without_a_score_or_a_verdict(reassured):
    assert reassured(None) is False
    assert reassured(verdicts=[]) is False


@pytest.mark.parametrize(("after", "is_reassured"), [(72 * HOUR, True), (72.1 * HOUR, False)])
def test_within_three_days(reassured, after, is_reassured):
    assert reassured(after=after) is is_reassured


def test_only_after_needling(reassured, check_in):
    Session.objects.update(is_needled=False)
    check_in.session.refresh_from_db()
    assert reassured() is False


def test_chart_has_every_score_and_nothing_else(check_in, at):
    chart = pain_chart(check_in.session.course, at=at)
    assert chart.count("<circle") == 8
    assert "chart-band" not in chart
