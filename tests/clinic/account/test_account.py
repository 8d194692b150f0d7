"""The user's account: served addresses, name, address, mails and events."""

from __future__ import annotations

from datetime import timedelta

import pytest
from allauth.account import urls as stock_account
from allauth.account.models import EmailAddress
from allauth.mfa import urls as stock_mfa
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from clinic.account.events import account_notice
from clinic.account.own import change_own_address
from clinic.models import AccountEvent, Membership, Message
from clinic.outbox.deliver import deliver_due
from clinic.people.account_mails import password_url
from tests.factories import MembershipFactory, make_clinic

pytestmark = pytest.mark.django_db

PASSWORD = "Wood pigeon 7"
NEW = "rowan@example.net"
# Each served address, listed explicitly. Another one of the library is served only after it is added here.
SERVED = {
    "account_login",
    "account_logout",
    "account_inactive",
    "account_reauthenticate",
    "account_change_password",
    "account_reset_password",
    "account_reset_password_done",
    "account_reset_password_from_key",
    "account_reset_password_from_key_done",
    "mfa_index",
    "mfa_authenticate",
    "mfa_reauthenticate",
    "mfa_activate_totp",
    "mfa_deactivate_totp",
    "mfa_view_recovery_codes",
    "mfa_generate_recovery_codes",
    "mfa_download_recovery_codes",
    "mfa_list_webauthn",
    "mfa_add_webauthn",
    "mfa_reauthenticate_webauthn",
    "mfa_remove_webauthn",
    "mfa_edit_webauthn",
    "mfa_login_webauthn",
}


def patterns(resolver) -> list[URLPattern]:
    """Every address below a resolver."""
    found = []
    for pattern in resolver:
        found += patterns(pattern.url_patterns) if isinstance(pattern, URLResolver) else [pattern]
    return found


class TestAddressesServed:
    def test_of_the_library_are_those_listed(self):
        served = [one for one in patterns(get_resolver().url_patterns) if _is_of_library(one)]
        assert {one.name for one in served} == SERVED

    @pytest.mark.parametrize(
        "name",
        sorted({one.name for one in patterns([*stock_account.urlpatterns, *stock_mfa.urlpatterns])} - SERVED),
    )
    @pytest.mark.parametrize("prefix", ["accounts", "accounts/2fa", "accounts/two-factor"])
    def test_no_other_one_answers_at_its_stock_place(self, client, signed_in, practitioner, name, prefix):
        [pattern] = [
            one for one in patterns([*stock_account.urlpatterns, *stock_mfa.urlpatterns]) if one.name == name
        ]
        stock = str(pattern.pattern).strip("^$").split("(?P")[0] or "x/"
        path = f"/{prefix}/{stock}" + ("x/" if "(?P" in str(pattern.pattern) else "")
        if path.strip("/").endswith("accounts"):
            pytest.skip("our own page")
        for method in (client.get, client.post, signed_in(practitioner).get, client.post):
            assert method(path).status_code == 404, path

    def test_stock_page_that_takes_an_account_over_is_gone(self, signed_in, practitioner):
        client = signed_in(practitioner)
        client.post("/accounts/email/", {"email": "thief@example.org", "action_add": ""})
        assert client.get("/accounts/email/").status_code == 404
        assert not EmailAddress.objects.filter(email="thief@example.org").exists()


def _is_of_library(pattern) -> bool:
    view = getattr(pattern.callback, "__wrapped__", pattern.callback)
    while hasattr(view, "__wrapped__"):
        view = view.__wrapped__
    module = getattr(getattr(view, "view_class", view), "__module__", "")
    return module.startswith("allauth") or (pattern.name or "").startswith(("account_", "mfa_"))


@pytest.fixture
def me(practitioner) -> Membership:
    practitioner.user.set_password(PASSWORD)
    practitioner.user.save()
    return practitioner


class TestOwnAddress:
    def change(self, client, password=PASSWORD, email=NEW):
        return client.post(reverse("account"), {"what": "address", "email": email, "password": password})

    def test_asks_for_the_password(self, signed_in, me):
        page = self.change(signed_in(me), "wrong")
        assert page.status_code == 422
        assert b"This is not your password." in page.content
        assert f'value="{NEW}"' in page.content.decode()
        me.user.refresh_from_db()
        assert me.user.email == "practitioner@example.org"
        assert not AccountEvent.objects.exists()

    def test_changes_and_informs_the_old_address_without_the_new_one(self, signed_in, me, smtp, at, time_machine):
        time_machine.move_to(at, tick=False)
        assert self.change(signed_in(me)).status_code == 302
        me.user.refresh_from_db()
        assert me.user.email == NEW
        deliver_due(clock=lambda: at + timedelta(seconds=1))
        [mail] = smtp.mails
        text = mail.get_payload(0).get_payload(decode=True).decode()
        assert mail["To"] == "practitioner@example.org"
        assert "The email address was changed." in text
        assert NEW not in text

    def test_is_kept_as_it_was_and_never_changed(self, signed_in, me, refused):
        self.change(signed_in(me))
        event = AccountEvent.objects.get()
        assert (event.address_before, event.address_after) == ("practitioner@example.org", NEW)
        with refused("clinic_kept"):
            AccountEvent.objects.update(address_after="")
        with refused("clinic_kept"):
            event.delete()

    def test_links_that_went_to_the_old_address_open_nothing_more(self, client, me, at):
        link = password_url(me.user).partition("//")[2].partition("/")[2]
        change_own_address(me.user, email=NEW, at=at)
        used = client.get(f"/{link}", follow=True).content
        assert b"This link no longer works" in used
        assert b'type="password"' not in used

    @pytest.mark.parametrize("email", ["", "nowhere", "PRACTITIONER@example.org"])
    def test_nonsense_and_the_same_one_are_refused(self, signed_in, me, email):
        assert self.change(signed_in(me), email=email).status_code == 422

    def test_guessing_the_password_there_is_counted_like_signing_in(self, signed_in, me):
        client = signed_in(me)
        pages = [self.change(client, "wrong") for _n in range(11)]
        assert b"Too many wrong passwords." in pages[-1].content

    def test_refused_mark_of_the_old_address_goes(self, me, at):
        Membership.objects.filter(pk=me.pk).update(email_failed_at=at)
        change_own_address(me.user, email=NEW, at=at)
        me.refresh_from_db()
        assert me.email_failed_at is None

    def test_needs_a_sign_in(self, client, me):
        answer = self.change(client)
        assert answer.status_code == 401 or "/accounts/login/" in answer.url
        me.user.refresh_from_db()
        assert me.user.email == "practitioner@example.org"


def test_own_name_is_saved(signed_in, me):
    client = signed_in(me)
    client.post(reverse("account"), {"what": "name", "first_name": "Rowan", "last_name": "Rook"})
    assert "Rowan Rook" in client.get("/admin/").content.decode()
    page = client.post(reverse("account"), {"what": "name", "first_name": "", "last_name": ""})
    assert page.status_code == 422


def test_changed_password_is_kept_and_mailed(signed_in, me):
    values = {"oldpassword": PASSWORD, "password1": "Song thrush 8", "password2": "Song thrush 8"}
    response = signed_in(me).post(reverse("account_change_password"), values)
    assert response.url == reverse("account")
    event = AccountEvent.objects.get()
    mail = account_notice.render(Message.objects.get(kind="account_notice"))
    assert (event.kind, mail.to) == ("password_changed", "practitioner@example.org")
    assert "The password was changed." in mail.text


class TestInvitationToASecondClinic:
    @pytest.fixture
    def pending(self, me) -> Membership:
        return MembershipFactory(clinic=make_clinic("Mill"), user=me.user, role="manager", is_pending=True)

    def test_gives_no_access_until_accepted(self, signed_in, me, pending):
        client = signed_in(me)
        assert client.post("/clinic/switch/", {"membership": str(pending.uuid)}).status_code == 404
        path = f"/admin/clinic/clinic/{pending.clinic_id}/change/"
        assert client.get(path).status_code == 404

    def test_gets_no_mail_until_accepted(self, pending):
        active = Membership.objects.for_clinic(pending.clinic).active()
        assert not active.exists()
        assert not pending.is_active

    def test_accepted_opens_the_clinic(self, signed_in, me, pending):
        client = signed_in(me)
        assert b"Mill invited you to work there as manager" in client.get(reverse("account-invitations")).content
        client.post(reverse("account-invitations"), {"invitation": str(pending.uuid), "answer": "accept"})
        assert client.post("/clinic/switch/", {"membership": str(pending.uuid)}).status_code == 302
        assert client.get("/dashboard/").status_code == 200

    def test_declined_never_opens(self, signed_in, me, pending):
        client = signed_in(me)
        client.post(reverse("account-invitations"), {"invitation": str(pending.uuid), "answer": "decline"})
        again = {"invitation": str(pending.uuid), "answer": "accept"}
        assert client.post(reverse("account-invitations"), again).status_code == 404
        assert not Membership.objects.of_user(me.user).filter(pk=pending.pk).exists()

    def test_is_answered_by_nobody_else(self, signed_in, lead, pending):
        values = {"invitation": str(pending.uuid), "answer": "accept"}
        assert signed_in(lead).post(reverse("account-invitations"), values).status_code == 404

    def test_withdrawn_by_the_manager_opens_nothing(self, signed_in, me, pending, at):
        Membership.objects.filter(pk=pending.pk).update(deactivated_at=at)
        values = {"invitation": str(pending.uuid), "answer": "accept"}
        assert signed_in(me).post(reverse("account-invitations"), values).status_code == 404

    def test_of_somebody_who_works_nowhere_now_can_be_answered(self, signed_in, me, pending, at):
        Membership.objects.filter(pk=me.pk).update(deactivated_at=at)
        client = signed_in(me)
        client.post(reverse("account-invitations"), {"invitation": str(pending.uuid), "answer": "accept"})
        assert client.get("/dashboard/").status_code == 200

    def test_staff_list_says_so(self, signed_in, pending):
        other = MembershipFactory(clinic=pending.clinic, role="manager")
        page = signed_in(other).get("/admin/clinic/membership/").content.decode()
        assert "invited, not accepted yet" in page
