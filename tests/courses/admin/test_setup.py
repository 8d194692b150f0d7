"""The set-up page: every page that somebody may open is in one group."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from django.contrib import admin
from django.urls import reverse

from clinic.models import Role
from courses.admin.setup import EVERYDAY, GROUPS, setup_groups
from tests.factories import MembershipFactory

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).resolve().parents[3]
ROOMS = ("clinic", "patients", "courses", "templates", "docs")


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


def test_sentences_name_its_pages_as_it_does(signed_in, clinic):
    member = MembershipFactory(clinic=clinic, role=Role.MANAGER, more_roles=[Role.LEAD])
    labels = [label for group in _labels(signed_in(member)).values() for label in group]
    sources = [
        path for room in ROOMS for path in (ROOT / room).rglob("*") if path.suffix in {".py", ".html", ".md"}
    ]
    said = {
        (path.name, words)
        for path in [*sources, ROOT / "README.md"]
        for words in re.findall(r"Setup (?:>|&gt;) ([A-Z][^.*<\"]{0,60})", path.read_text(encoding="utf-8"))
    }
    assert ("shown_text.py", "Consent texts") in said
    assert {one for one in said if not one[1].startswith(tuple(labels))} == set()
