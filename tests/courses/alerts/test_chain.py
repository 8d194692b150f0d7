"""Who is told, and who next."""

from __future__ import annotations

import pytest

from clinic.models import Membership, Role, User
from courses.alerts.chain import reachable, snapshot_chain
from courses.models import Alert
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db

RULE = Alert.Rule.PAIN


def members(chain):
    return {step["step"]: step["members"] for step in chain}


def test_chain_runs_from_the_practitioner_to_all_managers(course, practitioner, lead, manager, clinic):
    second = MembershipFactory(clinic=clinic, role=Role.MANAGER)
    assert members(snapshot_chain(clinic, course=course, rule=RULE)) == {
        "practitioner": [practitioner.pk],
        "duty_lead": [lead.pk],
        "manager": [manager.pk],
        "all_managers": [manager.pk, second.pk],
    }


def test_chain_is_the_clinics_own(course, lead, clinic):
    clinic.escalation_chain = ["duty_lead"]
    assert members(snapshot_chain(clinic, course=course, rule=RULE)) == {"duty_lead": [lead.pk]}


def test_course_without_a_practitioner_begins_empty(clinic, lead):
    assert members(snapshot_chain(clinic, course=None, rule=RULE))["practitioner"] == []


def test_nobody_judges_their_own_breach(course, lead, clinic):
    chain = snapshot_chain(clinic, course=course, rule=Alert.Rule.UNCLEARED)
    assert "practitioner" not in members(chain)


def test_people_of_other_clinics_and_those_who_left_are_not_in_it(course, lead, stranger, clinic, at):
    MembershipFactory(clinic=stranger.clinic, role=Role.LEAD)
    MembershipFactory(clinic=clinic, role=Role.LEAD, deactivated_at=at)
    assert members(snapshot_chain(clinic, course=course, rule=RULE))["duty_lead"] == [lead.pk]


def test_reachable_work_here_and_have_an_address(practitioner, lead, manager, stranger, clinic, at):
    everybody = [practitioner.pk, lead.pk, manager.pk, stranger.pk]
    User.objects.filter(pk=lead.user_id).update(email="")
    Membership.objects.filter(pk=manager.pk).update(deactivated_at=at)
    assert reachable(clinic, everybody) == [practitioner]
