"""The last lead leaves: it is said before it is saved, and a manager stands in with a reason that is kept."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction
from django.urls import reverse
from django.utils import timezone

from clinic.access import permissions_of
from clinic.models import MemberEvent, Membership, Role
from clinic.people.lead_cover import is_last_lead, may_stand_in, settle_stand_ins, stand_in
from clinic.people.leaving import deactivate_member, reactivate_member, version_of
from clinic.people.staff import answer_invitation, invite_member
from tests.factories import MembershipFactory, make_clinic

pytestmark = pytest.mark.django_db

STAND_IN = "/admin/clinic/membership/stand-in/"
RIGHT = "courses.resume_course"


def change_url(member) -> str:
    return reverse("admin:clinic_membership_change", args=[member.pk])


def typed(member, **values) -> dict[str, object]:
    """The form of a member as it is, with what somebody changes."""
    return {
        "first_name": member.user.first_name,
        "last_name": member.user.last_name,
        "role": member.role,
        "more_roles": member.more_roles,
        "licence_number": member.licence_number,
        **values,
    }


class TestWarning:
    def test_changing_the_last_lead_is_asked_first_and_loses_nothing_typed(self, signed_in, manager, lead):
        page = signed_in(manager).post(change_url(lead), typed(lead, role="practitioner", licence_number="L-77"))
        html = page.content.decode()
        assert f"{lead} is the last duty lead." in html
        assert 'type="checkbox" name="without_lead"' in html
        assert "L-77" in html
        assert Membership.objects.get(pk=lead.pk).has_role(Role.LEAD)

    def test_once_said_to_be_meant_it_is_saved_and_kept(self, signed_in, manager, lead):
        signed_in(manager).post(change_url(lead), typed(lead, role="practitioner", without_lead="on"))
        assert not Membership.objects.get(pk=lead.pk).has_role(Role.LEAD)
        event = MemberEvent.objects.get(kind="roles")
        assert (event.before, event.after, event.done_by) == ("duty lead", "practitioner", manager)

    def test_role_that_moves_beside_another_is_no_loss(self, signed_in, manager, lead):
        signed_in(manager).post(change_url(lead), typed(lead, role="practitioner", more_roles=["lead"]))
        assert Membership.objects.get(pk=lead.pk).roles == {"practitioner", "lead"}

    def test_one_of_two_leads_is_not_asked(self, signed_in, manager, lead, clinic):
        MembershipFactory(clinic=clinic, role=Role.MANAGER, more_roles=[Role.LEAD])
        signed_in(manager).post(change_url(lead), typed(lead, role="practitioner"))
        assert not Membership.objects.get(pk=lead.pk).has_role(Role.LEAD)

    def test_deactivating_the_last_lead_is_asked_first(self, signed_in, manager, lead):
        client, url = signed_in(manager), reverse("admin:clinic_membership_deactivate", args=[lead.pk])
        seen = {"member_version": version_of(lead)}
        page = client.post(url, seen).content.decode()
        assert "Nothing was saved yet." in page
        assert f'name="member_version" value="{version_of(lead)}"' in page
        assert Membership.objects.get(pk=lead.pk).is_active
        client.post(url, {**seen, "without_lead": "on"})
        assert not Membership.objects.get(pk=lead.pk).is_active

    def test_lead_of_another_clinic_is_no_substitute(self, lead):
        MembershipFactory(clinic=make_clinic("Mill"), role=Role.LEAD)
        assert is_last_lead(lead)

    @pytest.mark.parametrize("others", [{}, {"user__email": ""}, {"user__email": "two@example.org"}])
    def test_it_says_who_is_alerted_instead(self, signed_in, manager, lead, clinic, others):
        if others:
            MembershipFactory(clinic=clinic, role=Role.MANAGER, **others)
        html = signed_in(manager).post(change_url(lead), typed(lead, role="front_desk")).content.decode()
        assert "otherwise to the next person on the contact list." in html
        assert "No other manager has an email address." not in html

    def test_it_says_that_no_manager_is_left(self, signed_in, manager, lead):
        lead.more_roles = [Role.MANAGER]
        lead.save()
        Membership.objects.filter(pk=manager.pk).update(deactivated_at=timezone.now())
        html = signed_in(lead).post(change_url(lead), typed(lead, role="manager", more_roles=[])).content.decode()
        assert "No other manager has an email address." in html


class TestStandingIn:
    def test_reason_is_kept_and_the_rights_are_a_leads(self, signed_in, manager):
        assert RIGHT not in permissions_of(manager)
        signed_in(manager).post(STAND_IN, {"reason": "The lead left on Friday."})
        member = Membership.objects.get(pk=manager.pk)
        assert RIGHT in permissions_of(member)
        assert MemberEvent.objects.get(kind="stands_in").reason == "The lead left on Friday."

    @pytest.mark.parametrize("reason", ["", "   "])
    def test_without_a_reason_nothing_changes(self, signed_in, manager, reason):
        signed_in(manager).post(STAND_IN, {"reason": reason})
        assert Membership.objects.get(pk=manager.pk).stands_in_since is None

    def test_while_there_is_a_lead_nobody_stands_in(self, signed_in, manager, lead, at):
        assert str(lead) in signed_in(manager).get(STAND_IN).content.decode()
        with pytest.raises(ValidationError):
            stand_in(manager, reason="because", at=at)

    @pytest.mark.parametrize("who", ["practitioner", "front_desk"])
    def test_only_managers_do(self, request, who, at):
        member = request.getfixturevalue(who)
        assert not may_stand_in(member)
        with pytest.raises(ValidationError):
            stand_in(member, reason="because", at=at)

    def test_manager_who_is_refused_a_leads_page_reads_how_to_stand_in(self, signed_in, manager, course):
        page = signed_in(manager).get(reverse("admin:courses_course_resume", args=[course.pk]))
        assert (page.status_code, STAND_IN in page.content.decode()) == (403, True)

    def test_then_the_page_opens_and_every_page_says_why(self, signed_in, manager, course):
        client = signed_in(manager)
        client.post(STAND_IN, {"reason": "The lead left."})
        page = client.get(reverse("admin:courses_course_resume", args=[course.pk]))
        assert page.status_code in {200, 302}
        assert "You stand in for the duty lead" in client.get("/admin/").content.decode()

    def test_it_can_be_ended(self, signed_in, manager):
        client = signed_in(manager)
        client.post(STAND_IN, {"reason": "The lead left."})
        client.post(STAND_IN, {"end": "1"})
        assert Membership.objects.get(pk=manager.pk).stands_in_since is None

    def test_database_keeps_the_reason(self, manager, at):
        event = stand_in(manager, reason="The lead left.", at=at)
        with pytest.raises(DatabaseError, match="never changed"), transaction.atomic():
            MemberEvent.objects.filter(pk=event.pk).update(reason="another")


class TestItEnds:
    """Whichever way a lead comes, and whichever way the manager stops being one."""

    @pytest.fixture
    def standing(self, manager, clinic, at) -> Membership:
        MembershipFactory(clinic=clinic, role=Role.MANAGER)
        stand_in(manager, reason="The lead left.", at=at)
        return Membership.objects.get(pk=manager.pk)

    def has_ended(self, member) -> bool:
        return Membership.objects.get(pk=member.pk).stands_in_since is None

    def test_lead_is_invited(self, standing, clinic, at):
        person = {"username": "lou", "email": "lou@example.org", "first_name": "Lou", "last_name": "Larch"}
        invite_member(clinic=clinic, role=Role.LEAD, at=at, **person)
        assert self.has_ended(standing)

    def test_pending_lead_accepts(self, standing, clinic, at):
        pending = MembershipFactory(clinic=clinic, role=Role.LEAD, is_pending=True)
        settle_stand_ins(clinic, at=at)
        assert not self.has_ended(standing)
        answer_invitation(pending, is_accepted=True, at=at)
        assert self.has_ended(standing)

    def test_former_lead_returns(self, standing, clinic, at):
        former = MembershipFactory(clinic=clinic, role=Role.LEAD, deactivated_at=at)
        reactivate_member(former, at=at)
        assert self.has_ended(standing)

    def test_colleague_becomes_lead(self, standing, practitioner, signed_in):
        signed_in(standing).post(change_url(practitioner), typed(practitioner, more_roles=["lead"]))
        assert self.has_ended(standing)

    def test_manager_leaves(self, standing, at):
        deactivate_member(standing, at=at)
        assert self.has_ended(standing)

    def test_manager_gives_up_the_role(self, standing, signed_in):
        signed_in(standing).post(change_url(standing), typed(standing, role="front_desk"))
        assert self.has_ended(standing)
        assert RIGHT not in permissions_of(Membership.objects.get(pk=standing.pk))


class TestNames:
    def test_manager_corrects_a_name_and_the_person_is_mailed(self, signed_in, manager, practitioner):
        signed_in(manager).post(change_url(practitioner), typed(practitioner, first_name="Anne-Marie"))
        practitioner.user.refresh_from_db()
        assert practitioner.user.first_name == "Anne-Marie"
        assert MemberEvent.objects.get(kind="name").after == "Anne-Marie Tree"
        assert practitioner.user.account_events.get().kind == "name_changed"

    def test_name_of_somebody_who_works_elsewhere_too_is_their_own(self, signed_in, manager, practitioner):
        MembershipFactory(clinic=make_clinic("Mill"), user=practitioner.user)
        client = signed_in(manager)
        assert "Only Practitioner Tree can change it" in client.get(change_url(practitioner)).content.decode()
        client.post(change_url(practitioner), typed(practitioner, first_name="Zoe"))
        practitioner.user.refresh_from_db()
        assert practitioner.user.first_name == "Practitioner"

    def test_nobody_is_left_without_a_name(self, signed_in, manager, practitioner):
        page = signed_in(manager).post(change_url(practitioner), typed(practitioner, first_name="", last_name=""))
        assert "Enter a given name or a family name." in page.content.decode()
