"""What the page of one alert shows: what happened, what to check, who acknowledged it, possible actions."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from courses.admin.numbers.chart_views import chart_views
from courses.alerts.checklists import checklists_of
from courses.alerts.forms import LowerLevelForm, NoteForm, ResolveForm, SeenForm, SnoozeForm
from courses.alerts.inbox import progress_words, visits_without_reminder
from courses.alerts.reached.words import reach_lines
from courses.alerts.responding import last_news
from courses.alerts.sums import Sum, sums_of
from courses.alerts.wording import finding_words, flag_wordings, history_lines, member_names
from courses.charts.curve_chart import NARROW
from courses.models import Alert, Course
from courses.outlook.picture import curve_picture
from courses.outlook.posteriors import posterior_of
from courses.outlook.wording import worse_words
from courses.priors.adopted import in_force
from courses.priors.course_records import record_of, worse_by_course
from courses.sessions.compared import Treated, treated_beside

# Alerts from the curve show it; the page of a red flag must not wait for one.
WITH_CURVE = frozenset({Alert.Rule.PAIN, Alert.Rule.OFF_COURSE, Alert.Rule.WORSE_THAN_START})
ABOUT_TREATMENT = frozenset({Alert.Rule.PAIN, Alert.Rule.RED_FLAG, Alert.Rule.UNCLEARED})


def alert_page(alert: Alert, *, user: Any, at: datetime) -> dict[str, Any]:
    """Everything on the page, in a fixed number of queries."""
    events = list(alert.events.select_related("by__user", "clinic"))
    sums = sums_of(alert)
    return {
        "alert": alert,
        "progress": progress_words(alert),
        "sums": sums,
        "findings": _other_findings(alert, sums),
        "history": history_lines(events, names=member_names(events)),
        "reports": _reports(alert),
        "reaches": reach_lines(alert, at=at),
        "checklists": checklists_of(alert),
        "visits": visits_without_reminder(alert.course, at=at),
        "is_on_hold": alert.course is not None and alert.course.status == Course.Status.ON_HOLD,
        "treated": _treated(alert),
        "successors": list(alert.successors.order_by("pk")),
        **_curve(alert, at=at),
        **_forms(alert),
        **_rights(alert, user),
    }


def _other_findings(alert: Alert, sums: list[Sum]) -> list[str]:
    """Findings without a calculation of their own."""
    flags = flag_wordings(alert) if alert.is_red_flag else {}
    said = {words for one in sums for words in one.reasons}
    found = [
        finding_words(finding, flags=flags) for finding in alert.findings if "observed" not in finding["evidence"]
    ]
    return [words for words in dict.fromkeys(found) if words not in said]


def _reports(alert: Alert) -> list[Any]:
    if not alert.is_red_flag:
        return []
    return list(alert.patient.red_flag_reports.filter(flag__code=alert.flag_code, course=alert.course))


def _treated(alert: Alert) -> list[Treated]:
    """The alert's session, otherwise the latest one, with the session before it."""
    if alert.course is None or alert.rule not in ABOUT_TREATMENT:
        return []
    numbers = [finding["evidence"].get("session") for finding in alert.findings]
    return treated_beside(alert.course, number=max((one for one in numbers if one), default=None))


def _curve(alert: Alert, *, at: datetime) -> dict[str, Any]:
    """The current curve, with what the patient's scores say about it."""
    if alert.course is None:
        return {"chart_views": [], "worse": []}
    if alert.rule not in WITH_CURVE:
        worse = worse_by_course([alert.course.pk], clinic=alert.clinic).get(alert.course.pk, [])
        return {"chart_views": [], "worse": [worse_words(one) for one in worse]}
    record = record_of(alert.course, at=at)
    posterior, now = posterior_of(record, in_force(alert.course.clinic)), record.week(at)
    ahead = now if alert.course.is_open else None
    views = chart_views(
        record,
        posterior,
        picture_of=lambda timing: curve_picture(
            record, posterior, alerts=[alert], timing=timing, next_week=ahead, today_week=ahead
        ),
        uid=f"alert-{alert.pk}",
        wide=NARROW,
        next_week=now,
        is_over=not alert.course.is_open,
    )
    return {
        "chart_views": views if record.rows else [],
        "worse": [worse_words(one) for one in record.worse_than_start()],
    }


def _forms(alert: Alert) -> dict[str, Any]:
    seen = {"seen": last_news(alert)}
    return {
        "seen_form": SeenForm(initial=seen, auto_id="ack-%s"),
        "note_form": NoteForm(auto_id="note-%s"),
        "resolve_form": ResolveForm(initial=seen, alert=alert),
        "snooze_form": SnoozeForm(initial=seen, auto_id="snooze-%s"),
        "lower_form": LowerLevelForm(initial=seen, auto_id="lower-%s"),
    }


def _rights(alert: Alert, user: Any) -> dict[str, bool]:
    is_flag = alert.is_red_flag
    return {
        "may_snooze": not is_flag and alert.state in {Alert.State.OPEN, Alert.State.SNOOZED},
        "may_lower": is_flag and alert.severity != "C",
        "may_resolve": user.has_perm("courses.resolve_alert"),
        "may_resume": user.has_perm("courses.resume_course"),
    }
