"""Who is alerted, and who next."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from clinic.models import Duty, Membership, Role, User
from courses.alerts.chain import joined, last_resort, reachable, snapshot_chain
from courses.models import Alert
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db

RULE = Alert.Rule.PAIN
AT = datetime(2026, 3, 11, 10, 0, tzinfo=UTC)
HOUR = timedelta(hours=1)


def members(chain):
    return {step["step"]: step["members"] for step in chain}


def test_chain_runs_from_the_practitioner_to_all_managers(course, practitioner, lead, manager, clinic):
    second = MembershipFactory(clinic=clinic, role=Role.MANAGER)
    assert members(snapshot_chain(clinic, course=course, rule=RULE, on_duty_at=AT)) == {
        "practitioner": [practitioner.pk],
        "duty_lead": [lead.pk],
        "manager": [manager.pk],
        "all_managers": [manager.pk, second.pk],
    }


def test_chain_is_the_clinics_own(course, lead, clinic):
    clinic.escalation_chain = ["duty_lead"]
    assert members(snapshot_chain(clinic, course=course, rule=RULE, on_duty_at=AT)) == {"duty_lead": [lead.pk]}


def test_course_without_a_practitioner_begins_empty(clinic, lead):
    assert members(snapshot_chain(clinic, course=None, rule=RULE, on_duty_at=AT))["practitioner"] == []


def test_nobody_judges_their_own_breach(course, lead, clinic):
    chain = snapshot_chain(clinic, course=course, rule=Alert.Rule.UNCLEARED, on_duty_at=AT)
    assert "practitioner" not in members(chain)


def test_people_of_other_clinics_and_those_who_left_are_not_in_it(course, lead, stranger, clinic, at):
    MembershipFactory(clinic=stranger.clinic, role=Role.LEAD)
    MembershipFactory(clinic=clinic, role=Role.LEAD, deactivated_at=at)
    assert members(snapshot_chain(clinic, course=course, rule=RULE, on_duty_at=AT))["duty_lead"] == [lead.pk]


def test_reachable_work_here_and_have_an_address(practitioner, lead, manager, stranger, clinic, at):
    everybody = [practitioner.pk, lead.pk, manager.pk, stranger.pk]
    User.objects.filter(pk=lead.user_id).update(email="")
    Membership.objects.filter(pk=manager.pk).update(deactivated_at=at)
    assert reachable(clinic, everybody) == [practitioner]


class TestRota:
    @pytest.fixture
    def second(self, clinic, lead):
        """Another lead, on duty for the next two hours."""
        member = MembershipFactory(clinic=clinic, role=Role.LEAD)
        Duty.objects.create(clinic=clinic, member=member, starts_at=AT, ends_at=AT + 2 * HOUR)
        return member

    def test_duty_lead_is_who_is_on_duty(self, course, clinic, second):
        assert members(snapshot_chain(clinic, course=course, rule=RULE, on_duty_at=AT))["duty_lead"] == [second.pk]

    @pytest.mark.parametrize("hours", [-1, 2])
    def test_gap_leaves_the_step_empty(self, course, clinic, second, hours):
        chain = snapshot_chain(clinic, course=course, rule=RULE, on_duty_at=AT + hours * HOUR)
        assert members(chain)["duty_lead"] == []

    def test_in_a_gap_the_alert_escalates_at_once(self, course, second, report, told, kinds):
        Duty.objects.update(ends_at=AT - HOUR, starts_at=AT - 2 * HOUR)
        alert = report("cardiac")
        assert told(alert, "raised") == ["practitioner", "manager"]
        assert "undeliverable" in kinds(alert)

    def test_alert_that_waits_for_opening_asks_who_is_on_duty_then(
        self, course, clinic, second, office_hours, report, lead
    ):
        """Raised at night, sent at eight: the member on duty at eight."""
        night = AT.replace(hour=23)
        opening = night + 8 * HOUR
        Duty.objects.create(clinic=clinic, member=lead, starts_at=opening - HOUR, ends_at=opening + HOUR)
        assert members(report("cancer_wtloss", at=night).chain)["duty_lead"] == [lead.pk]

    def test_new_report_adds_who_is_on_duty_now(self, clinic, second, report, lead):
        report("trauma")
        Duty.objects.create(clinic=clinic, member=lead, starts_at=AT + 3 * HOUR, ends_at=AT + 9 * HOUR)
        again = report("trauma", at=AT + 4 * HOUR)
        assert members(again.chain)["duty_lead"] == [second.pk, lead.pk]


def test_joined_chain_keeps_who_was_in_it():
    old = [{"step": "practitioner", "members": [1]}, {"step": "duty_lead", "members": [2]}]
    new = [{"step": "duty_lead", "members": [3, 2]}, {"step": "manager", "members": [4]}]
    assert members(joined(old, new)) == {"duty_lead": [2, 3], "manager": [4]}


def test_last_resort_is_every_lead_and_manager(clinic, practitioner, lead, manager, stranger):
    assert last_resort(clinic) == [lead, manager]


def test_if_nobody_in_the_chain_can_be_reached_every_lead_and_manager_is(clinic, lead, find, told):
    clinic.escalation_chain = ["practitioner"]
    clinic.save()
    User.objects.filter(username="practitioner").update(email="")
    assert told(find("red")) == ["lead", "manager"]
