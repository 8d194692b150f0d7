"""How people get fewer messages for a while: snooze one alert, silence some. Never a red flag."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clinic.country.shown import shown_moment
from clinic.models import Membership
from courses.alerts.history import IllegalMove, write_event
from courses.alerts.responding import cancel_mail, last_news, locked
from courses.alerts.silences import fall_silent, silence_of
from courses.alerts.steps import end_of_silence, policy_of, set_next_step
from courses.models import Alert, AlertEvent, Course, Silence
from courses.models.alerting.silence import LONGEST
from courses.rules.facts import Severity


@transaction.atomic
def snooze(
    alert: Alert, *, until: datetime, reason: str, by: Membership, at: datetime, seen: int | None = None
) -> Alert:
    """Put an alert off to a time, no longer than its acknowledgement would last; then it is open again.

    IllegalMove for a red flag, for an acknowledged or resolved alert, and if something new came meanwhile.
    """
    alert = locked(alert)
    if alert.is_red_flag:
        raise IllegalMove(_("A red flag cannot be snoozed: acknowledge it, then act."))
    if alert.state == Alert.State.ACKNOWLEDGED:
        raise IllegalMove(
            _("This alert is already acknowledged. No reminder is sent until the acknowledgement expires.")
        )
    if seen is not None and last_news(alert) > seen:
        raise IllegalMove(_("Something new was reported while this page was open. Read it first."))
    longest = policy_of(alert).lapse.after(at, alert.clinic.calendar())
    if not at < until <= longest:
        latest = shown_moment(alert.clinic.local(longest))
        raise ValidationError({"until": _("Choose a time from now to %(latest)s.") % {"latest": latest}})
    if not reason.strip():
        raise ValidationError({"reason": _("Enter why it can wait.")})
    until_text = until.isoformat()
    write_event(
        alert, AlertEvent.Kind.SNOOZED, at=at, by=by, new_state=Alert.State.SNOOZED, until=until_text, note=reason
    )
    alert.repeat_at = alert.escalate_at = alert.silenced_until = alert.exhausted_at = None
    alert.lapses_at = until
    set_next_step(alert)
    alert.save()
    cancel_mail(alert, at=at)
    return alert


@transaction.atomic
def silence(
    *,
    by: Membership,
    reason: str,
    ends_at: datetime,
    at: datetime,
    rule: str = "",
    severity: str = Severity.AMBER,
    course: Course | None = None,
    practitioner: Membership | None = None,
) -> Silence:
    """Mute matching alerts for at most 14 days; they are still raised, and sent when it ends.

    ValidationError names the field. A red flag is never muted, and no silence can select one.
    """
    if not at < ends_at <= at + LONGEST:
        raise ValidationError({"ends_at": _("A silence ends within 14 days.")})
    if not reason.strip():
        raise ValidationError({"reason": _("Enter why these alerts should not be sent.")})
    made = Silence(
        clinic=by.clinic,
        rule=rule,
        severity=severity,
        course=course,
        practitioner=practitioner,
        reason=reason.strip(),
        by=by,
        starts_at=at,
        ends_at=ends_at,
    )
    made.full_clean()
    made.save()
    for alert in _open_alerts(by):
        if made.mutes(alert):
            _mute(alert, made, at=at)
    return made


@transaction.atomic
def end_silence(made: Silence, *, by: Membership, at: datetime) -> Silence:
    """End a silence early: what it muted is sent now. IllegalMove if it is over."""
    made = Silence.objects.select_for_update().get(pk=made.pk)
    if made.ended_at is not None or made.ends_at <= at:
        raise IllegalMove(_("This silence has already ended."))
    made.ended_at, made.ended_by = at, by
    made.save(update_fields=["ended_at", "ended_by"])
    for alert in _open_alerts(by):
        if alert.silenced_until is not None and silence_of(alert, at=at) is None:
            end_of_silence(alert, at=at)
            alert.save()
    return made


def _open_alerts(by: Membership) -> list[Alert]:
    """Lock open alerts in the order of their numbers, so that two people cannot deadlock."""
    rows = Alert.objects.for_clinic(by.clinic).filter(state=Alert.State.OPEN).exclude(rule=Alert.Rule.RED_FLAG)
    locked_rows = rows.select_for_update(of=("self",)).select_related("clinic", "course", "patient")
    return list(locked_rows.order_by("pk"))


def _mute(alert: Alert, made: Silence, *, at: datetime) -> None:
    fall_silent(alert, made, at=at)
    set_next_step(alert)
    alert.save()
    cancel_mail(alert, at=at)
