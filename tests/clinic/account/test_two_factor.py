"""Two-factor sign-in: required of leads and managers after grace days, and reset after a loss."""

from __future__ import annotations

import time
from datetime import timedelta
from urllib.parse import quote

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, format_hotp_value, generate_totp_secret, hotp_value
from django.core.exceptions import ValidationError
from django.core.management import call_command
from django.urls import reverse
from django.utils import timezone

from clinic.account.events import account_notice
from clinic.account.two_factor import due_since, has_two_factor, reset_two_factor
from clinic.models import AccountEvent, Clinic, Message
from tests.factories import MembershipFactory, make_clinic

pytestmark = pytest.mark.django_db

PASSWORD = "Wood pigeon 7"


@pytest.fixture(autouse=True)
def no_demo(settings):
    # The addresses of a demo are made when addresses are first resolved: before that there are none.
    reverse("demo-mail")
    settings.DEMO = False


def code_of(secret: str) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30))


def sign_in(client, member):
    member.user.set_password(PASSWORD)
    member.user.save()
    return client.post("/accounts/login/", {"login": member.user.username, "password": PASSWORD})


def with_app(member) -> str:
    secret = generate_totp_secret()
    TOTP.activate(member.user, secret)
    return secret


def asked(member, *, days: int) -> None:
    member.user.two_factor_asked_at = timezone.now() - timedelta(days=days)
    member.user.save()


class TestGrace:
    @pytest.mark.parametrize("who", ["lead", "manager"])
    def test_starts_at_the_first_sign_in_and_is_counted_down_on_every_page(self, client, request, who):
        member = request.getfixturevalue(who)
        sign_in(client, member)
        page = client.get("/admin/").content.decode()
        assert "Set up two-factor sign-in by" in page
        assert "left" in page
        member.user.refresh_from_db()
        assert due_since(member.user) == member.user.two_factor_asked_at + timedelta(days=14)

    @pytest.mark.parametrize("who", ["practitioner", "front_desk"])
    def test_is_not_asked_of_others(self, client, request, who):
        member = request.getfixturevalue(who)
        asked(member, days=100)
        sign_in(client, member)
        page = client.get("/admin/")
        assert page.status_code == 200
        assert "two-factor sign-in by" not in page.content.decode()

    def test_once_over_nothing_opens_before_it_is_set_up(self, client, manager):
        asked(manager, days=15)
        sign_in(client, manager)
        for path in ("/admin/", "/dashboard/", "/", f"/admin/clinic/clinic/{manager.clinic_id}/change/?x=1"):
            response = client.get(path)
            assert response.url == f"/accounts/two-factor/needed/?next={quote(path)}"
        assert client.post("/admin/clinic/endpoint/add/", {"name": "x"}).status_code == 302
        assert b"Set up two-factor sign-in" in client.get("/accounts/two-factor/needed/?next=/dashboard/").content

    def test_ends_no_session_that_runs(self, client, manager):
        sign_in(client, manager)
        asked(manager, days=100)
        assert client.get("/admin/").status_code == 200

    @pytest.mark.parametrize(("days", "is_asked"), [(0, True), (16, False)])
    def test_clinic_sets_its_length(self, client, manager, days, is_asked):
        Clinic.objects.update(two_factor_grace_days=days)
        asked(manager, days=15)
        sign_in(client, manager)
        assert (client.get("/admin/").status_code == 302) is is_asked

    def test_shortest_of_several_clinics_counts(self, manager):
        asked(manager, days=0)
        MembershipFactory(clinic=make_clinic("Mill", two_factor_grace_days=3), user=manager.user, role="lead")
        assert due_since(manager.user) == manager.user.two_factor_asked_at + timedelta(days=3)

    def test_is_off_in_a_demo(self, client, manager, settings):
        settings.DEMO = True
        asked(manager, days=100)
        sign_in(client, manager)
        assert client.get("/admin/").status_code == 200
        assert client.get(reverse("mfa_activate_totp")).status_code == 404

    @pytest.mark.django_db(transaction=True)
    def test_set_up_at_sign_in_continues_to_the_requested_page(self, client, manager):
        asked(manager, days=15)
        sign_in(client, manager)
        client.get("/accounts/two-factor/needed/?next=/dashboard/")
        page = client.get(reverse("mfa_activate_totp"))
        code = code_of(page.context["form"].secret)
        codes = client.post(reverse("mfa_activate_totp"), {"code": code}, follow=True)
        assert 'href="/dashboard/"' in codes.content.decode()
        assert client.get("/dashboard/").status_code == 200
        assert has_two_factor(manager.user)
        assert AccountEvent.objects.get().kind == "app_added"


class TestSignIn:
    def test_asks_for_the_code_and_opens_nothing_before(self, client, practitioner):
        secret = with_app(practitioner)
        assert sign_in(client, practitioner).url == reverse("mfa_authenticate")
        assert "/accounts/login/" in client.get("/").url
        wrong = client.post(reverse("mfa_authenticate"), {"code": "000000"})
        assert wrong.status_code == 200
        client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
        assert client.get("/admin/").status_code == 200

    def test_code_opens_once(self, client, practitioner):
        secret = with_app(practitioner)
        code = code_of(secret)
        sign_in(client, practitioner)
        client.post(reverse("mfa_authenticate"), {"code": code})
        client.post("/accounts/logout/")
        sign_in(client, practitioner)
        client.post(reverse("mfa_authenticate"), {"code": code})
        assert "_auth_user_id" not in client.session

    def test_recovery_code_opens_once(self, client, practitioner):
        with_app(practitioner)
        code = RecoveryCodes.activate(practitioner.user).get_unused_codes()[0]
        for is_open in (True, False):
            sign_in(client, practitioner)
            client.post(reverse("mfa_authenticate"), {"code": code})
            assert ("_auth_user_id" in client.session) is is_open
            client.post("/accounts/logout/")

    def test_guessing_codes_ends(self, client, practitioner):
        secret = with_app(practitioner)
        sign_in(client, practitioner)
        for _n in range(10):
            client.post(reverse("mfa_authenticate"), {"code": "000000"})
        client.post(reverse("mfa_authenticate"), {"code": code_of(secret)})
        assert "_auth_user_id" not in client.session

    def test_adding_a_factor_to_an_open_session_asks_for_the_password(self, signed_in, practitioner):
        practitioner.user.set_password(PASSWORD)
        practitioner.user.save()
        for name in ("mfa_activate_totp", "mfa_add_webauthn"):
            assert signed_in(practitioner).get(reverse(name)).url.startswith("/accounts/reauthenticate/")


class TestReset:
    @pytest.mark.parametrize("who", ["lead", "manager"])
    def test_by_lead_or_manager_is_kept_and_mailed_to_the_person(self, signed_in, request, practitioner, who):
        with_app(practitioner)
        by = request.getfixturevalue(who)
        path = reverse("admin:clinic_membership_two_factor", args=[practitioner.pk])
        assert signed_in(by).post(path, {"reason": "Asked me in person."}).status_code == 302
        event = AccountEvent.objects.get()
        assert (event.kind, event.done_by, event.reason) == ("two_factor_reset", by, "Asked me in person.")
        mail = account_notice.render(Message.objects.get(kind="account_notice"))
        assert mail.to == practitioner.user.email
        assert "Two-factor sign-in was reset by the clinic." in mail.text
        assert not Authenticator.objects.exists()
        assert "Asked me in person." in signed_in(by).get(path).content.decode()

    @pytest.mark.parametrize("who", ["practitioner", "front_desk"])
    def test_not_by_others(self, signed_in, request, lead, who):
        with_app(lead)
        path = reverse("admin:clinic_membership_two_factor", args=[lead.pk])
        assert signed_in(request.getfixturevalue(who)).post(path, {"reason": "x"}).status_code == 403
        assert has_two_factor(lead.user)

    def test_not_of_another_clinic(self, signed_in, lead, stranger):
        with_app(stranger)
        path = reverse("admin:clinic_membership_two_factor", args=[stranger.pk])
        assert signed_in(lead).post(path, {"reason": "x"}).status_code == 404
        assert has_two_factor(stranger.user)

    def test_needs_another_person_a_reason_and_a_second_factor(self, lead, manager, practitioner, at):
        with_app(lead)
        for member, by, reason in ((lead, lead, "x"), (lead, manager, " "), (practitioner, manager, "x")):
            with pytest.raises(ValidationError):
                reset_two_factor(member, reason=reason, by=by, at=at)
        assert has_two_factor(lead.user)

    def test_of_a_lead_asks_to_set_it_up_at_the_next_sign_in(self, client, lead, manager, at):
        with_app(lead)
        asked(lead, days=100)
        reset_two_factor(lead, reason="Asked me.", by=manager, at=at)
        sign_in(client, lead)
        assert client.get("/admin/").url.startswith("/accounts/two-factor/needed/")

    def test_by_the_operator(self, manager):
        with_app(manager)
        call_command("reset_two_factor", manager.user.username, reason="The only manager lost the telephone.")
        assert not has_two_factor(manager.user)
        assert AccountEvent.objects.get().done_by is None
