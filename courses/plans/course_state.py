"""What the courses know about a patient's safety, combined with the patient's file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import date, datetime, time

from django.db.models import QuerySet
from django.utils.functional import cached_property

from clinic.models import Membership
from courses.models import Alert, AlertEvent, Course, Level, PainScore, RedFlagReport, Session
from courses.plans.visit_flags import is_held_without, open_without
from courses.priors.adopted import InForce, in_force
from courses.priors.course_records import Record, record_of
from courses.rules.facts import HOLDING, Severity
from courses.rules.red_flag import SEVERE_PAIN
from patients.clearance import WITHDRAWING_FLAGS, Clearance, clearance, overridden
from patients.clearance_facts import CareFact, ClearanceFacts
from patients.models import Patient
from patients.patient_file import PatientFile, clearance_facts, practitioner_fact


class PatientState:
    """A patient's current state, each part loaded when first needed."""

    def __init__(self, patient: Patient) -> None:
        self.patient, self.file = patient, PatientFile(patient)

    @cached_property
    def alerts(self) -> list[Alert]:
        """Every alert of the patient, the oldest first."""
        rows = Alert.objects.filter(patient=self.patient).select_related("acknowledged_by__user")
        return list(rows.order_by("raised_at", "pk"))

    @property
    def open_flags(self) -> list[tuple[str, str]]:
        """Level and code of each unresolved red flag."""
        return open_without(self.alerts, ())

    @cached_property
    def sessions(self) -> list[Session]:
        """All sessions of the patient, in any course."""
        return list(Session.objects.filter(course__patient=self.patient).order_by())

    def care(
        self,
        *,
        is_on_hold: bool,
        is_plan_specialised: bool | None = None,
        own: Sequence[RedFlagReport] = (),
    ) -> CareFact:
        """Open red flags, withdrawals and neurological checks of the patient, without its `own` reports."""
        open_flags = open_without(self.alerts, own)
        reports = list(
            valid_reports(self.patient)
            .filter(flag__code__in={*WITHDRAWING_FLAGS, SEVERE_PAIN})
            .exclude(pk__in=[report.pk for report in own])
            .values_list("flag__code", "level", "reported_at", "recorded_at")
        )
        withdrawn_at = next((at for code, _level, at, _told in reports if code in WITHDRAWING_FLAGS), None)
        usual = next((row[2:] for row in reports if row[:2] == (SEVERE_PAIN, Level.C)), None)
        return CareFact(
            open_levels=tuple(severity for severity, _code in open_flags if severity in HOLDING),
            is_on_hold=is_on_hold,
            withdrawn_on=self.patient.clinic.local(withdrawn_at).date() if withdrawn_at else None,
            n_sessions_since_check=self._n_sessions_since_check(),
            is_plan_specialised=is_plan_specialised,
            is_review_missing=(Severity.C, SEVERE_PAIN) in open_flags
            or (usual is not None and not self._is_reviewed(*usual)),
        )

    def _is_reviewed(self, reported_at: datetime, recorded_at: datetime) -> bool:
        """Whether a doctor has examined severe pain since the patient called it usual."""
        day = self.patient.clinic.local(reported_at).date()
        if any(one.diagnosed_on > day for one in self.file.assessments):
            return True
        answered = AlertEvent.objects.filter(alert__patient=self.patient, alert__flag_code=SEVERE_PAIN)
        return answered.filter(detail__has_key="medical_review", happened_at__gte=recorded_at).exists()

    def _n_sessions_since_check(self) -> int:
        """How many sessions with needles since the day of the last check; all of them without a check."""
        needled = [session for session in self.sessions if session.is_needled]
        if not self.file.checks:
            return len(needled)
        since = datetime.combine(self.file.checks[0].checked_on, time.min, self.patient.clinic.zone_info)
        return sum(session.held_at >= since for session in needled)


class CourseState(PatientState):
    """The state of a course's patient for the next visit."""

    def __init__(self, course: Course) -> None:
        super().__init__(course.patient)
        self.course = course
        # The same row, which need not be read twice.
        self.patient.clinic = course.clinic

    @property
    def last_number(self) -> int:
        """The number of the course's last session; 0 before the first."""
        return max((session.number for session in self._of_course()), default=0)

    @property
    def last_needled(self) -> Session | None:
        """The course's last session with needles."""
        needled = [session for session in self._of_course() if session.is_needled]
        return max(needled, key=lambda session: (session.held_at, session.pk), default=None)

    @property
    def course_alerts(self) -> list[Alert]:
        """Every alert of the course, the oldest first."""
        return [alert for alert in self.alerts if alert.course_id == self.course.pk]

    @property
    def last_alerted_session(self) -> int:
        """The last session whose scores raised, worsened or joined an alert of the course; 0 for none.

        A finding in a score that was corrected later counts as if nobody was alerted. The scores store this; for
        older scores it is read from the alerts.
        """
        by_score = (score.session.number for score in self.scores if score.session and score.expected.get("told"))
        by_alert = (number for alert in self.course_alerts for number in _alerted_sessions(alert))
        return max((*by_score, *by_alert), default=0)

    @cached_property
    def scores(self) -> list[PainScore]:
        """The course's scores with their sessions, in order."""
        known = {session.pk: session for session in self._of_course()}
        scores = list(self.course.scores.all())
        for score in scores:
            if score.session_id in known:
                score.session = known[score.session_id]
        return scores

    def _of_course(self) -> list[Session]:
        return [session for session in self.sessions if session.course_id == self.course.pk]

    @cached_property
    def in_force(self) -> InForce:
        """The Prior, thresholds and bounds with which the clinic judges scores."""
        return in_force(self.course.clinic)

    def record(self, *, at: datetime) -> Record:
        """The scores as input for the curve."""
        group = self.file.group(on=self.course.clinic.local(at).date())
        return record_of(self.course, at=at, rows=self.scores, group=group)

    def facts(
        self,
        *,
        on: date,
        practitioner: Membership | None = None,
        is_alone: bool = False,
        own: Sequence[RedFlagReport] = (),
    ) -> ClearanceFacts:
        """The facts for a clearance, without a visit's `own` red flags, which gate the next visit."""
        care = self.care(
            is_on_hold=is_held_without(self.course, own),
            is_plan_specialised=self.course.protocol.is_specialised,
            own=own,
        )
        who = practitioner_fact(practitioner, is_alone=is_alone) if practitioner else None
        return clearance_facts(self.file, on=on, care=care, practitioner=who)

    def clearance(
        self,
        *,
        on: date,
        practitioner: Membership | None = None,
        is_alone: bool = False,
        own: Sequence[RedFlagReport] = (),
    ) -> Clearance:
        """The clearance with a lead's override for that day, without a visit's `own` red flags."""
        found = clearance(self.facts(on=on, practitioner=practitioner, is_alone=is_alone, own=own))
        return with_override(self.course, found, on=on, practitioner=practitioner)


def _alerted_sessions(alert: Alert) -> Iterator[int]:
    """The sessions whose scores are mentioned in an alert."""
    if alert.outcome != Alert.Outcome.DATA_CORRECTED:
        for finding in alert.findings:
            evidence = finding["evidence"]
            if "observed" in evidence and evidence.get("session"):
                yield evidence["session"]


def clearance_for(course: Course, *, on: date, practitioner: Membership | None = None) -> Clearance:
    """Whether the course's patient may be needled on a day, by a practitioner; includes overrides for that day."""
    return CourseState(course).clearance(on=on, practitioner=practitioner)


def with_override(course: Course, found: Clearance, *, on: date, practitioner: Membership | None) -> Clearance:
    """A verdict with a lead's override for that day; nobody can use their own override."""
    if not found.reasons:
        return found
    override = course.overrides.unused_on(on).exclude(given_by=practitioner).first()
    return overridden(found, override.codes) if override else found


def unaided_clearance(course: Course, *, on: date, practitioner: Membership) -> Clearance:
    """The verdict without any override."""
    return clearance(CourseState(course).facts(on=on, practitioner=practitioner))


def care_fact(patient: Patient, *, is_on_hold: bool) -> CareFact:
    """Open red flags, withdrawals and neurological checks of a patient."""
    return PatientState(patient).care(is_on_hold=is_on_hold)


def valid_reports(patient: Patient) -> QuerySet[RedFlagReport]:
    """The patient's red-flag reports, without those that were withdrawn as a mistake."""
    return RedFlagReport.objects.filter(patient=patient).exclude(pk__in=withdrawn_reports(patient))


def withdrawn_reports(patient: Patient) -> QuerySet[AlertEvent, int]:
    """The keys of withdrawn reports."""
    withdrawn = AlertEvent.objects.filter(report__patient=patient, kind=AlertEvent.Kind.WITHDRAWN)
    return withdrawn.values_list("report", flat=True)
