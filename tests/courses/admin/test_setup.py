"""The set-up page: every page that somebody may open is in one group."""

from __future__ import annotations

import pytest
from django.contrib import admin
from django.urls import reverse

from courses.admin.setup import EVERYDAY, GROUPS, setup_groups

pytestmark = pytest.mark.django_db


def test_every_registered_model_has_its_group_or_is_in_the_navigation():
    named = [name for _title, entries in GROUPS for name in entries]
    assert sorted([*named, *EVERYDAY]) == sorted(model.__name__ for model in admin.site._registry)


def test_one_that_no_group_names_is_not_lost():
    model = {"object_name": "Novelty", "name": "novelties", "admin_url": "/there/"}
    (group,) = setup_groups([{"models": [model]}])
    assert (group.title, group.entries[0].label) == ("More", "Novelties")


def test_front_desk_sees_what_it_may_open(signed_in, front_desk):
    assert _labels(signed_in(front_desk)) == {"Clinic and staff": ["The clinic", "Staff"]}


def test_manager_finds_what_decides_about_alerts_in_one_place(signed_in, manager):
    rules = ["Red flags", "Healing curve and alert budget", "Rule settings", "Silences"]
    assert _labels(signed_in(manager))["Alerts"] == rules


def _labels(client):
    groups = client.get(reverse("admin:setup")).context["groups"]
    return {group.title: [entry.label for entry in group.entries] for group in groups}
