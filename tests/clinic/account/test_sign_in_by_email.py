"""One sign-in by username or email address: same answer, same work, one count for both names."""

from __future__ import annotations

import time

import pytest
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from clinic.account.attempts import HERE
from clinic.account.finding import find_account
from clinic.account.own import change_own_address
from clinic.models import Role, SignInFailure, User
from clinic.people.address_change import correct_address
from clinic.people.staff import invite_member
from tests.factories import MembershipFactory, UserFactory, make_clinic

pytestmark = pytest.mark.django_db

PASSWORD = "Wood pigeon 7"
LOGIN = "/accounts/login/"


@pytest.fixture
def anna(clinic) -> User:
    user = UserFactory(username="Anna", email="Anna.Lee@Example.org")
    user.set_password(PASSWORD)
    user.save()
    MembershipFactory(clinic=clinic, user=user)
    return user


def send(client, login, password=PASSWORD):
    return client.post(LOGIN, {"login": login, "password": password})


def who(client) -> str:
    return str(client.session.get("_auth_user_id", ""))


@pytest.mark.parametrize(
    "login", ["Anna", "anna", " anna ", "Anna.Lee@Example.org", "anna.lee@example.org", "ANNA.LEE@EXAMPLE.ORG "]
)
def test_either_name_signs_in_in_any_case(client, anna, login):
    send(client, login)
    assert who(client) == str(anna.pk)


@pytest.mark.parametrize("login", ["anna", "anna.lee@example.org", "nobody", "nobody@example.org", "%", "@"])
def test_wrong_passwords_get_the_same_words_whoever_it_is(client, anna, login):
    page = send(client, login, "wrong").content.decode()
    assert "do not match" in page
    assert "more than one account" in page
    assert "Anna.Lee" not in page


def test_unknown_names_cost_the_same_queries_and_the_same_hash(client, anna, monkeypatch):
    hashed: list[str] = []
    for name in ("check_password", "set_password"):
        plain = getattr(User, name)
        monkeypatch.setattr(User, name, lambda self, raw, plain=plain: hashed.append(raw) or plain(self, raw))
    hashes, queries = {}, {}
    for login in ("anna", "anna.lee@example.org", "nobody", "nobody@example.org"):
        hashed.clear()
        with CaptureQueriesContext(connection) as caught:
            send(client, login, "wrong")
        hashes[login], queries[login] = len(hashed), len(caught)
    assert set(hashes.values()) == {1}
    assert len(set(queries.values())) == 1


def test_shared_address_signs_in_nobody_and_the_username_still_does(client, anna):
    twin = UserFactory(username="anna2", email="anna.lee@example.org")
    twin.set_password(PASSWORD)
    twin.save()
    assert "sign in with the username" in send(client, "anna.lee@example.org").content.decode()
    assert who(client) == ""
    send(client, "anna2")
    assert who(client) == str(twin.pk)
    assert "Sign in with the username: another account" in client.get(reverse("account")).content.decode()


def test_account_that_was_closed_does_not_take_the_address(anna):
    UserFactory(username="old", email="anna.lee@example.org", is_active=False)
    assert find_account("anna.lee@example.org") == anna


def test_username_that_looks_like_somebodys_address_is_a_username(anna):
    thief = UserFactory(username="anna.lee@example.org", email="thief@example.org")
    assert find_account("anna.lee@example.org") == thief
    assert find_account("anna") == anna


@pytest.mark.parametrize("login", ["", " ", "nobody"])
def test_nothing_names_nobody(login):
    UserFactory(email="")
    assert find_account(login) is None


def test_wrong_passwords_under_both_names_are_one_count(client, anna):
    for n in range(HERE.amount):
        send(client, "anna" if n % 2 else "anna.lee@example.org", "wrong")
    assert SignInFailure.objects.values("account").distinct().count() == 1
    for login in ("anna", "Anna.Lee@example.org"):
        assert "Too many wrong passwords" in send(client, login).content.decode()
    assert who(client) == ""


def test_second_factor_is_asked_after_the_address_too(client, anna, settings):
    reverse("demo-mail")
    settings.DEMO = False
    TOTP.activate(anna, generate_totp_secret())
    response = send(client, "anna.lee@example.org")
    assert response["Location"].startswith(reverse("mfa_authenticate"))
    assert who(client) == ""


class TestNoAddressIsTakenTwice:
    def test_own_address(self, anna, at):
        other = UserFactory()
        with pytest.raises(ValidationError, match="Another account"):
            change_own_address(other, email="anna.LEE@example.org", at=at)

    def test_it_is_shown_only_to_whoever_knows_the_password(self, client, anna):
        other = UserFactory(username="berta", email="berta@example.org")
        other.set_password(PASSWORD)
        other.save()
        client.force_login(other, backend="clinic.account.sign_in.MembershipBackend")
        typed = {"what": "address", "email": "anna.lee@example.org"}
        assert (
            "Another account" not in client.post(reverse("account"), {**typed, "password": "x"}).content.decode()
        )
        page = client.post(reverse("account"), {**typed, "password": PASSWORD})
        assert (page.status_code, "Another account" in page.content.decode()) == (422, True)

    def test_address_of_an_account_that_nobody_used(self, clinic, manager, anna, at):
        person = {"username": "carl", "email": "carl@example.org", "first_name": "Carl", "last_name": "Elm"}
        member = invite_member(clinic=clinic, role=Role.FRONT_DESK, at=at, **person)
        with pytest.raises(ValidationError, match="Another account"):
            correct_address(member, email="anna.lee@example.org", reason="typo", by=manager, at=at)

    @pytest.mark.parametrize(
        "person", [{"username": "anna.lee@example.org"}, {"email": "anna@example.org", "username": "new"}]
    )
    def test_invitation_takes_neither_name_of_another(self, anna, at, person):
        UserFactory(username="anna@example.org", email="x@example.org")
        values = {"username": "new", "email": "new@example.org", "first_name": "N", "last_name": "N", **person}
        with pytest.raises(ValidationError, match="somebody else"):
            invite_member(clinic=make_clinic("Mill"), role=Role.PRACTITIONER, at=at, **values)


def test_times_of_known_and_unknown_names_are_alike(client, anna):
    """Measured: the medians of five differ by less than a half, and nearly all of it is the hash."""
    medians = {}
    for login in ("anna.lee@example.org", "nobody@example.org"):
        times = []
        for _n in range(5):
            began = time.perf_counter()
            send(client, login, "wrong")
            times.append(time.perf_counter() - began)
        medians[login] = sorted(times)[2]
    fast, slow = sorted(medians.values())
    assert slow < 3 * fast + 0.05
