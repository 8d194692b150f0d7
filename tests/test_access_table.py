"""Every address, by GET and by POST, as every possible user: a refusal shows nothing and writes nothing.

The addresses come from the resolver, so that a new one is included at once. The end of the run prints how
many answers were checked and how many leaked.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.db import connection, transaction
from django.test import Client
from django.urls import get_resolver, reverse

from clinic.models import Membership, Role
from tests import factories
from tests.factories import MembershipFactory
from tests.test_tenancy import ALL as ALL_ROLES
from tests.test_tenancy import NOBODY, TABLE, Row, _names, _url, cast, rows  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db

# What everybody may write: their own session, counts of attempts.
OWN_TABLES = {"django_session", "clinic_shared_cache", "clinic_signinfailure"}
WRITES = re.compile(r"^\s*(INSERT INTO|UPDATE|DELETE FROM) \"(\w+)\"")
# A form with values for many fields: refused in any case.
FORM = {
    "reason": "because", "note": "seen", "seen": 10**6, "email": "thief@example.org", "role": "manager",
    "outcome": "advised", "answer": "accept", "score": 3, "minutes": 30, "starts_at": "2099-01-01T10:00",
    "ends_at": "2099-01-02T10:00", "is_accepted": "on", "name": "x", "password": "x", "code": "000000",
}  # fmt: skip
ACTORS = (
    "anonymous",
    *sorted(ALL_ROLES),
    "stranger",
    *(f"former {role}" for role in sorted(ALL_ROLES)),
    "pending",
    "two clinics, the other chosen",
    "nowhere",
    # Two roles have the rights of each, and no others.
    "practitioner and front_desk",
    "front_desk and manager",
    "manager and practitioner",
    "manager standing in",
)


@dataclass
class Actor:
    """Somebody who tries: their client, and the roles in which this clinic's pages are open to them, if any."""

    client: Client
    role: frozenset[str]
    is_signed_in: bool
    # Works somewhere, so that pages without a row of a clinic open.
    works: frozenset[str]


@pytest.fixture
def actor(request, cast, rows, at) -> Actor:  # noqa: F811
    kind: str = request.param
    client = Client(raise_request_exception=False)
    if kind == "anonymous":
        return Actor(client, NOBODY, is_signed_in=False, works=NOBODY)
    clinic = rows["clinic"]
    if kind in cast:
        member, role = cast[kind], frozenset({kind}) if kind != "stranger" else NOBODY
        works = role or frozenset({"practitioner"})
    elif kind == "manager standing in":
        # As where the lead has left: all that a lead may, but what needs a practitioner.
        member = MembershipFactory(clinic=clinic, role=Role.MANAGER, stands_in_since=at)
        role = works = frozenset({"manager", "stand-in"})
    elif " and " in kind:
        main, other = kind.split(" and ")
        member = MembershipFactory(clinic=clinic, role=main, more_roles=[other])
        role = works = frozenset({main, other})
    elif kind.startswith("former "):
        # A copy of everybody who left; the clinic keeps another manager.
        member = MembershipFactory(clinic=clinic, role=kind.removeprefix("former "), deactivated_at=at)
        role = works = NOBODY
    else:
        member = MembershipFactory(clinic=factories.make_clinic("Mill"), role=Role.PRACTITIONER)
        role, works = NOBODY, frozenset({"practitioner"})
        if kind == "pending":
            MembershipFactory(clinic=clinic, user=member.user, role=Role.MANAGER, is_pending=True)
        elif kind.startswith("two clinics"):
            MembershipFactory(clinic=clinic, user=member.user, role=Role.LEAD)
            member.user.last_membership = member.uuid
            member.user.save()
        else:
            Membership.objects.filter(pk=member.pk).update(deactivated_at=at)
            works = NOBODY
    client.force_login(member.user, backend="clinic.account.sign_in.MembershipBackend")
    return Actor(client, role, is_signed_in=True, works=works)


@contextmanager
def written() -> Iterator[set[str]]:
    """The tables that are written inside."""
    tables: set[str] = set()

    def note(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        found = WRITES.match(sql)
        if found:
            tables.add(found[2])
        return execute(sql, *rest)

    with connection.execute_wrapper(note):
        yield tables


def ask(client: Client, method: str, path: str) -> tuple[Any, set[str]]:
    """The response and the tables that were written for it; everything is rolled back."""
    with transaction.atomic(), written() as tables:
        answer = client.post(path, FORM) if method == "POST" else client.get(path)
        if hasattr(answer, "render") and not getattr(answer, "is_rendered", True):
            answer.render()
        transaction.set_rollback(True)
    return answer, tables - OWN_TABLES


def may(actor: Actor, row: Row) -> bool:
    """Whether the table opens an address to an actor."""
    if row.is_public:
        return True
    if row.is_own:
        return actor.is_signed_in
    own = actor.role if row.about else actor.works
    # Only a lead may open it, so whoever stands in for one may.
    is_for_leads = row.roles == {"lead"} and "stand-in" in own
    return is_for_leads or not own.isdisjoint(row.roles)


def leaks(actor: Actor, row: Row, answer: Any, tables: set[str], secrets: list[str]) -> str:
    """What is wrong with a response; empty if nothing is."""
    status = answer.status_code
    if status >= 500 and not (row.is_public and status == 503):
        return f"{status}: an error"
    if may(actor, row):
        is_sent_away = status == 302 and "/login/" in answer["Location"]
        return "sent to sign-in" if is_sent_away and not row.is_public else ""
    page = answer.content.decode(errors="replace") if not answer.streaming else ""
    shown = [secret for secret in secrets if secret in page]
    is_offer = status == 200 and "This belongs to " in page
    is_refused = status in {401, 403, 404, 405} or (status == 302 and "/login/" in answer["Location"]) or is_offer
    # An offer has opened the page and rolled back what it would write.
    if tables and not is_offer:
        return f"wrote {sorted(tables)}"
    if shown:
        return "shows a name"
    return "" if is_refused else f"{status}: not refused"


@pytest.mark.parametrize("actor", ACTORS, indirect=True)
def test_every_address_by_get_and_post(actor, rows, smtp, settings, tmp_path, record_property):  # noqa: F811
    settings.EMAIL_FILE_PATH = tmp_path
    secrets = [rows["patient"].family_name, rows["membership"].user.email]
    found, n = {}, 0
    for name, row in TABLE.items():
        for method in ("GET", "POST"):
            answer, tables = ask(actor.client, method, _url(name, rows))
            wrong = leaks(actor, row, answer, tables, secrets)
            n += 1
            if wrong:
                found[f"{method} {name}"] = wrong
    record_property("access", f"{n} answers, {len(found)} leaks")
    assert found == {}


@pytest.fixture
def factor(rows) -> Authenticator:  # noqa: F811
    """A second factor of somebody else."""
    data = {"name": "Anna's key", "credential": {}}
    return Authenticator.objects.create(user=rows["membership"].user, type=Authenticator.Type.WEBAUTHN, data=data)


@pytest.mark.parametrize("actor", [one for one in ACTORS if one != "lead"], indirect=True)
@pytest.mark.parametrize("is_demo", [True, False])
def test_account_addresses_change_nobody_else(actor, rows, factor, settings, is_demo, record_property):  # noqa: F811
    reverse("demo-mail")  # the addresses of a demo are made when addresses are first resolved
    settings.DEMO = is_demo
    owner = rows["membership"].user
    found, n = {}, 0
    for name in sorted({name for name in _names(get_resolver()) if name.startswith(("account_", "mfa_"))}):
        for method in ("GET", "POST"):
            answer, tables = ask(actor.client, method, _account_url(name, factor))
            n += 1
            page = answer.content.decode(errors="replace")
            if answer.status_code >= 500:
                found[f"{method} {name}"] = str(answer.status_code)
            elif owner.email in page or "Anna" in page.replace("Anna Tree", ""):
                found[f"{method} {name}"] = "shows somebody else's"
            elif tables & {"clinic_user", "mfa_authenticator", "clinic_membership", "account_emailaddress"}:
                found[f"{method} {name}"] = f"wrote {sorted(tables)}"
    record_property("access", f"{n} answers, {len(found)} leaks")
    assert found == {}


def _account_url(name: str, factor: Authenticator) -> str:
    if name in {"mfa_remove_webauthn", "mfa_edit_webauthn"}:
        return reverse(name, args=[factor.pk])
    if name == "account_reset_password_from_key":
        return reverse(name, args=["1", "forged-key"])
    return reverse(name)


def test_table_has_rows_that_are_refused_to_everybody():
    """Otherwise nothing would show that a refusal is noticed."""
    assert sum(row.roles == NOBODY for row in TABLE.values()) > 10
