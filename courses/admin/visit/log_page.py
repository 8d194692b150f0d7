"""What the page of the session form shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from django.utils.crypto import salted_hmac
from django.utils.functional import cached_property
from django.utils.translation import gettext as _

from clinic.models import Membership
from courses.admin.numbers.chart_views import ChartView, chart_views
from courses.charts.curve_chart import PANEL
from courses.curve import CoursePosterior
from courses.models import Alert, Course, Needling, Point, RedFlagReport, Session
from courses.outlook.expected_range import cannot_show_worsening
from courses.outlook.picture import curve_picture
from courses.outlook.posteriors import posterior_of
from courses.outlook.wording import worse_words
from courses.plans.course_state import CourseState, with_override
from courses.plans.visit_flags import flags_of_visit
from courses.priors.course_records import Record
from courses.sessions.forms import SessionForm
from courses.sessions.lists import session_lists
from courses.sessions.points.catalogue import PointCatalogue
from courses.sessions.points.fields import (
    ABOUT_THE_POINT,
    BaseNeedlings,
    PointRow,
    copied_rows,
    empty_row,
    planned_rows,
)
from courses.sessions.points.notes import PointNote
from courses.sessions.points.wording import check_words, note_on, note_words
from courses.sessions.red_flags.recording import reports_of_form
from courses.sessions.saved_words import instruction, is_now
from courses.sessions.treatment_facts import TreatmentFacts, treatment_facts
from patients.clearance import NEEDS_ONLY_A_CHECK, Clearance, clearance
from patients.clearance_facts import ClearanceFacts
from patients.wording import VERDICTS, reason_texts

# The first value of a row of buttons.
FIRST_BUTTON = {"before": "0", "after": "0", "is_needled": "yes"}


@dataclass(frozen=True)
class PointOption:
    """A point of the catalogue as it is offered for this patient."""

    point: Point
    note: PointNote
    words: str

    @property
    def row(self) -> tuple[str, str, tuple[tuple[str, str], ...]]:
        """Its row in the list of suggestions: code, name and place, and data for the page's script."""
        point, name = self.point, self.point.pinyin
        heed = (("heed", str(self.note.heed)), ("say", self.words)) if self.words else ()
        return point.code, f"{name}, {point.place}" if point.place else name, (*heed, ("name", name))


class LogPageFacts:
    """What is known before a session is logged; each part is loaded when first needed."""

    def __init__(self, course: Course, *, at: datetime, form_key: UUID | None = None) -> None:
        self.course, self.at, self.form_key = course, at, form_key
        self.today = course.clinic.local(at).date()
        self.state = CourseState(course)

    @cached_property
    def facts(self) -> TreatmentFacts:
        """The screening, and what rules out aftercare measures."""
        return treatment_facts(self.state, on=self.today)

    @cached_property
    def clearance_facts(self) -> ClearanceFacts:
        """The facts for clearance, without the red flags that this form reported before it was returned."""
        own = flags_of_visit(self.course.patient, self.form_key) if self.form_key else ()
        return self.state.facts(on=self.today, practitioner=self.course.practitioner, own=own)

    @cached_property
    def clearance(self) -> Clearance:
        """Whether the patient may be needled today."""
        found = clearance(self.clearance_facts)
        return with_override(self.course, found, on=self.today, practitioner=self.course.practitioner)

    @cached_property
    def record(self) -> Record:
        """The scores so far."""
        return self.state.record(at=self.at)

    @cached_property
    def posterior(self) -> CoursePosterior | None:
        """The current healing curve; None if it is not available."""
        return posterior_of(self.record, self.state.in_force)

    @cached_property
    def is_at_ceiling(self) -> bool:
        """Whether scores are too high to show worsening, so that severe pain is asked about at any score."""
        bounds = self.state.in_force.bounds
        return cannot_show_worsening(self.posterior, self.record, bounds=bounds, at=self.at)

    @property
    def catalogue(self) -> PointCatalogue:
        """The points by all their names."""
        return session_lists(self.course.clinic).catalogue

    @cached_property
    def options(self) -> dict[int, PointOption]:
        """The points as offered for this patient."""
        return {point.pk: _option(point, self.facts) for point in session_lists(self.course.clinic).points}

    @property
    def last_needled(self) -> Session | None:
        """The last session with needles."""
        return self.state.last_needled

    @cached_property
    def last_rows(self) -> list[dict[str, Any]]:
        """The points of the last session as form rows."""
        return copied_rows(self.last_needled) if self.last_needled else []

    @cached_property
    def copied(self) -> list[dict[str, Any]]:
        """The points that one key fills in: those of the last session, otherwise those of the plan."""
        return self.last_rows or planned_rows(self.course.protocol, self.catalogue)

    @property
    def number(self) -> int:
        """The number of the next session."""
        return self.state.last_number + 1

    @property
    def suggestions(self) -> list[tuple[str, str, tuple[tuple[str, str], ...]]]:
        """The points as rows of the suggestion list."""
        return [option.row for option in self.options.values()]

    def option_of(self, row: PointRow) -> PointOption | None:
        """The point of a row, with its warnings."""
        return self.options.get(row.point.pk) if row.point else None


def draft_key(course: Course, by: Membership) -> str:
    """The key for a browser's draft of one member and one course; it reveals nothing."""
    return salted_hmac("courses.session_draft", f"{course.uuid}:{by.uuid}", algorithm="sha256").hexdigest()[:32]


def instruction_context(reports: Sequence[RedFlagReport]) -> dict[str, Any]:
    """The instructions for one form's red flags, the most urgent first."""
    return {
        "reports": reports,
        "instruction": instruction(reports[0].level) if reports else "",
        "is_emergency": bool(reports) and is_now(reports[0].level),
    }


def log_page(
    here: LogPageFacts, form: SessionForm, needlings: BaseNeedlings, *, by: Membership, at: datetime, is_sent: bool
) -> dict[str, Any]:
    """The context of the page; `is_sent` if the form was sent and not saved."""
    course = here.course
    alerts = here.state.course_alerts
    views = _views(here, alerts)
    reports = reports_of_form(course.patient, form.cleaned_data["form_key"]) if _has_key(form, is_sent) else []
    return {
        "course": course,
        "form": form,
        "visit_facts": here,
        "needlings": needlings,
        "rows": [(row, here.option_of(row)) for row in needlings.rows(with_errors=is_sent)],
        "empty_rows": [(empty_row(str(needlings.prefix), here.catalogue), None)],
        "sides": Needling.Side.choices,
        "stimulations": Needling.Stimulation.choices,
        "responses": [("", _("not noted")), *Needling.Response.choices],
        "copied": here.copied,
        "is_plan_copied": not here.last_rows,
        "point_table": here.catalogue.index.table,
        "chart_views": views,
        "picture": views[0].picture,
        "worse": [worse_words(one) for one in here.record.worse_than_start()],
        "clearance": here.clearance,
        "clearance_verdict": VERDICTS[here.clearance.verdict],
        "clearance_reasons": reason_texts(here.clearance, to=by),
        "is_at_ceiling": here.is_at_ceiling,
        "check_due": check_words(here.clearance_facts),
        "is_check_due": any(one.code in NEEDS_ONLY_A_CHECK for one in here.clearance.reasons),
        "number": here.number,
        "open_alerts": [alert for alert in alerts if not alert.is_resolved],
        **instruction_context(reports),
        "is_sent": is_sent,
        "problems": _problems(form, needlings) if is_sent else [],
        "draft_key": draft_key(course, by),
        "title": _("Log session %(number)s") % {"number": here.number},
    }


def _views(here: LogPageFacts, alerts: Sequence[Alert]) -> list[ChartView]:
    """The current curve and what it expects of the visit being logged."""
    record, now = here.record, here.record.week(here.at)
    return chart_views(
        record,
        here.posterior,
        picture_of=lambda timing: curve_picture(
            record, here.posterior, alerts=alerts, timing=timing, next_week=now, today_week=now
        ),
        uid="log",
        wide=PANEL,
        next_week=now,
    )


def _option(point: Point, facts: TreatmentFacts) -> PointOption:
    note = note_on(point, facts.items)
    return PointOption(point, note, note_words(note, is_restricted=point.risk == Point.Risk.RESTRICTED))


def _problems(form: SessionForm, needlings: BaseNeedlings) -> list[tuple[str, str, str]]:
    """The errors, each with its field's id and name."""
    named = {"no_red_flag": _("Red flags"), "seen_number": _("Another session")}
    found = [
        (_id_of(name), str(named.get(name) or form.fields[name].label or ""), str(error))
        for name, errors in form.errors.items()
        if name in form.fields
        for error in errors
    ]
    rows = [
        (
            f"id_{row.prefix}-{name if name in ABOUT_THE_POINT else 'where'}",
            _("Point %(n)d") % {"n": n},
            str(error),
        )
        for n, row in enumerate(needlings, start=1)
        for name, errors in row.errors.items()
        for error in errors
    ]
    return [*(("", "", str(error)) for error in form.non_field_errors()), *found, *rows]


def _id_of(name: str) -> str:
    return f"id_{name}_{FIRST_BUTTON[name]}" if name in FIRST_BUTTON else f"id_{name}"


def _has_key(form: SessionForm, is_sent: bool) -> bool:
    return is_sent and bool(form.cleaned_data.get("form_key"))
