"""Red flags are saved and their alerts raised before anything else."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.db import transaction

from clinic.models import Membership
from courses.alerts.raising import raise_alert
from courses.flag_list.versions import levels_of
from courses.models import Alert, CheckIn, Course, Level, PainScore, RedFlagReport, Session
from courses.plans.lifecycle import hold_courses, hold_reason
from courses.rules.facts import HOLDING, Finding, Severity, most_severe, rank_of
from courses.rules.red_flag import ASKS_SEVERE_PAIN_FROM, FlagAnswer, find_red_flags, is_newly_severe
from courses.sessions.entry import FlagEntry
from patients.locking import lock_patient
from patients.models import Patient

# Imported history alerts nobody; red flags of the last days are listed for a person to look at.
IMPORTED_LISTED_FOR = timedelta(days=14)


@dataclass(frozen=True)
class Origin:
    """The origin of reports: which patient, how it arrived, when."""

    patient: Patient
    course: Course | None
    source: RedFlagReport.Source
    form_key: uuid.UUID
    reported_at: datetime
    session: Session | None = None
    check_in: CheckIn | None = None
    caller: str = ""
    note: str = ""
    is_needled: bool = False
    before: int | None = None
    later: int | None = None


@transaction.atomic
def accept_flags(
    origin: Origin, flags: Sequence[FlagEntry], *, by: Membership | None, at: datetime
) -> list[RedFlagReport]:
    """The one way to record a red flag: saved and sent before anything else is judged, once per form.

    Everything that can report one calls this first, so that nothing can block it. Flags that a returned form
    reported belong to its session as soon as that is saved.
    """
    lock_patient(origin.patient)
    if origin.session is not None:
        returned = RedFlagReport.objects.filter(patient=origin.patient, form_key=origin.form_key, session=None)
        returned.filter(source=RedFlagReport.Source.SESSION).update(session=origin.session)
    return write_reports(origin, flags, by=by, at=at)


def report_red_flags(
    *,
    patient: Patient,
    course: Course | None,
    flags: Sequence[FlagEntry],
    form_key: uuid.UUID,
    by: Membership,
    at: datetime,
    caller: str = "",
    note: str = "",
) -> list[RedFlagReport]:
    """Red flags reported by phone or in person, whatever the state of patient and course; once per form."""
    origin = Origin(patient, course, RedFlagReport.Source.PHONE, form_key, at, caller=caller, note=note)
    return accept_flags(origin, flags, by=by, at=at)


def reports_of_form(patient: Patient, form_key: uuid.UUID) -> list[RedFlagReport]:
    """The reports of one form, each flag once at its highest level, the most urgent first."""
    reported = RedFlagReport.objects.filter(patient=patient, form_key=form_key).select_related("flag")
    return each_at_highest(reported)


def each_at_highest(reported: Iterable[RedFlagReport]) -> list[RedFlagReport]:
    """Each flag once, whatever its version, at its highest level; the most urgent first."""
    by_level = sorted(reported, key=lambda report: (rank_of(report.level), report.pk))
    first = {report.flag.code: report for report in reversed(by_level)}
    return [report for report in by_level if first[report.flag.code] is report]


def write_reports(
    origin: Origin, flags: Sequence[FlagEntry], *, by: Membership | None, at: datetime
) -> list[RedFlagReport]:
    """A report and an alert for every yes, and the hold; the caller holds the patient's lock."""
    if not flags:
        return []
    known = _reported_before(origin)
    findings = find_red_flags(
        [flag_answer(entry) for entry in flags],
        is_newly_severe_after_needling=is_newly_severe(
            had_severe=_had_severe_score(origin.course),
            is_needled=origin.is_needled,
            before=origin.before,
            later=origin.later,
        ),
    )
    return [
        _report(origin, entry, finding, by=by, at=at)
        for entry, finding in zip(flags, findings, strict=True)
        if _is_news(finding, known.get(entry.flag.code))
    ]


def _reported_before(origin: Origin) -> dict[str, Severity]:
    """The highest level of each flag that this form reported before."""
    reported = RedFlagReport.objects.filter(patient=origin.patient, form_key=origin.form_key)
    levels = [(code, Severity(level)) for code, level in reported.values_list("flag__code", "level")]
    return dict(sorted(levels, key=lambda pair: pair[1].rank, reverse=True))


def _is_news(finding: Finding, known: Severity | None) -> bool:
    """The same form sent twice reports once; the same form with a worse answer reports that too."""
    return known is None or finding.severity.rank < known.rank


def _report(
    origin: Origin, entry: FlagEntry, finding: Finding, *, by: Membership | None, at: datetime
) -> RedFlagReport:
    report = RedFlagReport.objects.create(
        clinic=origin.patient.clinic,
        patient=origin.patient,
        course=origin.course,
        session=origin.session,
        check_in=origin.check_in,
        flag=entry.flag,
        answer=entry.answer,
        level=Level(finding.severity.value),
        source=origin.source,
        reported_at=origin.reported_at,
        onset_at=entry.onset_at,
        caller=origin.caller,
        note=origin.note,
        recorded_by=by,
        recorded_at=at,
        form_key=origin.form_key,
    )
    _raise(report, finding, by=by, at=at)
    return report


def _raise(report: RedFlagReport, finding: Finding, *, by: Membership | None, at: datetime) -> None:
    is_imported = report.source == RedFlagReport.Source.IMPORTED
    if is_imported and at - report.reported_at >= IMPORTED_LISTED_FOR:
        return
    raise_alert(
        patient=report.patient,
        course=report.course,
        rule=Alert.Rule.RED_FLAG,
        flag_code=report.flag.code,
        findings=[finding],
        report=report,
        by=by,
        at=at,
        is_quiet=is_imported,
        since=report.reported_at if report.source == RedFlagReport.Source.CHECK_IN else None,
    )
    if report.level in HOLDING and not is_imported:
        reason = hold_reason(report.level, report.flag.words_for(report.answer))
        hold_courses(report.patient, reason=reason, at=at)


def flag_answer(entry: FlagEntry) -> FlagAnswer:
    """A yes as input for the rules: the more urgent level of the version shown and the one in force counts.

    In a version that does not have the answer, it counts as no answer.
    """
    rows = [row for row in (entry.flag, entry.in_force) if row is not None]
    versions = [levels_of(row.level, row.follow_up, row.follow_up_levels) for row in rows]
    answers = {answer.code for version in versions for answer in version.answers}
    levels = {code: most_severe([version.level_of(code) for version in versions]) for code in answers}
    highest = most_severe([version.highest for version in versions])
    return FlagAnswer(entry.flag.code, highest, entry.answer, levels, entry.least)


def _had_severe_score(course: Course | None) -> bool:
    if course is None:
        return False
    return PainScore.objects.filter(course=course, score__gte=ASKS_SEVERE_PAIN_FROM).exists()
