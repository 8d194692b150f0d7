"""Odd values in every address, filter and form of every role: a message, never a broken page.

Pages come from the table of addresses, filters from the admin's registry, parameters from the source, fields from
the pages themselves: new ones are tried without being listed here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from html.parser import HTMLParser
from pathlib import Path
from random import Random
from typing import Any

import pytest
from django import forms
from django.contrib import admin
from django.db import transaction

from clinic.typed.dates import DayField, MomentField
from clinic.typed.numbers import DecimalNumberField, FloatNumberField, WholeNumberField
from courses.admin.site import StaffAdminSite
from tests.test_tenancy import TABLE, _url, cast, rows  # noqa: F401 - two fixtures

pytestmark = pytest.mark.django_db

ROOT = Path(__file__).parents[1]
ODD = (
    "\x00",
    "9999-12-31",
    "0001-01-01",
    "2026-02-30",
    "9999-12-31T23:59",
    "0001-01-01T00:00",
    "2026-02-30T10:00",
    "①",
    "-1",
    str(2**70),
    "x" * 3000,
    "1,5",
    "\ud7ff\u200b",
    "%",
)
N_EACH = 4
ROLES = ("practitioner", "lead", "manager", "front_desk", "stranger")
NOT_TYPED = {"hidden", "submit", "button", "checkbox", "radio", "file"}


def some_odd(place: str) -> list[str]:
    """A few odd values for one place, the same in every run; together the places use all of them."""
    return Random(place).sample(ODD, N_EACH)


@dataclass
class Form:
    """A form of a page: its target, its values, its editable fields."""

    action: str = ""
    values: dict[str, str] = field(default_factory=dict)
    typed: set[str] = field(default_factory=set)
    dates: set[str] = field(default_factory=set)


class Page(HTMLParser):
    """The forms of a page, and the types of its inputs."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.forms: list[Form] = []
        self.types: set[str] = set()
        self.select = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Collect the content of a form."""
        at = {name: value or "" for name, value in attrs}
        if tag == "form":
            self.forms.append(Form(at.get("action", "")) if at.get("method", "").lower() == "post" else Form("-"))
        form = self.forms[-1] if self.forms else Form("-")
        if tag == "input":
            self.types.add(at.get("type", "text"))
        if tag in {"input", "textarea"} and at.get("name"):
            kind = at.get("type", "text")
            if kind not in {"checkbox", "radio"} or "checked" in at:
                form.values[at["name"]] = at.get("value", "")
            if kind not in NOT_TYPED:
                form.typed.add(at["name"])
            if kind in {"date", "datetime-local", "time"}:
                form.dates.add(at["name"])
        if tag == "select":
            self.select = at.get("name", "")
        if tag == "option" and self.select and ("selected" in at or self.select not in form.values):
            form.values[self.select] = at.get("value", "")


def parameters_read() -> set[str]:
    """Every parameter of an address that the source reads, and those of the stock lists."""
    found: set[str] = set()
    for folder in ("clinic", "patients", "courses"):
        for path in (ROOT / folder).rglob("*.py"):
            found |= set(re.findall(r'GET(?:\.get\(|\.getlist\(|\[)"(\w+)"', path.read_text(encoding="utf-8")))
    return found | {"q", "p", "o", "e", "all", "weekdays", "earliest", "latest", "minutes", "practitioner"}


def filters_of(name: str) -> Iterator[str]:
    """The filters of a list, as its address names them."""
    for model, its_admin in _site()._registry.items():
        if name != f"admin:{model._meta.app_label}_{model._meta.model_name}_changelist":
            continue
        if its_admin.date_hierarchy:
            yield from (f"{its_admin.date_hierarchy}__{part}" for part in ("year", "month", "day", "gte"))
        for one in its_admin.list_filter:
            filtered = one[0] if isinstance(one, tuple) else one
            if isinstance(filtered, str):
                yield from (f"{filtered}__exact", f"{filtered}__id__exact", f"{filtered}__gte", filtered)
            elif hasattr(filtered, "parameter_name"):
                yield filtered.parameter_name


def _site() -> StaffAdminSite:
    site = admin.site._wrapped if hasattr(admin.site, "_wrapped") else admin.site
    assert isinstance(site, StaffAdminSite)
    return site


def status_of(client: Any, url: str, values: dict[str, Any], *, post: bool = False) -> int:
    """The status, with everything rolled back; 500 with the name of the error in the test's output."""
    client.raise_request_exception = False
    with transaction.atomic():
        answer = client.post(url, values) if post else client.get(url, values)
        transaction.set_rollback(True)
    return int(answer.status_code)


@pytest.mark.parametrize("role", ROLES)
def test_odd_filters_and_parameters(role, signed_in, cast, rows):  # noqa: F811
    client, broken = signed_in(cast[role]), set()
    common = parameters_read()
    for name in TABLE:
        if name in {"healthz", "metrics", "admin:logout"}:
            continue
        url, own = _url(name, rows), list(filters_of(name))
        for odd in some_odd(name):
            # All at once for the pages' own, one by one for filters, because the first wrong one stops a list.
            wanted: list[dict[str, str]] = [dict.fromkeys(common, odd)] if role == "lead" or own else []
            wanted += [{one: odd} for one in own]
            broken |= {
                (name, *one, odd[:20]) for one in wanted if status_of(client, url, one) >= 500 and len(one) == 1
            } | {(name, "all", odd[:20]) for one in wanted if len(one) > 1 and status_of(client, url, one) >= 500}
    assert broken == set()


@pytest.mark.parametrize("day", ODD)
def test_odd_days_of_the_diary(day, signed_in, front_desk, practitioner):
    for one in (front_desk, practitioner):
        for path in ("/admin/courses/appointment/", "/admin/courses/appointment/add/"):
            assert status_of(signed_in(one), path, {"day": day}) < 500


@pytest.mark.parametrize("key", ["-1", "0", "①", "%00", str(2**70), "9" * 400, "x", "1_2Fadd"])
def test_odd_keys_of_rows(key, signed_in, lead, rows):  # noqa: F811
    client, broken = signed_in(lead), set()
    for name, row in TABLE.items():
        if row.about and name.startswith("admin:"):
            pk = str(rows[row.about].pk)
            path = re.sub(rf"/{pk}(?=/)", f"/{key}", _url(name, rows), count=1)
            if status_of(client, path, {}) >= 500:
                broken.add(name)
    assert broken == set()


@pytest.mark.parametrize("role", ["lead", "manager", "front_desk"])
def test_odd_values_in_every_form(role, signed_in, cast, rows):  # noqa: F811
    client, broken, n_forms = signed_in(cast[role]), set(), 0
    for name in TABLE:
        page_url = _url(name, rows)
        answer = client.get(page_url)
        if answer.status_code != 200 or "html" not in answer["Content-Type"]:
            continue
        for form in Page(answer.content.decode()).forms:
            if form.action == "-" or "logout" in form.action or not form.typed:
                continue
            n_forms += 1
            url = form.action if form.action.startswith("/") else page_url
            for odd in some_odd(f"{name} {url}"):
                for names in (form.typed, form.dates):
                    values = {**form.values, **dict.fromkeys(names, odd)}
                    if names and status_of(client, url, values, post=True) >= 500:
                        broken.add((name, url, odd[:20], "dates" if names is form.dates else "all"))
    assert broken == set()
    assert n_forms > 3


@pytest.mark.parametrize("role", ["practitioner", "lead", "manager", "front_desk"])
def test_no_page_has_a_number_input(role, signed_in, cast, rows):  # noqa: F811
    client = signed_in(cast[role])
    wrong = set()
    for name in TABLE:
        answer = client.get(_url(name, rows))
        if answer.status_code == 200 and "html" in answer["Content-Type"]:
            page = Page(answer.content.decode())
            wrong |= {(name, kind) for kind in page.types & {"number", "range"}}
    assert wrong == set()


def test_no_template_has_a_number_input():
    found = [path for path in (ROOT / "templates").rglob("*.html") if 'type="number"' in path.read_text()]
    assert found == []


def test_every_form_reads_numbers_and_dates_as_typed():
    ours = (WholeNumberField, DecimalNumberField, FloatNumberField, DayField, MomentField)
    stock = (forms.IntegerField, forms.DecimalField, forms.FloatField, forms.DateField, forms.DateTimeField)
    wrong = {
        f"{form.__module__}.{form.__qualname__}.{name}"
        for form in _forms(forms.BaseForm)
        if form.__module__.split(".")[0] in {"clinic", "patients", "courses"}
        for name, one in form.base_fields.items()
        if isinstance(one, stock) and not isinstance(one, ours) and not one.widget.is_hidden
    }
    assert wrong == set()


def test_every_admin_form_reads_numbers_and_dates_as_typed(rf, lead):
    stock = (forms.IntegerField, forms.DecimalField, forms.FloatField, forms.DateField, forms.DateTimeField)
    ours = (WholeNumberField, DecimalNumberField, FloatNumberField, DayField, MomentField)
    request, wrong = rf.get("/"), set()
    request.user = lead.user
    request.user.active_membership = lead
    for model, its_admin in _site()._registry.items():
        kinds = [its_admin.get_form(request)]
        kinds += [inline.get_formset(request).form for inline in its_admin.get_inline_instances(request)]
        for kind in kinds:
            wrong |= {
                f"{model.__name__}.{name}"
                for name, one in kind.base_fields.items()
                if isinstance(one, stock) and not isinstance(one, ours) and not one.widget.is_hidden
            }
    assert wrong == set()


def _forms(kind: Any) -> Iterator[Any]:
    for one in kind.__subclasses__():
        yield one
        yield from _forms(one)
