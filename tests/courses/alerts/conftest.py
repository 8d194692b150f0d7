"""Alerts raised by reports, and who was alerted."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from datetime import datetime, time

import pytest

from clinic.models import Clinic, Membership, Message, OpeningHours
from courses.alerts.raising import raise_alert
from courses.models import Alert, AlertEvent, Course
from courses.rules.facts import Finding, Severity
from courses.sessions.red_flags.recording import report_red_flags
from tests.factories import flag


@pytest.fixture
def cast(practitioner: Membership, lead: Membership, manager: Membership) -> tuple[Membership, ...]:
    """Everybody in the escalation chain."""
    return practitioner, lead, manager


@pytest.fixture
def office_hours(clinic: Clinic) -> None:
    """The clinic is open from Monday to Friday, 8 to 18."""
    OpeningHours.objects.bulk_create(
        OpeningHours(clinic=clinic, weekday=weekday, opens_at=time(8), closes_at=time(18))
        for weekday in range(1, 6)
    )


@pytest.fixture
def report(course: Course, cast, at: datetime) -> Callable[..., Alert]:
    """Report a red flag by phone, each time on a form of its own; returns its alert."""
    practitioner, *_others = cast
    now = at

    def make(code: str = "trauma", *, answer: str = "", at: datetime = now, on: Course | None = course) -> Alert:
        report_red_flags(
            patient=course.patient,
            course=on,
            flags=[flag(course.clinic, code, answer=answer)],
            form_key=uuid.uuid4(),
            by=practitioner,
            at=at,
        )
        return Alert.objects.unresolved().get(course=on, flag_code=code)

    return make


@pytest.fixture
def find(course: Course, cast, at: datetime) -> Callable[..., Alert]:
    """Raise the pain alert of the course by a finding of a severity."""
    now = at

    def make(severity: str = "amber", *, observed: int = 7, at: datetime = now) -> Alert:
        finding = Finding("plain_rise", 1, Severity(severity), {"observed": observed})
        return raise_alert(patient=course.patient, course=course, rule=Alert.Rule.PAIN, findings=[finding], at=at)

    return make


@pytest.fixture
def told() -> Callable[..., list[str]]:
    """The recipients of mails about an alert's events of a kind, or about all, in order of the rows."""

    def names(alert: Alert, kind: str | None = None) -> list[str]:
        events = AlertEvent.objects.filter(alert=alert, **({"kind": kind} if kind else {}))
        messages = Message.objects.filter(kind="staff_alert", subject_id__in=events.values("pk")).order_by("pk")
        members = {f"membership:{member.pk}": member.user.username for member in Membership.objects.all()}
        return [members[recipient] for recipient in messages.values_list("recipient", flat=True)]

    return names


@pytest.fixture
def kinds() -> Callable[[Alert], list[str]]:
    """The events of an alert, in order."""
    return lambda alert: list(alert.events.order_by("pk").values_list("kind", flat=True))
