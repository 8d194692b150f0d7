"""Sign-in by password, with the rights of the active membership."""

from __future__ import annotations

import re

import pytest
from django.contrib.auth.models import AnonymousUser, Group, Permission

from clinic.account.sign_in import MembershipBackend
from clinic.models import Message, User
from clinic.people.account_mails import password_link_mail

pytestmark = pytest.mark.django_db

BACKEND = MembershipBackend()


@pytest.fixture
def at_work(manager):
    manager.user.active_membership = manager
    return manager.user


def test_rights_are_those_of_the_active_membership(at_work):
    assert at_work.has_perm("courses.view_dashboard")
    assert not at_work.has_perm("courses.log_session")


def test_without_an_active_membership_there_are_none(manager):
    assert not manager.user.has_perm("courses.view_dashboard")
    assert not manager.user.has_module_perms("courses")


def test_groups_and_own_permissions_play_no_part(at_work):
    right = Permission.objects.filter(codename="add_session").first()
    group = Group.objects.create(name="treaters")
    group.permissions.add(right)
    at_work.groups.add(group)
    at_work.user_permissions.add(right)
    assert not at_work.has_perm("courses.add_session")


def test_closed_account_and_nobody_have_none(at_work):
    at_work.is_active = False
    assert BACKEND.get_all_permissions(at_work) == set()
    assert BACKEND.get_all_permissions(AnonymousUser()) == set()


def test_apps_are_open_where_there_is_any_right(at_work):
    assert at_work.has_module_perms("patients")
    assert not at_work.has_module_perms("auth")


def test_password_signs_in(client, practitioner):
    practitioner.user.set_password("a long word")
    practitioner.user.save()
    response = client.post("/accounts/login/", {"login": "practitioner", "password": "a long word"})
    assert (response.status_code, response.url) == (302, "/")


@pytest.mark.parametrize("word", ["wrong", ""])
def test_wrong_password_does_not(client, practitioner, word):
    practitioner.user.set_password("a long word")
    practitioner.user.save()
    assert client.post("/accounts/login/", {"login": "practitioner", "password": word}).status_code == 200
    assert "_auth_user_id" not in client.session


def test_forgotten_password_is_replaced_through_a_mailed_link(client, practitioner):
    client.post("/accounts/password/reset/", {"email": practitioner.user.email})
    message = Message.objects.get(kind="password_link")
    mail = password_link_mail.render(message)
    assert (message.recipient, mail.to) == (f"membership:{practitioner.pk}", practitioner.user.email)
    link = re.search(r"http://[^/]+(/accounts/password/reset/key/\S+)", mail.text)
    form = client.get(link[1], follow=True)
    client.post(form.request["PATH_INFO"], {"password1": "Wood pigeon 7", "password2": "Wood pigeon 7"})
    assert User.objects.get(username="practitioner").check_password("Wood pigeon 7")
    assert client.get(link[1], follow=True).context["token_fail"]


def test_unknown_address_gets_the_same_answer_and_no_mail(client, practitioner, mailoutbox):
    known = client.post("/accounts/password/reset/", {"email": practitioner.user.email})
    unknown = client.post("/accounts/password/reset/", {"email": "nobody@example.org"})
    assert (known.status_code, known.url) == (unknown.status_code, unknown.url)
    assert Message.objects.count() == 1
    assert mailoutbox == []


def test_who_left_gets_no_link(client, practitioner, at):
    practitioner.deactivated_at = at
    practitioner.save()
    client.post("/accounts/password/reset/", {"email": practitioner.user.email})
    assert not Message.objects.exists()


def test_link_asked_for_before_leaving_is_not_sent(client, practitioner, at):
    client.post("/accounts/password/reset/", {"email": practitioner.user.email})
    message = Message.objects.get()
    assert password_link_mail.still_due(message, at=at)
    practitioner.deactivated_at = at
    practitioner.save()
    assert not password_link_mail.still_due(message, at=at)


def test_nobody_signs_up_alone(client):
    assert client.get("/accounts/signup/").status_code == 404


def test_sign_out_asks_first(signed_in, practitioner):
    client = signed_in(practitioner)
    assert client.get("/accounts/logout/").status_code == 200
    assert "_auth_user_id" in client.session
    client.post("/accounts/logout/")
    assert "_auth_user_id" not in client.session
