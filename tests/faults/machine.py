"""Any sequence of what people, time and crashes do to alerts, and what must be true after every step.

To add a rule: a method with `@rule` that calls the product's own function with `at=self.at`.
"""

from __future__ import annotations

import uuid
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from hypothesis import strategies as st
from hypothesis.stateful import initialize, precondition, rule

from clinic.models import Clinic, Message
from clinic.outbox.deliver import deliver_due
from courses.alerts.history import IllegalMove
from courses.alerts.responding import acknowledge, last_news, resolve
from courses.alerts.snoozing import end_silence, silence, snooze
from courses.alerts.steps import sweep
from courses.corrections.correct import correct_session
from courses.corrections.correction import CorrectedSession, version_of
from courses.models import (
    Alert,
    AlertEvent,
    AlertThreshold,
    CheckIn,
    RedFlagReport,
    RuleSettings,
    Session,
    Silence,
)
from courses.plans.lifecycle import resume_course
from courses.sessions.entry import CheckInEntry, FlagEntry, SessionEntry
from courses.sessions.log import log_check_in, log_session
from courses.sessions.red_flags.recording import report_red_flags
from tests.factories import entry, flag
from tests.faults.memory import Died, MemoryBackend
from tests.faults.promises import Promises, World

MINUTE = timedelta(minutes=1)
SCORES = st.none() | st.integers(0, 10)
# Code and answer: an emergency, a doctor today, an urgent referral, a call back, and severe pain as answered.
PLAIN = [(code, "") for code in ("cardiac", "trauma", "pain_72h", "mood", "severe_pain")]
FLAGS = st.lists(st.sampled_from([*PLAIN, ("severe_pain", "usual")]), max_size=2, unique_by=lambda flag: flag[0])
PASSING = st.sampled_from([1, 5, 15, 60, 4 * 60, 24 * 60, 4 * 24 * 60])


class AlertMachine(Promises):
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
        """Do the remaining work, check all promises once more, then forget everything."""
        try:
            self._let_everything_be_sent()
            self._check_that_every_report_was_told()
        finally:
            transaction.set_rollback(True)
            self.undone.__exit__(None, None, None)

    def flags(self, told: list[tuple[str, str]]) -> tuple[FlagEntry, ...]:
        """As the forms give them."""
        return tuple(flag(self.world.clinic, code, answer=answer) for code, answer in told)

    # What people report.

    @initialize(told=FLAGS)
    def begin_with_a_call(self, told):
        """So that most sequences have something to answer."""
        self.phone(told)

    @rule(before=SCORES, after=SCORES, told=FLAGS, is_needled=st.booleans(), says_why=st.booleans())
    def log_a_session(self, before, after, told, is_needled, says_why):
        """Needling while an emergency, a doctor today or an urgent referral is open is refused, or a breach."""
        was_held = self._is_held()
        self._a_moment_later()
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

    def _a_moment_later(self):
        """No two sessions of a course are at the same instant."""
        self.at += timedelta(seconds=1)

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
        self._a_moment_later()
        again = replace(self.last_entry, form_key=uuid.uuid4(), held_at=self.at, uncleared_reason="As before.")
        n_reports = RedFlagReport.objects.count()
        log_session(self.course, entry=again, by=self.world.practitioner, at=self.at)
        self.last_entry = again
        assert RedFlagReport.objects.count() == n_reports + len(again.flags)

    @rule(before=st.integers(0, 10))
    def correct_a_session(self, before):
        """Removes no red flag and makes none."""
        session = Session.objects.filter(course=self.world.course).order_by("-pk").first()
        if session is None:
            return
        told = list(Alert.objects.red_flags().values_list("pk", "state", "severity").order_by("pk"))
        version, kept = version_of(session), (session.held_at, session.is_needled, session.note)
        wanted = CorrectedSession(version, "Typed wrong.", *kept, scores={"before": before})
        with suppress(ValidationError):
            correct_session(session, wanted=wanted, by=self.world.practitioner, at=self.at)
        assert list(Alert.objects.red_flags().values_list("pk", "state", "severity").order_by("pk")) == told

    @rule(score=SCORES, told=FLAGS)
    def check_in(self, score, told):
        for asked in CheckIn.objects.filter(session__course=self.world.course).order_by("-pk")[:1]:
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

    @rule(data=st.data())
    def report_what_is_answered(self, data):
        """Somebody has acknowledged it already, and it is sent again."""
        alert = self._pick(data, Alert.State.ACKNOWLEDGED)
        if alert is not None and alert.is_red_flag:
            self.phone([(alert.flag_code, "")])

    @rule(answer=st.sampled_from(["", "usual"]))
    def phone_of_severe_pain(self, answer):
        """Again and again, worse or milder than last time."""
        self.phone([("severe_pain", answer)])

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

    @rule(minutes=PASSING, severity=st.sampled_from([value for value, _words in Silence.SEVERITY_CHOICES]))
    def silence(self, minutes, severity):
        ends_at = self.at + minutes * MINUTE
        silence(by=self.world.lead, reason="Holiday.", ends_at=ends_at, at=self.at, severity=severity)

    @rule()
    def end_a_silence(self):
        for made in Silence.objects.in_force(self.at)[:1]:
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

    @rule(minutes=st.sampled_from([5, 10, 15]), n_times=st.integers(1, 4))
    def time_passes_under_a_beat(self, minutes, n_times):
        """As it does when all processes run."""
        for _n in range(n_times):
            self.at += minutes * MINUTE
            self.sweep()

    @rule()
    def sweep(self):
        """Takes every step that is due, and no step twice."""
        sweep(at=self.at)
        assert not Alert.objects.step_due_by(self.at).exists()
        counts = self._counts()
        assert sweep(at=self.at) == 0
        assert self._counts() == counts

    @rule()
    def deliver(self):
        deliver_due(clock=lambda: self.at)

    @rule(moment=st.sampled_from(["before", "after"]))
    def die_while_delivering(self, moment):
        """Between claim and send, or between send and mark; the lease continues."""
        MemoryBackend.dies = moment
        try:
            deliver_due(clock=lambda: self.at)
        except Died:
            self.n_died_after += moment == "after"
        MemoryBackend.dies = ""

    def _pick(self, data: st.DataObject, *states: Alert.State) -> Alert | None:
        alerts = list(Alert.objects.filter(state__in=states).order_by("pk"))
        return data.draw(st.sampled_from(alerts)) if alerts else None

    def _waiting(self, alert: Alert):
        events = alert.events.values("pk")
        return Message.objects.filter(kind="staff_alert", subject_id__in=events, state=Message.State.PENDING)

    def _counts(self) -> tuple[int, ...]:
        return tuple(model.objects.count() for model in (Alert, AlertEvent, Message, RedFlagReport))
