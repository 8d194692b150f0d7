"""The effect of corrections on alerts: a removed breach closes, a new one is listed, red flags stay."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clinic.models import Membership
from courses.alerts.history import write_event
from courses.alerts.raising import note_findings, raise_alert
from courses.alerts.responding import last_news, resolve
from courses.models import Alert, AlertEvent, Course, RedFlagReport
from courses.plans.overriding import may_override
from courses.rules.facts import Finding, Severity
from patients.clearance import WITHDRAWING_FLAGS

FindingRow = dict[str, Any]


def correct_pain(
    course: Course,
    *,
    session_number: int,
    findings: Sequence[Finding],
    reason: str,
    by: Membership,
    at: datetime,
) -> None:
    """Update the course's pain alert after a correction; `findings` are those that apply to the session now.

    Findings that no longer apply are noted; when the last one is gone, the alert closes as “entry corrected”.
    A new finding is listed and alerts nobody. The caller holds the patient's lock; red flags are not touched.
    """
    alert = Alert.objects.unresolved().filter(course=course, rule=Alert.Rule.PAIN).select_for_update().first()
    in_force = _findings_in_force(alert) if alert else []
    of_session = [row for row in in_force if row["evidence"].get("session") == session_number]
    news = [finding for finding in findings if _is_news(finding, of_session)]
    _list_news(course, alert, news, rule=Alert.Rule.PAIN, by=by, at=at)
    held = {(finding.rule, finding.evidence.get("timing")) for finding in findings}
    gone = [row for row in of_session if _key(row) not in held]
    if alert is not None and gone:
        _take_away(alert, gone, reason=reason, by=by, at=at)


def correct_breach(
    course: Course, *, session_number: int, finding: Finding | None, reason: str, by: Membership, at: datetime
) -> None:
    """Update the course's alert about needling without clearance after a correction.

    A new breach is listed and alerts nobody; one that no longer applies is noted, and the last of them closes the
    alert. The caller holds the patient's lock.
    """
    rule = Alert.Rule.UNCLEARED
    alert = Alert.objects.unresolved().filter(course=course, rule=rule).select_for_update().first()
    in_force = _findings_in_force(alert) if alert else []
    of_session = [row for row in in_force if row["evidence"].get("session") == session_number]
    now = finding.as_json() if finding else None
    if finding and now not in of_session:
        _list_news(course, alert, [finding], rule=rule, by=by, at=at)
        alert = Alert.objects.unresolved().filter(course=course, rule=rule).first()
    gone = [row for row in of_session if row != now]
    if alert is not None and gone:
        _take_away(alert, gone, reason=reason, by=by, at=at)


@transaction.atomic
def withdraw_report(report: RedFlagReport, *, reason: str, by: Membership, at: datetime) -> AlertEvent:
    """Withdraw a red flag that was entered by mistake, with a reason; the report stays on file.

    The alert stays open until somebody resolves it. A flag that withdraws clearance can be withdrawn only by
    somebody who may override a clearance: PermissionDenied for others.
    """
    if not reason.strip():
        raise ValidationError({"reason": _("Enter how the mistake happened and how you know.")})
    if report.flag.code in WITHDRAWING_FLAGS and not may_override(by, course=report.course, on=at.date()):
        raise PermissionDenied
    of_report = AlertEvent.objects.filter(report=report).order_by("pk")
    first = of_report.first()
    if first is None or of_report.filter(kind=AlertEvent.Kind.WITHDRAWN).exists():
        raise ValidationError(_("This report was already withdrawn."))
    alert = Alert.objects.select_for_update().get(pk=first.alert_id)
    return write_event(alert, AlertEvent.Kind.WITHDRAWN, at=at, by=by, report=report, note=reason.strip())


def _list_news(
    course: Course,
    alert: Alert | None,
    news: Sequence[Finding],
    *,
    rule: Alert.Rule,
    by: Membership,
    at: datetime,
) -> None:
    """List new findings of the correction; a finding that an earlier correction removed is noted as restored."""
    again = [finding for finding in news if alert is not None and finding.as_json() in alert.findings]
    fresh = [finding for finding in news if finding not in again]
    if alert is not None and again:
        note_findings(alert, again, at=at)
    if fresh:
        raise_alert(
            patient=course.patient,
            course=course,
            rule=rule,
            findings=fresh,
            by=by,
            at=at,
            is_quiet=True,
        )


def _take_away(alert: Alert, gone: list[FindingRow], *, reason: str, by: Membership, at: datetime) -> None:
    """Note what no longer applies; an alert without remaining findings closes."""
    alert.refresh_from_db()
    write_event(alert, AlertEvent.Kind.CORRECTED, at=at, by=by, findings=gone, note=reason)
    if not _findings_in_force(alert):
        outcome = Alert.Outcome.DATA_CORRECTED
        resolve(alert, outcome=outcome, note=reason, by=by, at=at, seen=last_news(alert))


def _findings_in_force(alert: Alert) -> list[FindingRow]:
    """The alert's current findings: those in its history, less the removed ones."""
    held: list[FindingRow] = []
    for kind, detail in alert.events.order_by("pk").values_list("kind", "detail"):
        rows = detail.get("findings", [])
        if kind == AlertEvent.Kind.CORRECTED:
            held = [row for row in held if row not in rows]
        else:
            held.extend(row for row in rows if row not in held)
    return held


def _is_news(finding: Finding, known: Sequence[FindingRow]) -> bool:
    """Whether this finding is new for this session, or more severe than before."""
    same = [row for row in known if _key(row) == (finding.rule, finding.evidence.get("timing"))]
    return all(finding.severity.rank < Severity(row["severity"]).rank for row in same)


def _key(row: FindingRow) -> tuple[str, object]:
    return row["rule"], row["evidence"].get("timing")
