"""An alert that opens again and again is reported once, not each time."""

from __future__ import annotations

from datetime import timedelta

import pytest

from courses.alerts.flapping import TOO_MANY
from courses.alerts.responding import resolve
from courses.alerts.steps import sweep
from courses.models import Alert, AlertEvent

pytestmark = pytest.mark.django_db

HOUR, DAY = timedelta(hours=1), timedelta(days=1)


@pytest.fixture
def open_again(find, lead, at):
    """Raise and resolve the pain alert some times, an hour apart; the last one stays open."""

    def make(n_times: int, *, make=find, apart: timedelta = HOUR) -> Alert:
        for number in range(n_times):
            now = at + number * apart
            alert = make(at=now)
            if number < n_times - 1:
                resolve(alert, outcome=Alert.Outcome.ADVISED, note="Phoned.", by=lead, at=now, seen=2**40)
        return alert

    return make


def test_said_once_and_then_not_each_time(open_again, told, kinds):
    last = open_again(TOO_MANY)
    assert kinds(last) == ["raised", "flapping"]
    assert (told(last, "raised"), told(last, "flapping")) == ([], ["practitioner"])


def test_next_opening_is_not_sent_at_once_but_repeated(open_again, told):
    last = open_again(TOO_MANY + 1)
    assert told(last) == []
    sweep(at=last.next_step_at)
    assert told(last) != []


def test_fewer_openings_are_sent_each_time(open_again, told):
    assert told(open_again(TOO_MANY - 1), "raised") == ["practitioner"]


def test_openings_far_apart_are_sent_each_time(open_again, told):
    assert told(open_again(TOO_MANY + 1, apart=10 * DAY), "raised") == ["practitioner"]


def test_worsening_is_still_sent(open_again, find, told, at):
    open_again(TOO_MANY + 1)
    worse = find("red", observed=10, at=at + 5 * HOUR)
    assert told(worse, "severity_raised") == ["practitioner"]


def test_never_of_a_red_flag(open_again, report, told):
    last = open_again(TOO_MANY + 3, make=lambda at: report("trauma", at=at))
    assert told(last, "raised") == ["practitioner", "lead"]
    assert not AlertEvent.objects.filter(kind="flapping").exists()
