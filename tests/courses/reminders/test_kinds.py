"""What every kind of reminder must have: all kinds are walked, a new one that lacks a part fails.

Covers reminders/kinds, reminders/outdated, reminders/content.
"""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.template.loader import get_template

from clinic.models import Clinic
from courses.models import CheckIn, Reminder
from courses.reminders import kinds
from courses.reminders.kinds import KINDS, ReminderKind
from courses.reminders.permission import refusal
from courses.reminders.planning import plan_reminders
from tests.factories import log_visit, refuse_consent

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)


@pytest.fixture
def planned(course, booked_for_kinds, at):
    """A reminder of each kind, as planning makes them."""
    log_visit(course, at)
    plan_reminders(at=at)
    return {Reminder.Kind(one.kind): one for one in Reminder.objects.select_related("clinic", "course__patient")}


@pytest.fixture
def booked_for_kinds(appointment_at):
    return appointment_at(72)


def test_every_kind_has_all_its_parts():
    assert set(KINDS) == set(Reminder.Kind)
    for kind, row in KINDS.items():
        missing = {part.name for part in fields(ReminderKind) if not getattr(row, part.name)}
        assert missing <= {"asks"}, kind


def test_every_question_after_a_session_is_asked_by_one_kind():
    asked = [row.asks for row in KINDS.values() if row.asks]
    assert sorted(asked) == sorted(CheckIn.Kind)


@pytest.mark.parametrize("kind", Reminder.Kind)
class TestEachKind:
    def test_is_planned(self, planned, kind):
        assert planned[kind].state == Reminder.State.PLANNED

    def test_is_due_when_its_schedule_says(self, planned, kind, at):
        row, reminder = KINDS[kind], planned[kind]
        moment = reminder.starts_at or at
        assert reminder.due_at == row.due_at(moment, reminder.clinic.zone_info)
        assert row.due_at(moment, ZoneInfo("Pacific/Auckland")) != reminder.due_at

    def test_needs_its_consent(self, planned, kind, patient, practitioner, at):
        refuse_consent(patient, KINDS[kind].stream, by=practitioner, at=at)
        assert refusal(planned[kind], at=planned[kind].due_at) == Reminder.WhyNot.NO_CONSENT

    def test_is_out_of_date_in_the_end(self, planned, kind):
        assert KINDS[kind].outdated(planned[kind], planned[kind].due_at) is None
        assert KINDS[kind].outdated(planned[kind], planned[kind].due_at + 60 * DAY) in Reminder.WhyNot

    def test_has_a_subject_and_templates(self, planned, kind):
        row, reminder = KINDS[kind], planned[kind]
        assert row.subject(reminder)
        values = {**row.context(reminder), "patient": reminder.course.patient, "clinic": reminder.clinic}
        for ending in ("txt", "html"):
            get_template(f"emails/{row.template}.{ending}").render(values)

    def test_follows_the_switch_of_the_clinic(self, course, booked_for_kinds, kind, at, monkeypatch):
        """Neither planned nor sent where the clinic switched it off."""
        monkeypatch.setitem(kinds.KINDS, kind, replace(KINDS[kind], is_on=lambda clinic: False))
        log_visit(course, at)
        plan_reminders(at=at)
        assert kind not in set(Reminder.objects.values_list("kind", flat=True))
        assert set(Reminder.Kind) - {kind} == set(Reminder.objects.values_list("kind", flat=True))

    def test_is_refused_once_the_switch_is_off(self, planned, kind, monkeypatch):
        monkeypatch.setitem(kinds.KINDS, kind, replace(KINDS[kind], is_on=lambda clinic: False))
        assert refusal(planned[kind], at=planned[kind].due_at) == Reminder.WhyNot.NOT_ASKED


def test_day_three_has_a_switch_that_clinics_set(clinic):
    Clinic.objects.update(is_day3_asked=False)
    clinic.refresh_from_db()
    assert not KINDS[Reminder.Kind.CHECK_IN_DAY3].is_on(clinic)
