"""A demo from nothing: the same for the same seed and time, with every state."""

from __future__ import annotations

import io
from collections import Counter
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta

import pytest
from django.core.management import CommandError, call_command
from django.db import transaction

from clinic.models import Clinic, Duty, Holiday, Membership, Message, User
from clinic.people.rota import WARN_AHEAD, next_gap
from courses.models import (
    Alert,
    Appointment,
    CheckIn,
    Course,
    MeasureScore,
    PainScore,
    Prior,
    RedFlagReport,
    Reminder,
    Review,
    Session,
)
from courses.plans.course_state import clearance_for
from courses.sessions.verdict import BandPosition
from demo.seed import people, seeding
from demo.seed.seeding import seed
from demo.seed.stories import STORIES, UNSURE

pytestmark = pytest.mark.django_db


@pytest.fixture
def few(monkeypatch) -> None:
    """Only some stories, because the whole demo takes time."""
    monkeypatch.setattr(seeding, "STORIES", tuple(STORIES[number] for number in (0, 12, 15, -1)))
    monkeypatch.setattr(seeding, "UNSURE", UNSURE[:1])


@pytest.fixture
def unfitted(monkeypatch) -> None:
    """Nothing is learned from the history, because that takes time too."""
    monkeypatch.setattr(seeding, "fit_clinic", lambda *_args, **_kwargs: None)


@contextmanager
def seeded(at, *, n_clinics=1, n_courses=2, number=1):
    """A demo, removed afterwards."""
    with transaction.atomic():
        yield seed(n_clinics=n_clinics, n_courses=n_courses, seed=number, at=at)
        transaction.set_rollback(True)


def content() -> list[object]:
    """The content of a demo, without the keys that the database gives."""
    return [
        sorted(
            Course.objects.values_list(
                "patient__family_name", "patient__given_name", "status", "starts_on", "complaint"
            )
        ),
        sorted(PainScore.objects.values_list("course__patient__email", "timing", "score", "scored_at")),
        sorted(Alert.objects.values_list("patient__email", "rule", "flag_code", "severity", "state", "raised_at")),
        sorted(Appointment.objects.values_list("course__patient__email", "starts_at", "status")),
        sorted(
            Session.objects.values_list("course__patient__email", "number", "needlings__point__code", "form_key"),
            key=str,
        ),
        sorted(
            Review.objects.values_list("course__patient__email", "session_number", "decision", "gain"), key=str
        ),
        sorted(MeasureScore.objects.values_list("course__patient__email", "code", "item", "stage", "score")),
        sorted(User.objects.values_list("username", "first_name", "last_name")),
        [prior.numbers for prior in Prior.objects.order_by("clinic__slug", "version")],
    ]


def test_same_seed_and_time_give_the_same_content(few, at):
    with seeded(at, n_clinics=2):
        first = content()
    with seeded(at, n_clinics=2):
        assert content() == first


def test_another_seed_gives_other_content(few, unfitted, at):
    with seeded(at):
        first = content()[1]
    with seeded(at, number=2):
        assert content()[1] != first


class TestStates:
    @pytest.fixture
    def one_of_each(self, monkeypatch) -> None:
        """The first story of every kind."""
        firsts = {story.title: story for story in reversed(STORIES)}
        monkeypatch.setattr(seeding, "STORIES", tuple(firsts.values()))

    def test_of_every_kind_can_be_seen(self, one_of_each, at):
        seed(n_clinics=1, n_courses=120, seed=1, at=at)
        statuses = Counter(Course.objects.values_list("status", flat=True))
        assert set(statuses) == {"planned", "active", "on_hold", "completed", "stopped"}
        assert len(STORIES) >= 35
        rules = set(Alert.objects.unresolved().values_list("rule", flat=True))
        assert {"red_flag", "pain", "off_course", "lapsed"} <= rules
        standings = set(PainScore.objects.exclude(expected={}).values_list("expected__standing", flat=True))
        assert {BandPosition.IN_BAND, BandPosition.ABOVE, BandPosition.CANNOT_TELL} <= standings
        self._some_are_blocked_and_why(at)
        self._answered_and_open_alerts()
        self._mail_does_not_begin_with_a_flood(at)
        assert set(Review.objects.values_list("decision", flat=True)) >= {"continue", "change", "complete", "stop"}
        assert set(MeasureScore.objects.values_list("stage", flat=True)) == {"start", "review", "end"}

    def _some_are_blocked_and_why(self, at):
        courses = Course.objects.open().select_related("clinic", "patient")
        reasons = {str(one.code) for course in courses for one in clearance_for(course, on=at.date()).reasons}
        assert {"no_diagnosis", "no_consent", "vertigo_unexplained", "check_overdue", "open_red_flag"} <= reasons
        assert reasons & {"cord_without_letter", "withdrawn"}

    def _answered_and_open_alerts(self):
        states = set(Alert.objects.filter(rule="red_flag").values_list("state", flat=True))
        assert states == {"open", "resolved"}
        assert RedFlagReport.objects.exists()
        answered = CheckIn.objects.exclude(answered_at=None)
        assert set(answered.values_list("kind", flat=True)) == {"day1", "day3"}
        findings = [one["rule"] for alert in Alert.objects.filter(rule="pain") for one in alert.findings]
        assert "still_worse" in findings
        assert PainScore.objects.filter(expected__watch=True, timing="day3").exists()

    def _mail_does_not_begin_with_a_flood(self, at):
        due = Message.objects.filter(state="pending", due_at__lte=at)
        # At exactly this hour the check-ins of one and of three days ago are due.
        assert due.filter(kind="staff_alert").count() <= 12
        assert due.count() <= 20
        assert not Reminder.objects.filter(state="planned", due_at__lt=at).exists()


def test_lead_is_on_duty_and_a_night_without_anybody_is_shown(few, unfitted, at):
    with seeded(at, n_clinics=2, n_courses=0):
        lead = Membership.objects.get(user__username="lead")
        assert [duty.member for duty in Duty.objects.for_clinic(lead.clinic).on_duty(at)] == [lead]
        gap = next_gap(lead, at=at)
        assert at < gap.starts_at < gap.ends_at < at + WARN_AHEAD
        assert next_gap(Membership.objects.get(user__username="lead2"), at=at) is None


SATURDAY = datetime(2026, 12, 19, 12, tzinfo=UTC)
SUNDAY = datetime(2026, 12, 20, 12, tzinfo=UTC)
CHRISTMAS_EVE = datetime(2026, 12, 24, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("at", "day"), [(SATURDAY, "2026-12-21"), (SUNDAY, "2026-12-21"), (CHRISTMAS_EVE, "2026-12-28")]
)
def test_bookings_ahead_lie_on_the_next_day_the_clinic_is_open(few, unfitted, at, day):
    with seeded(at, n_courses=0):
        ahead = Appointment.objects.filter(starts_at__gt=at + timedelta(hours=12))
        # A demo that is started on a Sunday is open on Sundays.
        assert {f"{one.starts_at:%Y-%m-%d}" for one in ahead} == {day}


def test_past_visits_were_at_times_at_which_a_clinic_is_open(few, unfitted):
    # Stories of today end half an hour ago, in this one at night.
    at = datetime(2026, 12, 15, 22, tzinfo=UTC)
    with seeded(at, n_courses=0):
        held = [
            one.clinic.local(one.held_at) for one in Session.objects.filter(held_at__lt=at - timedelta(hours=1))
        ]
        assert len(held) > 10
        assert {one.isoweekday() for one in held} <= set(range(1, 7))
        assert all(8 <= one.hour < 18 for one in held)


def test_a_day_off_lies_where_the_planner_meets_it(few, unfitted, at):
    with seeded(at, n_courses=0):
        closed = Holiday.objects.filter(name="Staff training").values_list("on", flat=True)
        assert at.date() + timedelta(days=14) < closed[0] < at.date() + timedelta(days=22)


def test_cast_can_sign_in_only_in_a_demo(few, unfitted, at, settings):
    with seeded(at, n_clinics=2, n_courses=0):
        usernames = {"practitioner", "lead", "manager", "frontdesk", "stranger"}
        users = User.objects.filter(username__in=usernames)
        assert {user.username for user in users} == usernames
        assert all(user.check_password("demo") for user in users)
        assert Membership.objects.get(user__username="stranger").clinic.slug == "demo-2"
    settings.DEMO = False
    with seeded(at, n_courses=0):
        assert not any(user.has_usable_password() for user in User.objects.all())


def test_nobody_can_be_reached(few, unfitted, at):
    with seeded(at):
        addresses = [
            *User.objects.values_list("email", flat=True),
            *Course.objects.values_list("patient__email", flat=True),
        ]
    assert all(address.endswith("@example.org") for address in addresses)


def test_history_is_learned_from(few, at):
    with seeded(at, n_courses=8):
        prior = Prior.objects.get()
        assert (prior.n_courses, prior.clinic.slug) == (8, "demo")
        assert Course.objects.filter(status="completed").count() >= 8


def test_long_history_is_learned_from_in_part(few, at, monkeypatch):
    monkeypatch.setattr(seeding, "N_COURSES_TO_LEARN_FROM", 4)
    with seeded(at, n_courses=8):
        assert Prior.objects.get().n_courses == 4
        assert Course.objects.filter(status="completed").count() >= 8


class TestCommand:
    def test_fills_an_empty_database(self, few, unfitted):
        out = io.StringIO()
        call_command("seed_demo", clinics=1, courses=2, stdout=out)
        assert out.getvalue().startswith(
            f"1 clinics, {Course.objects.count()} courses, {Session.objects.count()} sessions"
        )

    def test_refuses_one_that_is_not(self, clinic):
        with pytest.raises(CommandError, match="empty database"):
            call_command("seed_demo")
        call_command("seed_demo", if_empty=True)
        assert Clinic.objects.count() == 1

    @pytest.mark.parametrize("values", [{"clinics": 0}, {"courses": -1}])
    def test_refuses_nonsense(self, values):
        with pytest.raises(CommandError):
            call_command("seed_demo", **values)


class TestPeople:
    def test_names_differ(self):
        names = {people.name(number) for number in range(1_200)}
        assert len(names) == 1_200

    def test_addresses_differ_and_numbers_are_fiction(self):
        assert len({people.email(number) for number in range(5_000)}) == 5_000
        assert people.phone(12_345) == "+44 1632 962345"
