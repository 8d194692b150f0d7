"""What the course page shows."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from clinic.models import User
from courses.charts.curve_chart import LARGE, curve_svg
from courses.curve import CannotTell, Prior, condition
from courses.models import Course, PainScore
from courses.plans.standing import clearance_for
from courses.priors.adopted import adopted_prior
from courses.priors.picture import curve_picture
from courses.priors.rows import Record, record_of
from patients.wording import VERDICTS, reason_texts


def course_page(course: Course, *, by: Any, at: datetime) -> dict[str, Any]:
    """Curve, sessions, alerts, clearance and what can be done now; a fixed number of queries."""
    user: User = by
    alerts = list(course.alerts.order_by("raised_at").select_related("acknowledged_by__user"))
    scores = list(course.scores.select_related("session"))
    record, prior = record_of(course, at=at, rows=scores), adopted_prior(course.clinic)
    picture = curve_picture(record, prior=prior, alerts=alerts)
    clearance = clearance_for(course, on=course.clinic.local(at).date(), practitioner=course.practitioner)
    return {
        "course": course,
        "picture": picture,
        "chart": curve_svg(picture, size=LARGE, uid=f"course-{course.pk}"),
        "sessions": _sessions(course, scores),
        "extra_scores": [score for score in scores if score.session is None],
        "alerts": sorted(alerts, key=lambda alert: (alert.is_resolved, -alert.raised_at.timestamp())),
        "clearance": clearance,
        "clearance_verdict": VERDICTS[clearance.verdict],
        "clearance_reasons": reason_texts(clearance),
        "relief": _relief(record, prior),
        "reminders": list(course.reminders.all()[:6]),
        "may_log": user.has_perm("courses.log_session") and course.is_open,
        "may_resume": user.has_perm("courses.resume_course") and course.status == Course.Status.ON_HOLD,
        "may_change": user.has_perm("courses.change_course") and course.is_open,
        "may_book": user.has_perm("courses.book_appointment") and course.is_open,
    }


def _sessions(course: Course, scores: list[PainScore]) -> list[dict[str, Any]]:
    by_session: dict[int, dict[str, PainScore]] = {}
    for score in scores:
        if score.session_id:
            by_session.setdefault(score.session_id, {})[score.timing] = score
    sessions = course.sessions.select_related("practitioner__user").prefetch_related(
        "needlings__point", "red_flag_reports"
    )
    return [{"session": session, "scores": by_session.get(session.pk, {})} for session in sessions]


def _relief(record: Record, prior: Prior) -> dict[str, int] | None:
    """Chances of relief in whole per cent; None where the curve cannot tell."""
    if not record.rows:
        return None
    found = condition(prior, record.scores()).relief(record.planned_end_week)
    if isinstance(found, CannotTell):
        return None
    return {"percent30": round(100 * found.p30), "percent50": round(100 * found.p50)}
