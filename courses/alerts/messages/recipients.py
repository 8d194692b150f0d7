"""Who has been informed of a red flag: sentences computed only from the rows of the outbox.

Every page takes its sentences from here. A message counts as sent when the other side accepted it.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from django.utils.translation import gettext as _

from clinic.country.shown import shown_clock, shown_short_weekday_moment
from clinic.models import Clinic, Membership, Message
from courses.alerts.steps import MESSAGE_KIND
from courses.models import Alert, AlertEvent, RedFlagReport

# The most informative first: each person is described by the best state of their messages.
_ORDER = (
    Message.State.SENT,
    Message.State.SENDING,
    Message.State.PENDING,
    Message.State.UNKNOWN,
    Message.State.FAILED,
    Message.State.CANCELLED,
)


@dataclass(frozen=True, slots=True)
class StaffNotice:
    """One sentence, and whether somebody must act on it."""

    words: str
    is_warning: bool = False


def notices_to_staff(reports: Iterable[RedFlagReport], *, at: datetime) -> list[StaffNotice]:
    """Who was emailed about these reports, who will be, and who could not be, by name; empty for no report."""
    rows = list(reports)
    if not rows:
        return []
    if rows[0].patient.is_training:
        return [StaffNotice(test_patient_words(), is_warning=True)]
    clinic, alerts, messages = rows[0].clinic, _alerts(rows), _messages(rows)
    names = (
        Membership.objects.for_clinic(clinic)
        .select_related("user")
        .in_bulk({message.recipient_id for message in messages})
    )
    found = [
        _of_member(str(names[pk]), message, clinic, at=at)
        for pk, message in _best(messages).items()
        if pk in names and message.state != Message.State.CANCELLED
    ]
    answered = [
        StaffNotice(_("%(who)s acknowledged it at %(when)s.") % {"who": alert.acknowledged_by, "when": when})
        for alert in alerts
        if alert.state == Alert.State.ACKNOWLEDGED and alert.acknowledged_by and alert.acknowledged_at
        if (when := clock(alert.acknowledged_at, clinic, at=at))
    ]
    return [*answered, *found] or [_of_nobody(alerts)]


def notice_to_patient(reports: Iterable[RedFlagReport], *, at: datetime) -> str:
    """The same without names, for the patient's page; empty for no report."""
    rows = list(reports)
    if not rows:
        return ""
    if rows[0].patient.is_training:
        return test_patient_words()
    clinic, messages = rows[0].clinic, _messages(rows)
    sent = [row.settled_at for row in messages if row.state == Message.State.SENT and row.settled_at]
    if sent:
        when = clock(min(sent), clinic, at=at)
        return _("We emailed the clinic's staff at %(when)s.") % {"when": when}
    waiting = [row.due_at for row in messages if not row.is_settled]
    if not waiting:
        return _("We could not email the clinic's staff. Please call the clinic.")
    if min(waiting) <= at:
        return _("The clinic's staff will be emailed now. This page is not watched day and night.")
    when = clock(min(waiting), clinic, at=at)
    return _("The clinic's staff will be emailed at %(when)s. This page is not watched day and night.") % {
        "when": when
    }


def test_patient_words() -> str:
    """The notice shown wherever somebody might expect an alert for a test patient."""
    return _("Test patient: nobody is alerted.")


def clock(when: datetime, clinic: Clinic, *, at: datetime) -> str:
    """The clinic's wall time; with the day if it is not today."""
    there, now = clinic.local(when), clinic.local(at)
    return shown_clock(there) if there.date() == now.date() else shown_short_weekday_moment(there)


def _alerts(reports: Sequence[RedFlagReport]) -> list[Alert]:
    events = AlertEvent.objects.filter(report__in=[report.pk for report in reports])
    return list(Alert.objects.filter(events__in=events).select_related("acknowledged_by__user").distinct())


def _messages(reports: Sequence[RedFlagReport]) -> list[Message]:
    """Every email about the alerts of these reports, from the time of the first report."""
    matters = AlertEvent.objects.filter(report__in=[report.pk for report in reports]).values("alert")
    since = min(report.recorded_at for report in reports)
    events = AlertEvent.objects.filter(alert__in=matters, happened_at__gte=since).values("pk")
    return list(Message.objects.filter(kind=MESSAGE_KIND, subject_id__in=events).order_by("created_at", "pk"))


def _best(messages: Sequence[Message]) -> dict[int, Message]:
    """The most informative message for each person, in the order in which people were written to."""
    best: dict[int, Message] = {}
    for message in messages:
        known = best.get(message.recipient_id)
        if known is None or _rank(message) < _rank(known):
            best[message.recipient_id] = message
    return best


def _rank(message: Message) -> int:
    return _ORDER.index(Message.State(message.state))


def _of_member(who: str, message: Message, clinic: Clinic, *, at: datetime) -> StaffNotice:
    """The state of the email to one person."""
    when = clock(message.settled_at or message.due_at, clinic, at=at)
    values = {"who": who, "when": when}
    if message.state == Message.State.SENT:
        return StaffNotice(_("%(who)s was emailed at %(when)s.") % values)
    if message.state == Message.State.UNKNOWN:
        return StaffNotice(_("It is unknown whether the email reached %(who)s.") % values, is_warning=True)
    if message.state == Message.State.FAILED:
        return StaffNotice(_("The email to %(who)s was refused at %(when)s.") % values, is_warning=True)
    if message.n_attempts and message.error:
        words = _("The email to %(who)s has not been accepted yet. The next attempt is at %(when)s.")
        return StaffNotice(words % values, is_warning=True)
    if message.due_at <= at:
        return StaffNotice(_("%(who)s will be emailed now.") % values)
    return StaffNotice(_("%(who)s will be emailed at %(when)s.") % values)


def _of_nobody(alerts: Sequence[Alert]) -> StaffNotice:
    """Why there is no email."""
    if alerts and all(alert.is_resolved for alert in alerts):
        return StaffNotice(_("The alert is resolved. No email is sent."))
    if alerts and all(alert.is_quiet for alert in alerts):
        return StaffNotice(_("It is in the daily list only. No email is sent."))
    words = _("Nobody could be emailed: no one on the contact list has a working address. Call a colleague now.")
    return StaffNotice(words, is_warning=True)
