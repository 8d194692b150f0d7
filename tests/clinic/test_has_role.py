"""Everybody asks for roles in one way, so that a second role is never overlooked: found in the code itself."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

from clinic.access import ROLE_PERMISSIONS, STANDING_IN, permissions_of
from clinic.models import Membership, Role, User
from tests.factories import MembershipFactory

ROOT = Path(__file__).parents[2]
SOURCES = [
    path
    for folder in ("clinic", "patients", "courses", "demo", "bench")
    for path in sorted((ROOT / folder).rglob("*.py"))
    if "migrations" not in path.parts
]
TEMPLATES = sorted((ROOT / "templates").rglob("*.html")) + sorted((ROOT / "templates").rglob("*.txt"))
# The columns, and what is read of them. To write one, as a keyword of a new row, is no reading.
COLUMNS = {"role", "more_roles", "get_role_display"}
HOME = ROOT / "clinic/models/membership.py"
LOOKUPS = {"filter", "exclude", "get", "Q", "When", "order_by", "values", "values_list", "only", "annotate"}


def readings(tree: ast.AST) -> list[int]:
    """The lines that read a column of roles: as an attribute, or in a query."""
    found = []
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute) and node.attr in COLUMNS and isinstance(node.ctx, ast.Load):
            found.append(node.lineno)
        if isinstance(node, ast.Call) and _name(node.func) in LOOKUPS:
            names = [keyword.arg or "" for keyword in node.keywords]
            names += [str(one.value) for one in node.args if isinstance(one, ast.Constant)]
            found += [node.lineno for name in names if re.search(r"(^-?|__)(role|more_roles)(__|$)", name)]
    return found


def _name(node: ast.expr) -> str:
    return node.attr if isinstance(node, ast.Attribute) else node.id if isinstance(node, ast.Name) else ""


def test_roles_are_read_in_one_place():
    elsewhere = {
        f"{path.relative_to(ROOT)}:{line}"
        for path in SOURCES
        if path != HOME
        for line in readings(ast.parse(path.read_text(encoding="utf-8")))
    }
    assert elsewhere == set()


def test_no_template_reads_them():
    pattern = re.compile(r"\.(role|more_roles|get_role_display)\b")
    assert [str(path) for path in TEMPLATES if pattern.search(path.read_text(encoding="utf-8"))] == []


@pytest.mark.parametrize(
    "code",
    [
        "member.role == Role.LEAD",
        "members.filter(role='lead')",
        "Q(member__role__in=roles)",
        "members.values_list('pk', 'role')",
        "member.get_role_display()",
        "members.exclude(more_roles__contains=['lead'])",
    ],
)
def test_such_a_reading_is_found(code):
    assert readings(ast.parse(code)) == [1]


def test_the_one_place_reads_them():
    assert readings(ast.parse(HOME.read_text(encoding="utf-8")))


@pytest.mark.parametrize("main", Role.values)
@pytest.mark.parametrize("other", Role.values)
def test_two_roles_have_the_rights_of_each_whichever_is_the_main_one(main, other):
    member = Membership(role=main, more_roles=[other], user=User())
    assert permissions_of(member) == ROLE_PERMISSIONS[main] | ROLE_PERMISSIONS[other]
    assert member.roles == {main, other}


def test_whoever_stands_in_has_what_only_a_lead_has(at):
    member = Membership(role="manager", user=User(), stands_in_since=at)
    assert permissions_of(member) == ROLE_PERMISSIONS["manager"] | STANDING_IN
    assert "courses.resume_course" in STANDING_IN
    assert not STANDING_IN & (ROLE_PERMISSIONS["practitioner"] | ROLE_PERMISSIONS["front_desk"])


@pytest.mark.django_db
def test_both_columns_are_asked(clinic):
    main = MembershipFactory(clinic=clinic, role=Role.LEAD)
    beside = MembershipFactory(clinic=clinic, role=Role.MANAGER, more_roles=[Role.PRACTITIONER, Role.LEAD])
    MembershipFactory(clinic=clinic, role=Role.FRONT_DESK, more_roles=[Role.MANAGER])
    assert set(Membership.objects.for_clinic(clinic).with_role(Role.LEAD)) == {main, beside}


@pytest.mark.parametrize(
    ("roles", "expected"),
    [
        (["practitioner"], (True, False, True)),
        (["practitioner", "front_desk"], (False, False, True)),
        (["practitioner", "manager"], (False, True, True)),
        (["manager", "practitioner"], (False, True, True)),
        (["front_desk", "lead"], (False, True, True)),
        (["manager"], (False, True, False)),
        (["front_desk"], (False, False, False)),
    ],
)
def test_what_follows_from_several_roles(roles, expected):
    main, *more = roles
    member = Membership(role=main, more_roles=more)
    assert (member.treats_only, member.is_leading, member.is_clinician) == expected
