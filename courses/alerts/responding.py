"""What people do with an alert: acknowledge, note, lower a level, resolve."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clinic.access import permissions_of
from clinic.country.phones import shown_phone
from clinic.models import Membership, Message
from courses.alerts.history import IllegalMove, write_event
from courses.alerts.steps import MESSAGE_KIND, policy_of, set_next_step
from courses.models import Alert, AlertEvent

# New reports of a red flag: an acknowledgement must have seen them.
NEWS = (AlertEvent.Kind.RAISED, AlertEvent.Kind.REPORTED_AGAIN, AlertEvent.Kind.SEVERITY_RAISED)


class MayNotAnswer(ValidationError):
    """This person may not do this, or no longer; says whom to ask."""


def require_right(member: Membership, permission: str) -> None:
    """MayNotAnswer unless the member has the right at this moment, whatever was loaded before."""
    now = Membership.objects.for_clinic(member.clinic).select_related("user").get(pk=member.pk)
    if permission in permissions_of(now):
        return
    clinic = member.clinic
    words = _(
        "You can no longer answer alerts at %(clinic)s. Ask a duty lead or manager there to answer this one."
    )
    phone = _(" Phone: %(phone)s.") % {"phone": shown_phone(clinic.phone)} if clinic.phone else ""
    raise MayNotAnswer(words % {"clinic": clinic} + phone)


def last_news(alert: Alert) -> int:
    """The id of the newest report or worsening: an answer must have seen it."""
    newest = alert.events.filter(kind__in=NEWS).order_by("-pk").values_list("pk", flat=True).first()
    return newest or 0


@transaction.atomic
def acknowledge(alert: Alert, *, by: Membership, at: datetime, seen: int, way: str) -> Alert:
    """Acknowledge an alert by name: repeats and escalation stop for everybody until the acknowledgement expires.

    `seen` is the newest report the person was shown; IllegalMove if a newer one came meanwhile.
    Acknowledging twice changes nothing. MayNotAnswer for somebody who lost the right since the link was sent.
    """
    alert = locked(alert)
    require_right(by, "courses.acknowledge_alert")
    if alert.state == Alert.State.ACKNOWLEDGED:
        return alert
    if last_news(alert) > seen:
        raise IllegalMove(_("Something new was reported while this page was open. Read it, then acknowledge."))
    write_event(alert, AlertEvent.Kind.ACKNOWLEDGED, at=at, by=by, new_state=Alert.State.ACKNOWLEDGED, way=way)
    alert.acknowledged_by, alert.acknowledged_at = by, at
    alert.repeat_at = alert.escalate_at = alert.silenced_until = alert.exhausted_at = None
    alert.lapses_at = policy_of(alert).lapse.after(at, alert.clinic.calendar())
    set_next_step(alert)
    alert.save()
    cancel_mail(alert, at=at)
    return alert


@transaction.atomic
def resolve(
    alert: Alert,
    *,
    outcome: Alert.Outcome,
    note: str,
    at: datetime,
    by: Membership | None,
    seen: int,
    cause: str = "",
    medical_review: str = "",
) -> Alert:
    """Resolve an alert with its outcome; a red flag only by a person, with a note.

    `medical_review` says which doctor examined the severe pain and when: without one the patient is not needled.
    """
    alert = locked(alert)
    if alert.is_resolved:
        raise IllegalMove(_("This alert is already resolved."))
    if last_news(alert) > seen:
        raise IllegalMove(_("Something new was reported while this page was open. Read it, then resolve."))
    if alert.is_red_flag and (by is None or not note.strip()):
        raise ValidationError(
            {"note": _("Enter what was found and done. A red flag cannot be resolved without it.")}
        )
    if alert.is_red_flag and outcome not in Alert.HUMAN_OUTCOMES:
        raise ValidationError(
            {"outcome": _("Only a person can resolve a red flag, and must enter what they found.")}
        )
    said: dict[str, Any] = {"outcome": outcome, "note": note, "cause": cause}
    if medical_review.strip():
        said["medical_review"] = medical_review.strip()
    write_event(alert, AlertEvent.Kind.RESOLVED, at=at, by=by, new_state=Alert.State.RESOLVED, **said)
    alert.outcome, alert.cause, alert.resolved_at = outcome, cause, at
    alert.repeat_at = alert.escalate_at = alert.lapses_at = alert.silenced_until = None
    alert.next_step_at = alert.exhausted_at = None
    alert.save()
    cancel_mail(alert, at=at)
    return alert


@transaction.atomic
def add_note(alert: Alert, *, note: str, by: Membership, at: datetime) -> AlertEvent:
    """Add a note on what was done so far."""
    if not note.strip():
        raise ValidationError({"note": _("The note is empty. Enter some text.")})
    return write_event(locked(alert), AlertEvent.Kind.NOTED, at=at, by=by, note=note)


def locked(alert: Alert) -> Alert:
    """The alert as it is now, locked until the transaction ends."""
    return Alert.objects.select_for_update(of=("self",)).select_related("clinic").get(pk=alert.pk)


def cancel_mail(alert: Alert, *, at: datetime) -> None:
    """Cancel waiting messages about an alert."""
    waiting = Message.objects.for_clinic(alert.clinic).filter(
        kind=MESSAGE_KIND, group_key=f"alert:{alert.pk}", state=Message.State.PENDING
    )
    waiting.update(state=Message.State.CANCELLED, settled_at=at)
