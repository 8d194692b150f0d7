"""The content of an urgent referral for a red flag."""

from __future__ import annotations

from django.utils.translation import gettext as _

from clinic.country.phones import shown_phone
from courses.exchange.letter_parts import (
    Part,
    day_words,
    diagnosis_facts,
    last_needling_words,
    moment_words,
    screening_words,
)
from courses.exchange.summary import answer_words
from courses.models import Alert, Course, RedFlagReport
from courses.rules.facts import Severity

N_SCORES = 8


def urgency_words(alert: Alert) -> str:
    """What the doctor is asked to do, by level."""
    if alert.severity == Severity.E0:
        return _("Emergency: please see this patient now.")
    if alert.severity == Severity.E1:
        return _("Please see this patient today.")
    return _("Please see this patient urgently. We have paused needling until you clear it.")


def urgent_parts(alert: Alert) -> list[Part]:
    """The red flag first, then what a doctor needs to judge it."""
    reports = RedFlagReport.objects.filter(
        patient_id=alert.patient_id, flag__code=alert.flag_code, course=alert.course_id
    ).select_related("flag", "recorded_by__user")
    return [
        *[_report(report) for report in reports],
        _treatment(alert),
        *_scores(alert.course),
        {
            "title": _("Patient"),
            "facts": [
                *([[_("Phone"), shown_phone(alert.patient.phone)]] if alert.patient.phone else []),
                *diagnosis_facts(alert.patient),
                [_("Screening"), screening_words(alert.patient)],
            ],
        },
    ]


def _report(report: RedFlagReport) -> Part:
    facts = [
        [_("Red flag"), report.said],
        [_("Reported"), f"{moment_words(report.reported_at, report.clinic)}, {report.get_source_display()}"],
    ]
    if report.answer:
        facts.append([report.flag.follow_up, report.answer])
    if report.onset_at:
        facts.append([_("Began"), moment_words(report.onset_at, report.clinic)])
    if report.caller:
        facts.append([_("Reported by"), report.caller])
    if report.note:
        facts.append([_("Note"), report.note])
    return {"title": _("What was reported"), "facts": facts}


def _treatment(alert: Alert) -> Part:
    facts = [
        [_("Last needled"), last_needling_words(alert.course)],
        [_("At our clinic"), answer_words(alert)],
    ]
    if alert.course:
        facts.append([_("Course"), _("%(status)s since %(day)s") % _state_of(alert.course)])
    return {"title": _("Treatment"), "facts": facts}


def _state_of(course: Course) -> dict[str, object]:
    hold = course.holds.last()
    began = course.clinic.local(hold.began_at).date() if hold and hold.ended_at is None else course.starts_on
    return {"status": course.get_status_display(), "day": day_words(began)}


def _scores(course: Course | None) -> list[Part]:
    if course is None:
        return []
    newest = list(course.scores.select_related("session").order_by("-scored_at", "-pk")[:N_SCORES])
    if not newest:
        return []
    rows = [
        [moment_words(one.scored_at, course.clinic), str(one.get_timing_display()), str(one.score)]
        for one in newest
    ]
    head = [_("When"), _("Timing"), _("Pain 0-10")]
    return [{"title": _("Latest pain scores"), "head": head, "rows": rows, "widths": [3, 2, 1]}]
