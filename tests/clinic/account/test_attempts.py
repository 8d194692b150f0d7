"""Wrong passwords: counted per account and address, by all processes together, with the time to wait."""

from __future__ import annotations

import re
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
from django.test import Client
from django.utils import timezone

from clinic.account import devices
from clinic.account.attempts import ADDRESS, ANYWHERE, HERE, Attempt, begin, forget, succeeded
from clinic.models import SignInFailure
from clinic.people.account_mails import password_url
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db

PASSWORD = "a long word"
SECOND = timedelta(seconds=1)


def wrong(times: int, at, *, login="anna", address="198.51.100.1", device="") -> timedelta | None:
    """The wait after so many wrong passwords."""
    wait = None
    for n in range(times):
        wait = begin(Attempt.of(login, address, device), at=at + n * timedelta(milliseconds=1))
    return wait


class TestCounting:
    def test_ten_errors_are_allowed_and_the_eleventh_waits_for_the_first_to_be_old(self, at):
        assert wrong(HERE.amount, at) is None
        wait = begin(Attempt.of("anna", "198.51.100.1"), at=at + 60 * SECOND)
        assert wait == HERE.within - 60 * SECOND

    def test_after_the_wait_sign_in_works(self, at):
        wrong(HERE.amount, at)
        assert wrong(1, at + HERE.within + SECOND) is None

    def test_waiting_attempts_do_not_make_the_wait_longer(self, at):
        wrong(HERE.amount, at)
        wrong(50, at + SECOND)
        assert wrong(1, at + HERE.within + SECOND) is None

    def test_errors_of_one_person_do_not_lock_out_a_colleague_at_the_same_address(self, at):
        wrong(100, at)
        assert wrong(1, at, login="berta") is None

    def test_nor_the_same_person_elsewhere(self, at):
        wrong(100, at)
        assert wrong(1, at, address="203.0.113.5") is None

    def test_guesses_from_many_addresses_meet_the_limit_of_the_account(self, at):
        waits = [wrong(1, at, address=f"203.0.113.{n}") for n in range(ANYWHERE.amount + 1)]
        assert waits[-1] is not None
        assert waits[:-1] == [None] * ANYWHERE.amount

    def test_one_address_that_tries_many_accounts_meets_a_limit(self, at):
        waits = [wrong(1, at, login=f"user{n}") for n in range(ADDRESS.amount + 1)]
        assert (waits[-2], waits[-1] is None) == (None, False)

    def test_known_device_is_never_locked_out_by_strangers(self, at):
        for n in range(ANYWHERE.amount + 20):
            wrong(1, at, address=f"203.0.113.{n % 250}")
        for n in range(ADDRESS.amount):
            wrong(1, at, login=f"user{n}")
        assert wrong(1, at) is not None
        assert wrong(1, at, device="mark") is None

    def test_known_device_has_a_count_of_its_own(self, at):
        assert wrong(HERE.amount, at, device="mark") is None
        assert wrong(1, at, device="mark", address="203.0.113.9") is not None

    def test_success_forgets_the_errors_of_this_person_at_this_place_alone(self, at):
        wrong(9, at)
        wrong(9, at, login="berta")
        attempt = Attempt.of("anna", "198.51.100.1")
        begin(attempt, at=at)
        succeeded(attempt, at=at)
        assert SignInFailure.objects.count() == 9

    def test_name_is_read_without_case_and_blanks(self, at):
        wrong(HERE.amount, at)
        assert wrong(1, at, login=" ANNA ") is not None

    def test_nothing_readable_is_kept(self, at):
        wrong(1, at)
        kept = str(SignInFailure.objects.values().get())
        assert "anna" not in kept
        assert "198.51" not in kept

    def test_new_password_resets_the_count(self, at):
        wrong(100, at)
        forget("anna")
        assert wrong(1, at) is None

    def test_old_errors_are_cleared_away(self, at):
        wrong(3, at - timedelta(hours=2), login="berta")
        succeeded(Attempt.of("anna", "198.51.100.1"), at=at)
        assert not SignInFailure.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_attempts_at_the_same_moment_see_one_another(at, at_once):
    waits = at_once(*[lambda: begin(Attempt.of("anna", "198.51.100.1"), at=at) for _n in range(20)])
    n_tried = sum(wait is None for wait in waits)
    assert n_tried <= HERE.amount


class TestPage:
    @pytest.fixture
    def member(self, practitioner):
        practitioner.user.set_password(PASSWORD)
        practitioner.user.save()
        return practitioner

    def sign_in(self, client, login, password, visitor="198.51.100.1"):
        return client.post("/accounts/login/", {"login": login, "password": password}, REMOTE_ADDR=visitor)

    def test_says_for_how_long(self, client, member):
        for _n in range(HERE.amount):
            self.sign_in(client, "practitioner", "wrong")
        page = self.sign_in(client, "practitioner", PASSWORD).content.decode()
        assert re.search(r"Too many wrong passwords. Wait (10|9) minutes, then try again.", page)
        assert "_auth_user_id" not in client.session

    @pytest.mark.parametrize("email", ["anna@example.org", ""])
    def test_new_password_through_a_mailed_link_ends_the_wait(self, client, member, email):
        member.user.email = email
        member.user.save()
        wrong(ANYWHERE.amount, timezone.now(), login="practitioner")
        assert self.sign_in(client, "practitioner", PASSWORD).status_code == 200
        form = client.get(urlsplit(password_url(member.user)).path, follow=True)
        sent = {"password1": "Wood pigeon 7", "password2": "Wood pigeon 7"}
        assert client.post(form.request["PATH_INFO"], sent).status_code == 302
        assert self.sign_in(Client(), "practitioner", "Wood pigeon 7").status_code == 302

    def test_ten_errors_of_one_person_leave_the_clinic_open(self, client, member):
        for _n in range(HERE.amount + 5):
            self.sign_in(client, "somebody", "wrong")
        assert self.sign_in(client, "practitioner", PASSWORD).status_code == 302

    def test_device_signed_in_before_gets_in_while_strangers_guess(self, client, member):
        assert self.sign_in(client, "practitioner", PASSWORD).status_code == 302
        client.post("/accounts/logout/")
        stranger = Client()
        for n in range(ANYWHERE.amount + 5):
            self.sign_in(stranger, "practitioner", "wrong", f"203.0.113.{n}")
        assert self.sign_in(Client(), "practitioner", PASSWORD, "203.0.113.99").status_code == 200
        assert self.sign_in(client, "practitioner", PASSWORD).status_code == 302

    def test_cookie_of_a_known_device_names_nobody_and_cannot_be_made_up(self, client, member):
        self.sign_in(client, "practitioner", PASSWORD)
        cookie = client.cookies[devices.COOKIE]
        assert "practitioner" not in cookie.value
        assert (cookie["httponly"], cookie["samesite"], cookie["path"]) == (True, "Lax", "/accounts/")
        client.cookies[devices.COOKIE] = cookie.value[:-1] + "x"
        request = client.get("/accounts/login/").wsgi_request
        assert devices.device_of(request, "practitioner") == ""

    def test_device_is_known_for_each_account_alone(self, client, member, clinic):
        other = MembershipFactory(clinic=clinic, user__username="berta")
        self.sign_in(client, "practitioner", PASSWORD)
        request = client.get("/accounts/login/").wsgi_request
        assert devices.device_of(request, "practitioner")
        assert devices.device_of(request, other.user.username) == ""

    @pytest.mark.parametrize(("is_proxied", "may"), [(True, True), (False, False)])
    def test_visitor_is_whom_the_proxy_names(self, client, member, settings, is_proxied, may):
        settings.SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if is_proxied else None
        for _n in range(HERE.amount):
            wrong = {"login": "practitioner", "password": "wrong"}
            client.post("/accounts/login/", wrong, headers={"X-Forwarded-For": "203.0.113.9, 198.51.100.1"})
        right = {"login": "practitioner", "password": PASSWORD}
        response = client.post("/accounts/login/", right, headers={"X-Forwarded-For": "198.51.100.2"})
        assert (response.status_code == 302) is may

    def test_unknown_name_gets_the_same_answers(self, client, member):
        def answers(login):
            pages = [self.sign_in(client, login, "wrong").content.decode() for _n in range(HERE.amount + 1)]
            return [re.findall(r"Too many wrong passwords|are not correct", page) for page in pages]

        assert answers("practitioner") == answers("nobody-of-this-name")

    def test_broker_plays_no_part(self, client, member, settings):
        settings.REDIS_URL = settings.CELERY_BROKER_URL = "redis://127.0.0.1:1/0"
        assert self.sign_in(client, "practitioner", PASSWORD).status_code == 302
