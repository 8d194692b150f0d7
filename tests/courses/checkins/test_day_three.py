"""Day 3, from the patient's page to the alert for staff."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from clinic.models import Message
from courses.models import Alert, CheckIn, PainScore, RedFlagReport
from courses.reminders.links import check_in_path
from courses.sessions.entry import CheckInEntry
from courses.sessions.log import log_check_in
from courses.watching.watch_list import watch_list
from tests.factories import log_run

pytestmark = pytest.mark.django_db

DAY = timedelta(days=1)
DAY3_SO_FAR = (4, 3, 3)


@pytest.fixture
def asked(course, at, time_machine) -> CheckIn:
    """Day 3 of the fourth visit, before which pain was 3. It is now the test's time.

    The check-ins of the earlier visits were answered, so that the curve has an estimate.
    """
    log_run(course, [(5, 4), (4, 3), (4, 3), (3, 2)], until=at - 3 * DAY)
    of_day3 = CheckIn.objects.filter(kind="day3").order_by("pk")
    for check_in, score in zip(of_day3, DAY3_SO_FAR, strict=False):
        entry = CheckInEntry(form_key=uuid.uuid4(), score=score)
        log_check_in(check_in, entry=entry, at=check_in.session.held_at + 3 * DAY)
    time_machine.move_to(at, tick=False)
    return of_day3.latest("pk")


@pytest.fixture
def answer(client, asked):
    """Send the patient's form."""

    def send(score: int, **values: str):
        return client.post(check_in_path(asked), {"form_key": str(uuid.uuid4()), "score": score, **values})

    return send


def rules() -> list[str]:
    return [one["rule"] for alert in Alert.objects.filter(rule="pain") for one in alert.findings]


def test_answer_is_a_score_of_day_three_of_its_own_session(answer, asked, at):
    assert answer(3).status_code == 200
    score = PainScore.objects.get(check_in=asked)
    assert (score.timing, score.session, score.scored_at) == ("day3", asked.session, at)


def test_still_worse_mails_the_practitioner(answer, practitioner):
    answer(6)
    assert "still_worse" in rules()
    alert = Alert.objects.get()
    found = next(one for one in alert.findings if one["rule"] == "still_worse")
    evidence = found["evidence"]
    assert (found["severity"], evidence["before"], evidence["observed"]) == ("amber", 3, 6)
    assert evidence["observed"] >= evidence["expected"] + 3
    told = Message.objects.filter(kind="staff_alert", group_key=f"alert:{alert.pk}")
    assert list(told.values_list("recipient", flat=True)) == [f"membership:{practitioner.pk}"]


def test_a_little_worse_is_on_the_watch_list_and_mails_nobody(course, client, practitioner, at, time_machine):
    log_run(course, [(6, 5), (5, 4), (5, 4)], until=at - 3 * DAY)
    time_machine.move_to(at, tick=False)
    client.post(check_in_path(CheckIn.objects.filter(kind="day3").latest("pk")), {"score": 7})
    assert not Alert.objects.exists()
    assert [score.score for score in watch_list(practitioner, at=at)] == [7]
    assert not Message.objects.filter(kind="staff_alert").exists()


def test_as_before_is_nothing(answer, practitioner, at):
    answer(3)
    assert not Alert.objects.exists()
    assert watch_list(practitioner, at=at) == []


def test_four_above_before_is_sent_without_an_estimate(course, client, at, time_machine):
    log_run(course, [(3, 3)], until=at - 3 * DAY)
    time_machine.move_to(at, tick=False)
    check_in = CheckIn.objects.get(kind="day3")
    client.post(check_in_path(check_in), {"score": 7})
    assert "still_worse" in rules()


def test_red_flag_counts_as_on_any_day(answer):
    answer(3, flag_cardiac="on")
    assert RedFlagReport.objects.get().level == "E0"
    assert Message.objects.filter(kind="staff_alert", is_urgent=True).exists()


def test_link_of_the_next_day_is_another(client, asked):
    day1 = CheckIn.objects.get(session=asked.session, kind="day1")
    client.post(check_in_path(day1), {"score": 2})
    asked.refresh_from_db()
    assert asked.answered_at is None
    assert client.get(check_in_path(asked)).status_code == 200
