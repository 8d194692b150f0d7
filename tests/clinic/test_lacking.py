"""What is missing is shown where it stops somebody, with a way that this reader can go."""

from __future__ import annotations

from datetime import date

import pytest
from django.urls import reverse

from clinic.models import Membership, Message, Role
from clinic.people.account_mails import invitation_mail, link_lasts
from clinic.people.lacking import licence_gap, missing_here
from clinic.people.staff import invite_member
from tests.factories import MembershipFactory, UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def unlicensed(practitioner):
    practitioner.licence_number = ""
    practitioner.save()
    return practitioner


def url_of(member) -> str:
    return reverse("admin:clinic_membership_change", args=[member.pk])


# The pages that lead to a booking, as somebody may open them before it is refused.
PAGES = {
    "staff list": (
        lambda rows: reverse("admin:clinic_membership_changelist"),
        ("manager", "practitioner", "front_desk"),
    ),
    "intake": (
        lambda rows: reverse("admin:patients_patient_intake_step", args=[rows.patient_id, "clearance"]),
        ("practitioner", "lead"),
    ),
    "start of a course": (lambda rows: reverse("admin:patients_patient_start", args=[rows.patient_id]), ("lead",)),
    "proposed appointments": (
        lambda rows: reverse("admin:courses_course_schedule", args=[rows.pk]),
        ("practitioner", "lead", "manager"),
    ),
    "today": (lambda rows: reverse("admin:index"), ("practitioner",)),
}


@pytest.mark.parametrize(
    ("page", "who"), [(page, who) for page, (_url, all_of) in PAGES.items() for who in all_of]
)
def test_missing_licence_is_shown_before_it_stops_a_booking(
    signed_in, request, course, unlicensed, manager, page, who
):
    reader = request.getfixturevalue(who)
    html = signed_in(reader).get(PAGES[page][0](course)).content.decode()
    assert "Missing: cannot be booked" in html or "is not on file" in html
    if page == "staff list":
        return
    if who == "manager":
        assert url_of(unlicensed) in html
    else:
        assert f"Ask {manager}." in " ".join(html.split())
        assert url_of(unlicensed) not in html


def test_intake_is_not_green_for_whoever_has_no_licence(signed_in, course, unlicensed):
    url = reverse("admin:patients_patient_intake_step", args=[course.patient_id, "clearance"])
    assert "clearance-clear" not in signed_in(unlicensed).get(url).content.decode()


def test_licence_that_ends_before_the_last_visit_is_named(practitioner, lead):
    practitioner.licence_expires_on = date(2026, 3, 20)
    gap = licence_gap(practitioner, on=date(2026, 4, 1), reader=lead)
    assert gap is not None
    assert "2026" in gap.words
    assert licence_gap(practitioner, on=date(2026, 3, 20), reader=lead) is None


def test_whoever_does_not_treat_needs_none(manager, front_desk, lead):
    assert licence_gap(manager, on=date(2026, 3, 1), reader=lead) is None
    assert licence_gap(front_desk, on=date(2026, 3, 1), reader=lead) is None


def test_manager_who_treats_too_needs_one(clinic, lead):
    member = MembershipFactory(clinic=clinic, role=Role.MANAGER, more_roles=[Role.PRACTITIONER], licence_number="")
    assert licence_gap(member, on=date(2026, 3, 1), reader=lead) is not None


def test_member_without_anything_to_do_reads_what_is_missing_and_whom_to_ask(
    signed_in, clinic, front_desk, manager
):
    clinic.opening_hours.all().delete()
    html = " ".join(signed_in(front_desk).get("/admin/").content.decode().split())
    assert "Nobody who treats patients works here yet." in html
    assert "No opening hours are entered." in html
    assert f"Ask {manager}." in html
    own = signed_in(manager).get("/admin/").content.decode()
    assert reverse("admin:clinic_membership_add") in own


def test_nothing_is_missing_in_a_clinic_that_is_set_up(clinic, lead, manager, at):
    clinic.phone, clinic.emergency_number = "+49 30 23125 000", "112"
    clinic.save()
    if not clinic.opening_hours.exists():
        clinic.opening_hours.create(weekday=1, opens_at="09:00", closes_at="17:00")
    assert missing_here(lead, on=at.date()) == []


class TestWithoutAClinic:
    def go_home(self, client, user) -> str:
        client.force_login(user, backend="clinic.account.sign_in.MembershipBackend")
        response = client.get("/", follow=True)
        assert response.status_code == 200
        return " ".join(response.content.decode().split())

    def test_nobody_invited_them(self, client, clinic):
        assert "No clinic has given you access." in self.go_home(client, UserFactory())

    def test_invitation_waits(self, client, clinic):
        member = MembershipFactory(clinic=clinic, is_pending=True)
        html = self.go_home(client, member.user)
        assert reverse("account-invitations") in html
        assert str(clinic) in html

    def test_access_ended_and_who_gives_it_back(self, client, clinic, manager, at):
        member = MembershipFactory(clinic=clinic, deactivated_at=at)
        assert f"ask a manager: {manager}" in self.go_home(client, member.user)

    def test_sign_in_ends_there_and_not_on_an_error(self, client):
        user = UserFactory(username="nora")
        user.set_password("Wood pigeon 7")
        user.save()
        response = client.post("/accounts/login/", {"login": "nora", "password": "Wood pigeon 7"}, follow=True)
        assert response.status_code == 200
        assert "You do not work at a clinic here now" in response.content.decode()


class TestInvitation:
    @pytest.fixture
    def mail(self, clinic, manager, at):
        person = {"username": "rowan", "email": "rowan@example.org", "first_name": "Rowan", "last_name": "Rook"}
        invite_member(
            clinic=clinic, role=Role.MANAGER, more_roles=[Role.PRACTITIONER], by=manager, at=at, **person
        )
        return lambda: invitation_mail.render(Message.objects.get(kind="staff_invitation"))

    def test_says_who_invites_to_what_and_as_what(self, mail, manager, clinic):
        text = mail().text
        assert f"{manager} invites you to work at {clinic} as: manager, practitioner." in text
        assert "rowan@example.org" in text

    @pytest.mark.parametrize(("seconds", "words"), [(3 * 86400, "3 days"), (86400, "1 day"), (7200, "2 hours")])
    def test_says_how_long_the_link_lasts_as_it_is_set(self, mail, settings, seconds, words):
        settings.PASSWORD_RESET_TIMEOUT = seconds
        assert link_lasts() == words
        for part in (mail().text, mail().html):
            assert f"for {words}" in " ".join(part.split())


def test_filter_of_the_staff_list_finds_a_role_beside_another(signed_in, manager, clinic):
    both = MembershipFactory(clinic=clinic, role=Role.FRONT_DESK, more_roles=[Role.LEAD], user__username="both")
    html = signed_in(manager).get(reverse("admin:clinic_membership_changelist"), {"role": "lead"}).content.decode()
    assert str(both) in html
    assert Membership.objects.count() > 1
