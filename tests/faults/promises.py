"""What must be true of alerts after every step of any sequence, and once more when everything was sent."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis.stateful import RuleBasedStateMachine, invariant

from clinic.models import Clinic, Membership, Message
from clinic.outbox.deliver import deliver_due
from clinic.outbox.leases import LEASE
from courses.alerts.history import MOVES
from courses.models import Alert, AlertEvent, Course, RedFlagReport
from courses.plans.course_state import clearance_for
from courses.rules.facts import HOLDING, Severity
from tests.faults.memory import MemoryBackend

MINUTE = timedelta(minutes=1)
CLOCKS = ("repeat_at", "escalate_at", "lapses_at", "silenced_until")
# The most minutes until an emergency is repeated, escalated, open again.
SOONEST = {
    "E0": {"repeat_at": 5, "escalate_at": 10, "lapses_at": 60},
    "E1": {"repeat_at": 15, "escalate_at": 30, "lapses_at": 240},
}


@dataclass(frozen=True)
class World:
    """The staff and course, made once; every sequence starts with them unchanged."""

    clinic: Clinic
    practitioner: Membership
    lead: Membership
    course: Course
    at: datetime


class Promises(RuleBasedStateMachine):
    """The promises; a subclass defines what may happen."""

    world: World
    at: datetime
    n_died_after: int

    @property
    def course(self) -> Course:
        """Its current state."""
        return Course.objects.select_related("clinic", "patient", "practitioner").get(pk=self.world.course.pk)

    @invariant()
    def every_matter_moves_on_by_itself(self):
        """Open alerts are repeated and escalated; answered ones reopen."""
        for alert in Alert.objects.unresolved():
            clocks = {name: getattr(alert, name) for name in CLOCKS if getattr(alert, name)}
            assert alert.next_step_at == min(clocks.values()), alert
            if alert.state != Alert.State.OPEN:
                assert set(clocks) == {"lapses_at"}
            elif alert.silenced_until is None:
                is_at_its_end = alert.exhausted_at or alert.is_quiet or alert.severity == Severity.REVIEW
                assert set(clocks) == ({"repeat_at"} if is_at_its_end else {"repeat_at", "escalate_at"})
            for name, minutes in SOONEST.get(alert.severity, {}).items():
                assert clocks.get(name, self.at) <= self.at + minutes * MINUTE

    @invariant()
    def one_open_alert_a_matter(self):
        matters = Counter(Alert.objects.unresolved().values_list("patient", "course", "rule", "flag_code"))
        assert not matters or max(matters.values()) == 1

    @invariant()
    def every_history_is_legal(self):
        for alert in Alert.objects.prefetch_related("events"):
            events = sorted(alert.events.all(), key=lambda event: event.pk)
            assert events[0].kind == AlertEvent.Kind.RAISED
            for earlier, event in pairwise(events):
                assert event.old_state == earlier.new_state
                assert Alert.State(event.new_state) in MOVES[Alert.State(event.old_state)]
            assert events[-1].new_state == alert.state

    @invariant()
    def nobody_is_told_of_what_is_answered(self):
        """Mail is sent and queued only about open alerts: for a report, a worsening, an expiry."""
        told = AlertEvent.objects.filter(kind__in=["sent", "repeated", "escalated"])
        assert not told.exclude(old_state=Alert.State.OPEN).exists()

    @invariant()
    def every_report_has_a_message_of_its_own_at_once(self):
        for event in AlertEvent.objects.filter(report__isnull=False).select_related("report"):
            own = Message.objects.filter(kind="staff_alert", subject_id=event.pk)
            created = set(own.values_list("created_at", flat=True))
            assert created == {event.report.recorded_at}
        assert AlertEvent.objects.filter(report__isnull=False).count() == RedFlagReport.objects.count()

    @invariant()
    def red_flags_are_never_put_off(self):
        flags = Alert.objects.unresolved().red_flags()
        assert not flags.filter(state=Alert.State.SNOOZED).exists()
        assert not flags.filter(silenced_until__isnull=False).exists()

    @invariant()
    def no_alert_is_milder_than_a_report(self):
        for event in AlertEvent.objects.filter(report__isnull=False).select_related("report", "alert"):
            assert Severity(event.alert.severity).rank <= Severity(event.report.level).rank

    @invariant()
    def nobody_is_cleared_while_a_red_flag_holds(self):
        if self._is_held():
            course = self.course
            assert not clearance_for(course, on=course.clinic.local(self.at).date()).may_needle
            assert course.status == Course.Status.ON_HOLD

    @invariant()
    def only_the_dead_send_twice(self):
        copies = Counter(MemoryBackend.taken)
        assert copies.total() - len(copies) <= self.n_died_after

    def _let_everything_be_sent(self) -> None:
        """Leases expire, pauses end; nobody answers any more."""
        for _n in range(3):
            self.at += LEASE + MINUTE
            deliver_due(clock=lambda: self.at)

    def _check_that_every_report_was_told(self) -> None:
        """Somebody was mailed about it, or had answered after seeing it."""
        for event in AlertEvent.objects.filter(report__isnull=False):
            states = set(
                Message.objects.filter(kind="staff_alert", subject_id=event.pk).values_list("state", flat=True)
            )
            answers = AlertEvent.objects.filter(alert=event.alert, pk__gt=event.pk, by__isnull=False)
            is_answered = answers.filter(kind__in=["acknowledged", "resolved"]).exists()
            assert "sent" in states or is_answered, (event, states)
            assert states <= {"sent", "cancelled"}
        self.nobody_is_told_of_what_is_answered()
        self.only_the_dead_send_twice()

    def _is_held(self) -> bool:
        flags = Alert.objects.unresolved().red_flags()
        return flags.filter(patient=self.world.course.patient, severity__in=HOLDING).exists()
