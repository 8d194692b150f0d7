"""What the database refuses of the foundation's rows, and the cheap facts of one row."""

from __future__ import annotations

from datetime import date, time, timedelta

import pytest
from django.core.exceptions import ValidationError

from clinic.models import Clinic, Heartbeat, Holiday, Membership, Message, OpeningHours, Role
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def message(clinic, at) -> Message:
    return Message.objects.create(
        clinic=clinic,
        kind="staff_alert",
        subject_id=1,
        recipient="membership:1",
        guarantee="at_least_once",
        dedup_key="one",
        created_at=at,
        due_at=at,
    )


@pytest.mark.parametrize("budget", [-1, 101])
def test_budget_is_per_hundred(clinic, refused, budget):
    with refused("clinic_clinic_budget_is_per_100"):
        Clinic.objects.update(alert_budget_per_100=budget)


@pytest.mark.parametrize("budget", [0, 100])
def test_budget_of_nothing_and_of_all_are_allowed(clinic, budget):
    assert Clinic.objects.update(alert_budget_per_100=budget) == 1


@pytest.mark.parametrize("zone", ["Mars/Olympus", "", "CEST+2"])
def test_zone_must_exist(clinic, zone):
    clinic.zone = zone
    with pytest.raises(ValidationError) as caught:
        clinic.full_clean()
    assert "zone" in caught.value.message_dict


def test_local_is_the_wall_time_of_the_clinic(clinic, at):
    assert f"{clinic.local(at):%H:%M}" == "11:00"
    assert f"{clinic.local(at + timedelta(days=60)):%H:%M}" == "12:00"


def test_closing_is_after_opening(clinic, refused):
    with refused("clinic_openinghours_close_after_opening"):
        OpeningHours.objects.create(clinic=clinic, weekday=1, opens_at=time(9), closes_at=time(9))


@pytest.mark.parametrize("weekday", [0, 8])
def test_week_has_seven_days(clinic, refused, weekday):
    with refused("clinic_openinghours_weekday"):
        OpeningHours.objects.create(clinic=clinic, weekday=weekday, opens_at=time(9), closes_at=time(10))


def test_holiday_is_once_a_day(clinic, refused):
    Holiday.objects.create(clinic=clinic, on=date(2026, 12, 25), name="Christmas")
    with refused("clinic_holiday_once_a_day"):
        Holiday.objects.create(clinic=clinic, on=date(2026, 12, 25), name="Again")


def test_one_role_in_a_clinic(practitioner, clinic, refused):
    with refused("clinic_membership_one_role_a_clinic"):
        MembershipFactory(clinic=clinic, user=practitioner.user, role=Role.MANAGER)


def test_unknown_role_is_refused(practitioner, refused):
    with refused("clinic_membership_known_role"):
        Membership.objects.update(role="owner")


def test_nobody_supervises_themselves(practitioner, refused):
    with refused("clinic_membership_not_own_supervisor"):
        Membership.objects.filter(pk=practitioner.pk).update(supervisor=practitioner)


@pytest.mark.parametrize(
    ("role", "is_clinician"),
    [("practitioner", True), ("lead", True), ("manager", False), ("front_desk", False)],
)
def test_who_treats(role, is_clinician):
    assert Membership(role=role).is_clinician is is_clinician


def test_active_members_have_neither_left_nor_lost_their_account(practitioner, lead, manager, at):
    Membership.objects.filter(pk=lead.pk).update(deactivated_at=at)
    manager.user.is_active = False
    manager.user.save()
    assert list(Membership.objects.active()) == [practitioner]


def test_message_is_made_once(message, refused):
    message.pk, message.uuid = None, None
    with refused("clinic_message_made_once"):
        Message.objects.create(
            clinic=message.clinic,
            kind="reminder",
            subject_id=2,
            recipient="patient:2",
            guarantee="at_most_once",
            dedup_key="one",
            created_at=message.created_at,
            due_at=message.due_at,
        )


def test_message_being_sent_has_a_lease(message, refused):
    with refused("clinic_message_sending_has_a_lease"):
        Message.objects.update(state="sending")


@pytest.mark.parametrize(("state", "is_timed"), [("sent", False), ("failed", False), ("pending", True)])
def test_message_has_a_time_exactly_when_it_is_settled(message, at, refused, state, is_timed):
    with refused("clinic_message_settled_has_a_time"):
        Message.objects.update(state=state, settled_at=at if is_timed else None)


@pytest.mark.parametrize(
    ("state", "is_settled"),
    [
        ("pending", False),
        ("sending", False),
        ("sent", True),
        ("cancelled", True),
        ("failed", True),
        ("unknown", True),
    ],
)
def test_when_a_message_is_settled(state, is_settled):
    assert Message(state=state).is_settled is is_settled


def test_heartbeat_is_one_row_a_process(db, at):
    Heartbeat.beat("beat", at=at)
    Heartbeat.beat("beat", at=at + timedelta(seconds=30))
    assert Heartbeat.objects.get().beaten_at == at + timedelta(seconds=30)
