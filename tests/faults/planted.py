"""Bugs to plant: known failures of such loops elsewhere, and breaches of our own promises.

To add a bug: a function that patches the product, in `BUGS` with the promise that must notice it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connection

from clinic.outbox import queue
from courses.alerts import raising, responding, steps
from courses.alerts.history import write_event
from courses.alerts.messages.mail import AlertMail
from courses.models import Alert, AlertEvent
from courses.models.alerting.alert import AlertQuerySet
from courses.rules.facts import Severity

YEARS = timedelta(days=1000)


def told_once_is_told_enough(patch: pytest.MonkeyPatch) -> None:
    """A new report on an acknowledged alert is stored but not sent."""
    real = raising._take_further

    def take(alert, findings, *, at, report, by, is_quiet):
        if report is None or alert.state != Alert.State.ACKNOWLEDGED:
            return real(alert, findings, at=at, report=report, by=by, is_quiet=is_quiet)
        write_event(alert, AlertEvent.Kind.REPORTED_AGAIN, at=at, by=by, report=report)
        return alert

    patch.setattr(raising, "_take_further", take)


def repeats_after_the_answer(patch: pytest.MonkeyPatch) -> None:
    """Acknowledging does not stop the repeats."""
    real = responding.set_next_step

    def keep(alert):
        if alert.state == Alert.State.ACKNOWLEDGED:
            alert.repeat_at = alert.acknowledged_at + timedelta(minutes=5)
        real(alert)

    patch.setattr(responding, "set_next_step", keep)
    patch.setattr(steps, "_is_repeat_due", lambda alert, at: True)


def sends_what_waited_though_answered(patch: pytest.MonkeyPatch) -> None:
    """A mail that waits while somebody acknowledges is still sent."""
    patch.setattr(responding, "cancel_mail", lambda alert, at: None)
    patch.setattr(AlertMail, "still_due", lambda self, message, at: True)


def alert_beside_the_open_one(patch: pytest.MonkeyPatch) -> None:
    """Raising an alert does not find the open one, and the database allows a second."""
    real = AlertQuerySet.select_for_update

    def blind(self, *args, **kwargs):
        rows = real(self, *args, **kwargs)
        return rows.none() if not args and not kwargs else rows

    patch.setattr(AlertQuerySet, "select_for_update", blind)
    with connection.cursor() as cursor:
        cursor.execute("DROP INDEX courses_alert_one_unresolved_per_matter")


def same_repeat_in_every_sweep(patch: pytest.MonkeyPatch) -> None:
    """A repeat that was sent stays due."""
    real = steps._repeat

    def stay(alert, *, at):
        real(alert, at=at)
        alert.repeat_at = at

    patch.setattr(steps, "_repeat", stay)


def answer_for_ever(patch: pytest.MonkeyPatch) -> None:
    """An acknowledgement never expires."""
    real = responding.set_next_step

    def far(alert):
        if alert.lapses_at:
            alert.lapses_at += YEARS
        real(alert)

    patch.setattr(responding, "set_next_step", far)


def escalation_that_never_wakes(patch: pytest.MonkeyPatch) -> None:
    """After an expiry or a repeat nobody else is ever alerted."""
    real = steps._wind_clocks

    def wind(alert, *, since, calendar):
        real(alert, since=since, calendar=calendar)
        alert.escalate_at = None

    patch.setattr(steps, "_wind_clocks", wind)


def milder_by_the_last_word(patch: pytest.MonkeyPatch) -> None:
    """A second, milder report lowers an alert."""
    patch.setattr(raising, "most_severe", lambda severities: Severity(severities[-1]))


def gone_with_its_sender(patch: pytest.MonkeyPatch) -> None:
    """What a dead process held is never claimed again."""
    patch.setattr(queue, "release_lapsed", lambda at: 0)


def sent_again_though_marked(patch: pytest.MonkeyPatch) -> None:
    """A sent message is claimed once more."""
    real = queue._end

    def end(message, state, *, at, error):
        is_mine = real(message, state, at=at, error=error)
        if message.n_attempts == 1 and state == "sent":
            type(message).objects.filter(pk=message.pk).update(state="pending", settled_at=None)
        return is_mine

    patch.setattr(queue, "_end", end)


BUGS: dict[Callable[[pytest.MonkeyPatch], None], str] = {
    told_once_is_told_enough: "every_report_has_a_message_of_its_own_at_once",
    repeats_after_the_answer: "every_matter_moves_on_by_itself",
    sends_what_waited_though_answered: "nobody_is_told_of_what_is_answered",
    alert_beside_the_open_one: "one_open_alert_a_matter",
    same_repeat_in_every_sweep: "sweep",
    answer_for_ever: "every_matter_moves_on_by_itself",
    escalation_that_never_wakes: "every_matter_moves_on_by_itself",
    milder_by_the_last_word: "no_alert_is_milder_than_a_report",
    gone_with_its_sender: "_check_that_every_report_was_told",
    sent_again_though_marked: "only_the_dead_send_twice",
}
