"""The content of the summary letter of a course."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from django.utils.translation import gettext as _

from courses.charts.curve_chart import CurvePicture, curve_svg, describe
from courses.exchange.letter_parts import Part, day_words, diagnosis_facts, moment_words
from courses.measures.measure_lines import fillings_of, measure_lines, thresholds_for
from courses.measures.wording import line_words
from courses.models import Alert, Course, PainScore
from courses.outlook.markers import holds_of, markers_of, reviews_of, visits_of
from courses.outlook.picture import curve_picture
from courses.outlook.posteriors import posterior_of
from courses.outlook.summary import CurveSays, curve_says
from courses.outlook.time_limit import KEPT_SECONDS
from courses.outlook.wording import curve_sentences, gain_words
from courses.plans.adherence import adherence_of
from courses.plans.visits import next_visit_at
from courses.priors.adopted import in_force
from courses.priors.course_records import Record, record_of
from courses.priors.learning import basis_words
from courses.reviews.wording import relief_words

PAPER, FONT = (640, 300), "Libertinus Serif"
PICTURE = "curve.svg"


def summary_parts(course: Course, *, at: datetime) -> tuple[list[Part], dict[str, str]]:
    """The sections of the letter, and the files of their charts."""
    scores = list(course.scores.select_related("session"))
    record = record_of(course, at=at, rows=scores)
    alerts = list(course.alerts.order_by("raised_at").select_related("acknowledged_by__user"))
    pain, pictures = _pain(course, record, alerts, at=at)
    sections = [
        _facts(course, at=at),
        *pain,
        *_measures(course, scores, group=record.group),
        *_alerts(course, alerts),
        *_adverse_events(course),
        *_reviews(course),
        *_advice(course),
    ]
    return sections, pictures


def _facts(course: Course, *, at: datetime) -> Part:
    n_held = course.sessions.count()
    kept = adherence_of(course, list(course.appointments.all()), n_held=n_held, at=at)
    end = (
        _("ended %(day)s (%(status)s: %(why)s)")
        % {"day": day_words(course.ended_on), "status": course.get_status_display(), "why": course.end_reason}
        if course.ended_on
        else _("planned until %(day)s") % {"day": day_words(course.planned_end_on)}
    )
    sessions = _("%(n)d of %(m)d planned; %(missed)d missed") % {
        "n": kept.n_held,
        "m": kept.n_planned,
        "missed": kept.n_missed,
    }
    facts = [
        *diagnosis_facts(course.patient),
        [_("Course"), f"{course.complaint}; {day_words(course.starts_on)}, {end}"],
        [_("Plan"), str(course.protocol)],
        [_("Sessions"), sessions],
        [_("Treated by"), str(course.practitioner)],
    ]
    return {"title": _("Course of acupuncture"), "facts": facts}


def _pain(
    course: Course, record: Record, alerts: Sequence[Alert], *, at: datetime
) -> tuple[list[Part], dict[str, str]]:
    title = _("Pain over time, 0 to 10")
    if not record.rows:
        return [{"title": title, "paragraphs": [_("No score was recorded.")]}], {}
    now = in_force(course.clinic)
    posterior = posterior_of(record, now)
    appointments, last_at = list(course.appointments.all()), record.rows[-1].scored_at
    coming = record.week(next_visit_at(course, appointments, last_at=last_at, at=at))
    says = curve_says(record, posterior, next_week=coming, seconds=KEPT_SECONDS)
    picture = replace(
        curve_picture(
            record,
            posterior,
            next_week=coming if course.is_open else None,
            today_week=record.week(at) if course.is_open else None,
            visits=visits_of(record, appointments, course=course, at=at),
            seconds=KEPT_SECONDS,
        ),
        markers=markers_of(record, alerts, course=course),
        holds=holds_of(record, course.holds.all(), course=course),
        reviews=reviews_of(record, course.reviews.uncorrected(), course=course, n_held=course.sessions.count()),
    )
    svg = str(curve_svg(picture, size=PAPER, uid="letter", font=FONT))
    part = {
        "title": title,
        "picture": PICTURE,
        "alt": describe(picture),
        "caption": _caption(picture),
        "paragraphs": [*_says(says, course), *filter(None, [basis_words(course.clinic, now)])] if says else [],
    }
    return [part], {PICTURE: svg.replace("<svg ", '<svg xmlns="http://www.w3.org/2000/svg" ', 1)}


def _says(says: CurveSays, course: Course) -> list[str]:
    """Relief so far; the forecast, with its limits, only while the course is open."""
    estimate = _("Estimate from %(n)d scores. Results vary.") % {"n": says.n_scores}
    if not course.is_open:
        return [*curve_sentences(says, is_over=True), estimate]
    return [gain_words(says), " ".join([*curve_sentences(says), estimate])]


def _caption(picture: CurvePicture) -> str:
    """Which timing the line belongs to, and the marks on the chart."""
    timings = {dot.timing for dot in picture.dots}
    words = [
        _("Filled circle: after a session; open circle: before.")
        if picture.primary == "after"
        else _("Filled circle: before a session.")
    ]
    if timings - {"before", "after"}:
        words.append(_("Diamond: at home."))
    if picture.band:
        words.append(f"{picture.band_words}.")
        words.append(_("Solid line: smoothed level. Dark area: usual range (half of scores)."))
        words.append(_("Light area: wide range (9 in 10 scores)."))
    if picture.band and picture.band.next:
        words.append(_("Dashed line: projection. Bracket: expected at the next visit."))
    if picture.markers:
        words.append(_("Triangle: alert; ring: acknowledged; bar: resolved."))
    if picture.reviews:
        words.append(_("Square: review."))
    if any(visit.is_missed for visit in picture.visits):
        words.append(_("Cross: visit missed."))
    return " ".join(words)


def _measures(course: Course, scores: Sequence[PainScore], *, group: str) -> list[Part]:
    pain = [score for score in scores if score.timing == PainScore.Timing.BEFORE]
    lines = measure_lines(
        fillings_of(course.measure_scores.all()), pain=pain, thresholds=thresholds_for(course), group=group
    )
    words = [line_words(line) for line in lines]
    if not words:
        return []
    rows = [
        [one.name, one.start, f"{one.latest} ({one.latest_when})" if one.latest_when else one.latest, one.change]
        for one in words
    ]
    head = [_("Measure"), _("Start"), _("Latest"), _("Change")]
    note = _("“Patients notice” and “chance” refer to published thresholds of each measure.")
    return [{"title": _("Measures"), "head": head, "rows": rows, "widths": [3, 1, 2, 4], "note": note}]


def _alerts(course: Course, alerts: Sequence[Alert]) -> list[Part]:
    reports: dict[str, str] = {}
    for report in course.red_flag_reports.select_related("flag"):
        reports.setdefault(report.flag.code, report.said)
    shown = [alert for alert in alerts if alert.is_red_flag or alert.rule == Alert.Rule.PAIN]
    if not shown:
        return [{"title": _("Red flags"), "paragraphs": [_("None reported.")]}]
    rows = [
        [
            moment_words(alert.raised_at, course.clinic),
            f"{alert.get_severity_display()}: {reports.get(alert.flag_code) or alert.get_rule_display()}",
            answer_words(alert),
        ]
        for alert in shown
    ]
    head = [_("When"), _("What"), _("Answer")]
    return [{"title": _("Red flags and pain alerts"), "head": head, "rows": rows, "widths": [2, 4, 4]}]


def answer_words(alert: Alert) -> str:
    """Who acknowledged an alert and when, and how it ended."""
    steps = []
    if alert.acknowledged_at:
        values = {"at": moment_words(alert.acknowledged_at, alert.clinic), "who": alert.acknowledged_by}
        steps.append(_("acknowledged %(at)s by %(who)s") % values)
    if alert.resolved_at:
        values = {"at": moment_words(alert.resolved_at, alert.clinic), "outcome": alert.get_outcome_display()}
        steps.append(_("resolved %(at)s: %(outcome)s") % values)
    return "; ".join(steps) or _("not answered yet")


def _adverse_events(course: Course) -> list[Part]:
    events = list(course.adverse_events.select_related("item", "session"))
    if not events:
        return []
    rows = [
        [moment_words(one.noticed_at, course.clinic), str(one.item), str(one.get_severity_display())]
        for one in events
    ]
    head = [_("When"), _("What"), _("Severity")]
    return [{"title": _("Side effects"), "head": head, "rows": rows, "widths": [2, 4, 4]}]


def _reviews(course: Course) -> list[Part]:
    reviews = list(course.reviews.uncorrected().select_related("reviewed_by__user"))
    if not reviews:
        return []
    rows = [
        [
            moment_words(one.reviewed_at, course.clinic),
            str(one.session_number),
            ": ".join(filter(None, [str(one.get_decision_display()), one.reason])),
            relief_words(one),
        ]
        for one in reviews
    ]
    head = [_("When"), _("After session"), _("Decision"), _("Numbers at the review")]
    return [{"title": _("Reviews"), "head": head, "rows": rows, "widths": [2, 1, 3, 3]}]


def _advice(course: Course) -> list[Part]:
    if not course.discharge_advice:
        return []
    return [{"title": _("Advice given to the patient"), "paragraphs": course.discharge_advice.split("\n\n")}]
