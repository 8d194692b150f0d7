"""Raising an alert: one open alert per matter, and a message for every new report."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from clinic.models import Membership
from clinic.opening import OpeningCalendar
from courses.alerts.chain import Step, joined, snapshot_chain
from courses.alerts.history import write_event
from courses.alerts.policy import POLICIES
from courses.alerts.steps import set_next_step, start_steps
from courses.models import Alert, AlertEvent, Course, RedFlagReport
from courses.rules.facts import Finding, Severity, most_severe
from patients.models import Patient


def raise_alert(
    *,
    patient: Patient,
    course: Course | None,
    rule: Alert.Rule,
    findings: Sequence[Finding],
    at: datetime,
    flag_code: str = "",
    report: RedFlagReport | None = None,
    by: Membership | None = None,
    is_quiet: bool = False,
    since: datetime | None = None,
) -> Alert:
    """The open alert of this matter, new or updated; in the caller's transaction.

    Quiet alerts come from late, imported or corrected entries: they are listed, alert nobody and leave an answer
    unchanged. Of the red flags only an imported one is ever quiet. `since` is the time of the report, if that was
    earlier: the clock of a new alert starts there.

    The caller holds the lock of the patient, so that two simultaneous reports are handled one after the other.
    """
    matter = Alert.objects.for_clinic(patient.clinic).filter(
        patient=patient, course=course, rule=rule, flag_code=flag_code
    )
    alert = matter.unresolved().select_for_update().first()
    is_history = report is not None and report.source == RedFlagReport.Source.IMPORTED
    is_quiet = is_quiet and (rule != Alert.Rule.RED_FLAG or is_history)
    if alert is not None:
        return _take_further(alert, findings, at=at, report=report, by=by, is_quiet=is_quiet)
    alert = Alert(
        clinic=patient.clinic,
        patient=patient,
        course=course,
        rule=rule,
        flag_code=flag_code,
        is_quiet=is_quiet,
        predecessor=matter.order_by("-raised_at", "-pk").first(),
    )
    return _open(alert, findings, at=at, report=report, by=by, since=since or at)


def _open(
    alert: Alert,
    findings: Sequence[Finding],
    *,
    at: datetime,
    report: RedFlagReport | None,
    by: Membership | None,
    since: datetime,
) -> Alert:
    """Open a new alert: store today's chain, and alert the first people."""
    severity, calendar = most_severe([finding.severity for finding in findings]), alert.clinic.calendar()
    alert.severity = severity
    alert.findings = [finding.as_json() for finding in findings]
    rule = Alert.Rule(alert.rule)
    alert.chain = _chain(alert.patient, alert.course, rule, severity, calendar=calendar, at=at)
    alert.raised_at, alert.next_step_at = min(since, at), at
    alert.save()
    event = write_event(alert, AlertEvent.Kind.RAISED, at=at, by=by, report=report, findings=alert.findings)
    start_steps(alert, event, at=at, calendar=calendar)
    alert.save()
    return alert


def _chain(
    patient: Patient,
    course: Course | None,
    rule: Alert.Rule,
    severity: Severity,
    *,
    calendar: OpeningCalendar,
    at: datetime,
) -> list[Step]:
    first_at = POLICIES[severity].first.after(at, calendar)
    return snapshot_chain(patient.clinic, course=course, rule=rule, on_duty_at=first_at)


def _take_further(
    alert: Alert,
    findings: Sequence[Finding],
    *,
    at: datetime,
    report: RedFlagReport | None,
    by: Membership | None,
    is_quiet: bool,
) -> Alert:
    """A new report or a worsening reopens the alert and is sent again; other findings are only noted."""
    news = [finding.as_json() for finding in findings]
    news = [finding for finding in news if finding not in alert.findings] if report is None else news
    if not news:
        return alert
    severity = most_severe([Severity(alert.severity), *(finding.severity for finding in findings)])
    is_worse = severity != Severity(alert.severity)
    alert.severity = severity
    alert.findings = [*alert.findings, *news]
    if report is not None:
        kind = AlertEvent.Kind.REPORTED_AGAIN
    else:
        kind = AlertEvent.Kind.SEVERITY_RAISED if is_worse else AlertEvent.Kind.FINDING_ADDED
    # An alert that waited for the digest becomes a live one with the first live finding.
    tells = not is_quiet and (report is not None or is_worse or alert.is_quiet)
    alert.is_quiet = alert.is_quiet and is_quiet
    event = write_event(
        alert, kind, at=at, by=by, report=report, findings=news, new_state=Alert.State.OPEN if tells else None
    )
    if tells:
        calendar = alert.clinic.calendar()
        alert.acknowledged_at = alert.acknowledged_by = None
        if report is not None:
            now = _chain(alert.patient, alert.course, Alert.Rule(alert.rule), severity, calendar=calendar, at=at)
            alert.chain = joined(alert.chain, now)
        start_steps(alert, event, at=at, calendar=calendar)
    set_next_step(alert)
    alert.save()
    return alert


def note_findings(alert: Alert, findings: Sequence[Finding], *, at: datetime) -> None:
    """Add findings to an alert's history without alerting anybody."""
    rows = [finding.as_json() for finding in findings]
    write_event(alert, AlertEvent.Kind.FINDING_ADDED, at=at, findings=rows)
