"""Many red flags at once, and the count afterwards: how many mails were lost, how many came twice."""

from __future__ import annotations

import os
import time
import uuid
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from django.utils import timezone

from clinic.models import Membership, Message
from clinic.outbox.compose import message_id
from clinic.outbox.leases import LEASE
from courses.alerts.reached.late import reached_health
from courses.models import Alert, Course, Reach
from courses.sessions.red_flags.recording import report_red_flags
from patients.models import Patient
from tests.factories import CourseFactory, PatientFactory, flag
from tests.faults.sink import TroubledSink
from tests.processes import wait_until

# A few in every run of the tests; `make test-faults N=500` for the long one.
N_ALERTS = int(os.environ.get("FAULTS_N", "12"))
IS_LONG = N_ALERTS >= 100
BEAT_SECONDS = 10.0
NOTICED_WITHIN_SECONDS = 150.0
# How long the count waits, including leases that must expire.
PATIENCE_SECONDS = 60.0 + N_ALERTS * 2


@dataclass(frozen=True)
class Totals:
    """The result of a storm: expected mails, missing mails, duplicates; seconds taken."""

    n_alerts: int
    n_mails: int
    n_lost: int
    n_duplicated: int
    seconds: float
    noticed: float | None = None


@dataclass
class Storm:
    """Emergencies of as many patients, all reported to the same practitioner and lead."""

    practitioner: Membership
    sink: TroubledSink
    note: Callable[[Totals], None]
    n_alerts: int = 0
    calm_since: float = field(default_factory=time.monotonic)
    noticed: float | None = None

    def rage(self, n_alerts: int = N_ALERTS, *, at: datetime | None = None) -> None:
        """Report that many, now or with an earlier time."""
        for _n in range(n_alerts):
            report_emergency(self.practitioner, at=at)
        self.n_alerts += n_alerts

    def fault_is_over(self) -> None:
        """The fault is over: the clock of the recovery starts."""
        self.calm_since = time.monotonic()

    def wait_until_noticed(self, *, since: datetime) -> float:
        """How long after a time /healthz reports a problem with reaching people."""
        wait_until(lambda: not reached_health(at=timezone.now()).is_well, seconds=NOTICED_WITHIN_SECONDS)
        self.noticed = (timezone.now() - since).total_seconds()
        return self.noticed

    def reckon(self, *, bell: Callable[[], None] = lambda: None) -> Totals:
        """Wait until every mail is settled, then count; `bell` is called now and then, as beat does."""
        _wait_until_settled(bell)
        seconds = time.monotonic() - self.calm_since
        copies = self.sink.copies()
        wanted = {message_id(message) for message in staff_mails().select_related("clinic")}
        n_lost = len(wanted - set(copies))
        totals = Totals(self.n_alerts, len(wanted), n_lost, copies.total() - len(copies), seconds, self.noticed)
        self.note(totals)
        assert Alert.objects.count() == self.n_alerts
        assert len(wanted) >= self.n_alerts
        assert set(copies) <= wanted, "a mail that no message stands for"
        return totals

    def reckon_people(self) -> Totals:
        """For a message that cannot be sent as it is: wait until somebody was reached about every alert."""
        wait_until(lambda: not Reach.objects.running().exists(), seconds=PATIENCE_SECONDS)
        seconds = time.monotonic() - self.calm_since
        copies = self.sink.copies()
        n_lost = self.n_alerts - Reach.objects.filter(reached_at__isnull=False).count()
        n_twice = copies.total() - len(copies)
        totals = Totals(self.n_alerts, len(copies), n_lost, n_twice, seconds, self.noticed)
        self.note(totals)
        return totals


def _wait_until_settled(bell: Callable[[], None]) -> None:
    rung_at = 0.0

    def is_settled() -> bool:
        nonlocal rung_at
        if time.monotonic() - rung_at > BEAT_SECONDS:
            bell()
            rung_at = time.monotonic()
        return not waiting().exists()

    wait_until(is_settled, seconds=PATIENCE_SECONDS)


def report_emergency(
    practitioner: Membership,
    *,
    code: str = "cardiac",
    patient: Patient | None = None,
    course: Course | None = None,
    at: datetime | None = None,
) -> Alert:
    """One red flag reported by phone, by default of a new patient."""
    patient = patient or PatientFactory(clinic=practitioner.clinic)
    course = course or CourseFactory(patient=patient, practitioner=practitioner)
    report_red_flags(
        patient=patient,
        course=course,
        flags=[flag(practitioner.clinic, code)],
        form_key=uuid.uuid4(),
        by=practitioner,
        at=at or timezone.now(),
    )
    return Alert.objects.unresolved().get(course=course, flag_code=code)


def staff_mails():
    """Every message about an alert."""
    return Message.objects.filter(kind="staff_alert")


def waiting():
    """Those that are not settled."""
    return staff_mails().pending()


def lapse_leases(*, claimed_before: datetime | None = None) -> None:
    """Release what dead processes held: the short run does not wait a minute for it, the long one does."""
    if not IS_LONG:
        until = (claimed_before or timezone.now()) + LEASE
        held = staff_mails().filter(state="sending", lease_until__lte=until)
        held.update(lease_until=timezone.now() - timedelta(seconds=1))
