"""Signing in: by password, with the rights of the active membership."""

from __future__ import annotations

import pytest
from django.contrib.auth.models import AnonymousUser, Group, Permission

from clinic.sign_in import MembershipBackend

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


def test_nobody_signs_up_alone(client):
    response = client.get("/accounts/signup/")
    assert "signup_closed" in response.templates[0].name


def test_sign_out_asks_first(signed_in, practitioner):
    client = signed_in(practitioner)
    assert client.get("/accounts/logout/").status_code == 200
    assert "_auth_user_id" in client.session
    client.post("/accounts/logout/")
    assert "_auth_user_id" not in client.session
