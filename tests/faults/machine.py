"""Any sequence of what people, time and crashes do to alerts, and what must be true after every step.

A rule more: a method with `@rule`, the product's own function called with `at=self.at`.
"""

from __future__ import annotations

import uuid
from collections import Counter
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from itertools import pairwise

from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from clinic.models import Clinic, Membership, Message
from clinic.outbox.deliver import deliver_due
from clinic.outbox.queue import LEASE
from courses.alerts.answering import acknowledge, last_news, resolve
from courses.alerts.history import MOVES, IllegalMove
from courses.alerts.silencing import end_silence, silence, snooze
from courses.alerts.steps import sweep
from courses.models import Alert, AlertEvent, AlertThreshold, CheckIn, Course, RedFlagReport, RuleSettings, Silence
from courses.plans.lifecycle import HOLDING, resume_course
from courses.plans.standing import clearance_for
from courses.rules.facts import Severity
from courses.sessions.entry import CheckInEntry, FlagEntry, SessionEntry
from courses.sessions.flags import report_red_flags
from courses.sessions.log import log_check_in, log_session
from tests.factories import entry, flag
from tests.faults.memory import Died, MemoryBackend

MINUTE = timedelta(minutes=1)
SCORES = st.none() | st.integers(0, 10)
# Code and answer: an emergency, a doctor today, an urgent referral, a call back, and severe pain as answered.
FLAGS = st.lists(
    st.sampled_from(
        [
            ("cardiac", ""),
            ("trauma", ""),
            ("pain_72h", ""),
            ("mood", ""),
            ("severe_pain", ""),
            ("severe_pain", "usual"),
        ]
    ),
    max_size=2,
    unique_by=lambda flag: flag[0],
)
PASSING = st.sampled_from([1, 5, 15, 60, 4 * 60, 24 * 60, 4 * 24 * 60])


@dataclass(frozen=True)
class World:
    """The cast, made once; every sequence begins with it as it was."""

    clinic: Clinic
    practitioner: Membership
    lead: Membership
    course: Course
    at: datetime


class AlertMachine(RuleBasedStateMachine):
    """One course, everything that may happen to it, and two people who answer."""

    world: World

    def __init__(self) -> None:
        super().__init__()
        self.undone = transaction.atomic()
        self.undone.__enter__()
        MemoryBackend.forget()
        self.at = self.world.at
        self.last_entry: SessionEntry | None = None
        self.n_died_after = 0

    def teardown(self) -> None:
        """What is left to do is done, then all that was promised is looked at once more, then forgotten."""
        try:
            self._let_everything_be_sent()
            self._check_that_every_report_was_told()
        finally:
            transaction.set_rollback(True)
            self.undone.__exit__(None, None, None)

    @property
    def course(self) -> Course:
        """As it is now."""
        return Course.objects.select_related("clinic", "patient", "practitioner").get(pk=self.world.course.pk)

    def flags(self, told: list[tuple[str, str]]) -> tuple[FlagEntry, ...]:
        """As the forms give them."""
        return tuple(flag(self.world.clinic, code, answer=answer) for code, answer in told)

    # What people report.

    @rule(before=SCORES, after=SCORES, told=FLAGS, is_needled=st.booleans(), says_why=st.booleans())
    def log_a_session(self, before, after, told, is_needled, says_why):
        """Needling while an emergency, a doctor today or an urgent referral is open is refused, or a breach."""
        was_held = self._is_held()
        visit = entry(
            self.at,
            by=self.world.practitioner,
            flags=self.flags(told),
            before=before,
            after=after,
            is_needled=is_needled,
            uncleared_reason="It took place all the same." if says_why else "",
        )
        try:
            logged = log_session(self.course, entry=visit, by=self.world.practitioner, at=self.at)
        except ValidationError as error:
            assert is_needled, error
            assert not says_why, error
            return
        self.last_entry = visit
        assert not (is_needled and was_held) or logged.session.is_uncleared

    @precondition(lambda self: self.last_entry is not None)
    @rule()
    def send_the_same_form_again(self):
        """Changes nothing."""
        counts = self._counts()
        log_session(self.course, entry=self.last_entry, by=self.world.practitioner, at=self.at)
        assert self._counts() == counts

    @precondition(lambda self: self.last_entry is not None and self.last_entry.flags)
    @rule()
    def report_the_same_again_on_a_new_form(self):
        """Is a new report, with a message of its own."""
        again = replace(self.last_entry, form_key=uuid.uuid4(), held_at=self.at, uncleared_reason="As before.")
        n_reports = RedFlagReport.objects.count()
        log_session(self.course, entry=again, by=self.world.practitioner, at=self.at)
        self.last_entry = again
        assert RedFlagReport.objects.count() == n_reports + len(again.flags)

    @rule(score=SCORES, told=FLAGS)
    def check_in(self, score, told):
        asked = CheckIn.objects.filter(session__course=self.world.course).order_by("-pk").first()
        if asked is not None:
            answers = CheckInEntry(uuid.uuid4(), score, self.flags(told))
            log_check_in(asked, entry=answers, at=self.at)

    @rule(told=FLAGS)
    def phone(self, told):
        report_red_flags(
            patient=self.course.patient,
            course=self.course,
            flags=self.flags(told),
            form_key=uuid.uuid4(),
            by=self.world.lead,
            at=self.at,
        )

    # What people answer.

    @rule(data=st.data())
    def acknowledge(self, data):
        alert = self._pick(data, Alert.State.OPEN, Alert.State.SNOOZED)
        if alert is not None:
            acknowledge(alert, by=self.world.lead, at=self.at, seen=last_news(alert), way="admin")
            assert not self._waiting(alert).exists()

    @rule(data=st.data())
    def acknowledge_what_was_not_seen(self, data):
        """Refused: something newer was reported."""
        alert = self._pick(data, Alert.State.OPEN)
        if alert is not None:
            try:
                acknowledge(alert, by=self.world.lead, at=self.at, seen=last_news(alert) - 1, way="mail")
            except IllegalMove:
                return
            raise AssertionError("acknowledged unseen")

    @rule(data=st.data())
    def resolve(self, data):
        alert = self._pick(data, *(state for state in Alert.State if state != Alert.State.RESOLVED))
        if alert is not None:
            outcome = Alert.Outcome.ADVISED
            resolve(alert, outcome=outcome, note="Phoned.", by=self.world.lead, at=self.at, seen=last_news(alert))
            assert not self._waiting(alert).exists()

    @rule()
    def resume_the_course(self):
        """Refused while a red flag holds it."""
        was_held = self._is_held()
        try:
            resume_course(self.course, at=self.at)
        except ValidationError:
            return
        assert not was_held

    @rule(data=st.data(), minutes=PASSING)
    def snooze(self, data, minutes):
        """Never a red flag."""
        alert = self._pick(data, Alert.State.OPEN)
        if alert is not None:
            try:
                until = self.at + minutes * MINUTE
                snooze(alert, until=until, reason="Calls at noon.", by=self.world.lead, at=self.at)
            except ValidationError:
                return
            assert not alert.is_red_flag

    @rule(minutes=PASSING, severity=st.sampled_from(Silence.SEVERITIES))
    def silence(self, minutes, severity):
        ends_at = self.at + minutes * MINUTE
        silence(by=self.world.lead, reason="Holiday.", ends_at=ends_at, at=self.at, severity=severity)

    @rule()
    def end_a_silence(self):
        made = Silence.objects.in_force(self.at).first()
        if made is not None:
            end_silence(made, by=self.world.lead, at=self.at)

    @rule(
        budget=st.sampled_from([0, 100]),
        threshold=st.sampled_from([0.0, 1.0, 1e300]),
        bounds=st.sampled_from([0, 10, 100]),
    )
    def change_every_setting(self, budget, threshold, bounds):
        """To values nobody would choose."""
        clinic = self.world.clinic
        Clinic.objects.filter(pk=clinic.pk).update(alert_budget_per_100=budget)
        AlertThreshold.objects.filter(clinic=clinic).update(is_in_use=False)
        AlertThreshold.objects.create(
            clinic=clinic,
            version=AlertThreshold.objects.filter(clinic=clinic).count() + 1,
            budget_per_100=budget,
            numbers={"threshold": threshold, "quarter_threshold": threshold},
            calibrated_at=self.at,
            is_in_use=True,
        )
        RuleSettings.objects.create(
            clinic=clinic,
            version=RuleSettings.objects.filter(clinic=clinic).count() + 1,
            numbers={"red_rise": bounds, "rise_always": bounds, "high_score": bounds},
            reason="Tried.",
            set_by=self.world.lead,
            set_at=self.at,
        )

    # What time and machines do.

    @rule(minutes=PASSING)
    def time_passes(self, minutes):
        self.at += minutes * MINUTE

    @rule()
    def sweep(self):
        sweep(at=self.at)
        sweep(at=self.at)

    @rule()
    def deliver(self):
        deliver_due(clock=lambda: self.at)

    @rule(moment=st.sampled_from(["before", "after"]))
    def die_while_delivering(self, moment):
        """Between claim and send, or between send and mark; the lease holds on."""
        MemoryBackend.dies = moment
        try:
            deliver_due(clock=lambda: self.at)
        except Died:
            self.n_died_after += moment == "after"
        MemoryBackend.dies = ""

    # What is always true.

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
        """Mail leaves, and is ordered, only about what is open: by a report, a worsening, a lapse."""
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
        """Leases lapse, pauses end; nobody answers any more."""
        for _n in range(3):
            self.at += LEASE + MINUTE
            deliver_due(clock=lambda: self.at)

    def _check_that_every_report_was_told(self) -> None:
        """Somebody was mailed of it, or had answered with it before their eyes."""
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

    def _pick(self, data: st.DataObject, *states: Alert.State) -> Alert | None:
        alerts = list(Alert.objects.filter(state__in=states).order_by("pk"))
        return data.draw(st.sampled_from(alerts)) if alerts else None

    def _waiting(self, alert: Alert):
        events = alert.events.values("pk")
        return Message.objects.filter(kind="staff_alert", subject_id__in=events, state=Message.State.PENDING)

    def _counts(self) -> tuple[int, ...]:
        return tuple(model.objects.count() for model in (Alert, AlertEvent, Message, RedFlagReport))
