"""Every form on staff pages, found by opening every address as everybody who may."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlsplit

from bs4 import BeautifulSoup, Tag
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver

from tests.test_tenancy import OPEN_PREFIXES, TABLE, _url

ROLES = ("lead", "practitioner", "manager", "front_desk")
# Pages on which another role has other forms.
MORE_FOR_SOME = {"admin:clinic_membership_change", "admin:clinic_clinic_change"}
# Pages where something is chosen before the form appears, with the choice.
CHOSEN = {"admin:courses_appointment_add": "?course={course.uuid}"}
TYPED = {
    "text",
    "number",
    "date",
    "datetime-local",
    "time",
    "email",
    "url",
    "tel",
    "search",
    "radio",
    "checkbox",
    "file",
}
SAMPLES = {
    "number": "3",
    "date": "2026-03-02",
    "datetime-local": "2026-03-02T09:15",
    "time": "09:15",
    "email": "somebody.else@example.org",
    "url": "https://hooks.example.org/typed",
}


@dataclass(frozen=True)
class StaffForm:
    """One POST form: its page, its target, and the role that may open it."""

    name: str
    page: str
    target: str
    role: str
    tag: Tag
    soup: BeautifulSoup

    @property
    def controls(self) -> list[Tag]:
        """The fields that somebody fills in."""
        return [
            one for one in self.tag.find_all(["input", "select", "textarea"]) if one.get("name") and is_typed(one)
        ]

    @property
    def values(self) -> dict[str, list[str]]:
        """What a browser would send from the unchanged form, without the token."""
        found: dict[str, list[str]] = {}
        for one in self.tag.find_all(["input", "select", "textarea"]):
            name = str(one.get("name", ""))
            if name and name != "csrfmiddlewaretoken" and (value := sent_of(one)) is not None:
                found.setdefault(name, []).extend(value)
        return found

    def typed(self) -> dict[str, list[str]]:
        """The same with a value in every field that accepts one."""
        found, chosen = dict(self.values), set()
        for one in self.controls:
            name, kind = str(one["name"]), str(one.get("type", "text"))
            if name in chosen and kind == "radio":
                continue
            value = sample(one)
            if value is not None:
                found[name] = [*(found[name] if name in chosen else []), value]
                chosen.add(name)
        return found


def is_typed(one: Tag) -> bool:
    """Whether a person fills in a control."""
    return one.name in {"select", "textarea"} or str(one.get("type", "text")) in TYPED


def sent_of(one: Tag) -> list[str] | None:
    """What an unchanged control sends."""
    kind = str(one.get("type", "text"))
    if one.name == "textarea":
        return [one.get_text().removeprefix("\n")]
    if one.name == "select":
        options = one.find_all("option")
        chosen = [str(option.get("value", "")) for option in options if option.has_attr("selected")]
        return chosen or ([] if one.has_attr("multiple") or not options else [str(options[0].get("value", ""))])
    if kind in {"radio", "checkbox"}:
        return [str(one.get("value", "on"))] if one.has_attr("checked") else None
    return None if kind in {"submit", "button", "file", "image"} else [str(one.get("value", ""))]


def sample(one: Tag) -> str | None:
    """A new value to type."""
    kind = str(one.get("type", "text"))
    if kind == "file":
        return None
    if one.name == "select":
        options = [str(option.get("value", "")) for option in one.find_all("option")]
        return options[-1] if options else None
    if kind in {"radio", "checkbox"}:
        return str(one.get("value", "on"))
    return SAMPLES.get(
        kind, "7" if one.get("inputmode") in {"numeric", "decimal"} else f"typed “{one['name']}” & <b>"
    )


def staff_forms(cast: dict[str, Any], rows: dict[str, Any]) -> dict[str, StaffForm]:
    """By target and role: every POST form on a page that somebody of the clinic may open."""
    found: dict[str, StaffForm] = {}
    opened: set[str] = set()
    for role in ROLES:
        client = Client()
        client.force_login(cast[role].user, backend="clinic.account.sign_in.MembershipBackend")
        for name in TABLE:
            if role not in TABLE[name].roles or not is_staff_page(name):
                continue
            url = _url(name, rows) + CHOSEN.get(name, "").format(**rows)
            if url in opened and name not in MORE_FOR_SOME:
                continue
            opened.add(url)
            response = client.get(url)
            if response.status_code == 200 and "text/html" in response["Content-Type"]:
                for form in _forms(name, urlsplit(url).path, role, response.content.decode()):
                    found.setdefault(form.target, form)
    return found


def is_staff_page(name: str) -> bool:
    """Whether an address is one of the staff's, not of everybody."""
    row = TABLE[name]
    return not row.is_public and bool(row.roles) and not name.startswith(OPEN_PREFIXES)


def _forms(name: str, path: str, role: str, html: str) -> Iterator[StaffForm]:
    soup = BeautifulSoup(html, "html.parser")
    for tag in soup.find_all("form"):
        target = urlsplit(str(tag.get("action") or path)).path
        is_frame = target.startswith(("/accounts/", "/clinic/switch/")) or tag.get("id") == "changelist-form"
        if str(tag.get("method", "")).lower() == "post" and not is_frame:
            yield StaffForm(name, path, target, role, tag, soup)


def posting_addresses(resolver: URLResolver | None = None) -> set[str]:
    """The names of all addresses, so that a test can list those without a form."""
    found: set[str] = set()
    for pattern in (resolver or get_resolver()).url_patterns:
        if isinstance(pattern, URLResolver):
            found |= posting_addresses(pattern)
        elif isinstance(pattern, URLPattern) and pattern.name:
            found.add(pattern.name)
    return found
