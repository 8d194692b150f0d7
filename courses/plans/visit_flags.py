"""A visit's own red flags: they gate the next needling, not the visit at which they were reported."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from django.db.models import Q

from courses.models import Alert, AlertEvent, Course, RedFlagReport, Session
from courses.plans.lifecycle import hold_reason
from courses.rules.facts import HOLDING, rank_of
from patients.models import Patient


def flags_of_visit(patient: Patient, form_key: UUID, *, session: Session | None = None) -> list[RedFlagReport]:
    """Reports from this visit's form, however often it was returned, and of its session since."""
    reported = Q(form_key=form_key) if session is None else Q(form_key=form_key) | Q(session=session)
    return list(RedFlagReport.objects.filter(reported, patient=patient).select_related("flag"))


def open_without(alerts: Iterable[Alert], own: Sequence[RedFlagReport]) -> list[tuple[str, str]]:
    """Level and flag of each red flag that was open before some reports."""
    open_alerts = [one for one in alerts if one.is_red_flag and not one.is_resolved]
    if not own:
        return [(one.severity, one.flag_code) for one in open_alerts]
    mine, levels = {report.pk for report in own}, _reported_levels(open_alerts)
    found = []
    for alert in open_alerts:
        reported = levels.get(alert.pk, {})
        others = [level for pk, level in reported.items() if pk not in mine]
        if not mine & reported.keys():
            found.append((alert.severity, alert.flag_code))
        elif others:
            found.append((min(others, key=rank_of), alert.flag_code))
    return found


def is_held_without(course: Course, own: Sequence[RedFlagReport]) -> bool:
    """Whether the course was on hold before some reports."""
    if course.status != Course.Status.ON_HOLD:
        return False
    causes = {
        (report.recorded_at, hold_reason(report.level, report.flag.words_for(report.answer)))
        for report in own
        if report.level in HOLDING
    }
    hold = course.holds.filter(ended_at=None).first() if causes else None
    return hold is None or (hold.began_at, hold.reason) not in causes


def _reported_levels(alerts: Sequence[Alert]) -> dict[int, dict[int, str]]:
    """The level of each report by alert and report."""
    reported: dict[int, dict[int, str]] = {}
    events = AlertEvent.objects.filter(alert__in=alerts, report__isnull=False)
    for alert, report, level in events.values_list("alert", "report", "report__level"):
        reported.setdefault(alert, {})[report] = level
    return reported
