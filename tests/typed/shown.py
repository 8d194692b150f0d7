"""Every form on staff pages, found by opening every address as everybody who may."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from bs4 import BeautifulSoup
from django import forms
from django.test import Client
from django.urls import NoReverseMatch, reverse

from tests.posting.forms import StaffForm, posting_addresses, staff_forms

# Every address of the user's account has one of these names.
OF_ACCOUNT = ("account", "mfa_")


@contextmanager
def forms_made() -> Iterator[list[forms.BaseForm]]:
    """The forms made inside, including those of formsets and of the admin."""
    made: list[forms.BaseForm] = []
    stock = forms.BaseForm.__init__

    def noting(self: Any, *args: Any, **kwargs: Any) -> None:
        stock(self, *args, **kwargs)
        made.append(self)

    forms.BaseForm.__init__ = noting  # type: ignore[method-assign]
    try:
        yield made
    finally:
        forms.BaseForm.__init__ = stock  # type: ignore[method-assign]


def shown_fields(cast: dict[str, Any], rows: dict[str, Any]) -> tuple[dict[str, forms.Field], list[StaffForm]]:
    """Every field that a person fills in, by form and name, as the pages make them; and the forms of the pages."""
    with forms_made() as made:
        pages = [*staff_forms(cast, rows).values(), *account_forms(cast)]
    fields: dict[str, forms.Field] = {}
    for form in made:
        for name, field in form.fields.items():
            if not field.widget.is_hidden:
                fields.setdefault(f"{type(form).__name__}.{form.prefix or ''}.{name}", field)
    return fields, pages


def account_forms(cast: dict[str, Any]) -> Iterator[StaffForm]:
    """The POST forms on the account pages, and on pages without sign-in."""
    known, somebody = Client(), Client()
    known.force_login(cast["practitioner"].user, backend="clinic.account.sign_in.MembershipBackend")
    for name in sorted(posting_addresses()):
        if not name.startswith(OF_ACCOUNT):
            continue
        try:
            path = reverse(name)
        except NoReverseMatch:
            continue
        for client in (known, somebody):
            answer = client.get(path)
            if answer.status_code != 200 or "html" not in answer["Content-Type"]:
                continue
            soup = BeautifulSoup(answer.content.decode(), "html.parser")
            for tag in soup.find_all("form", method="post"):
                target = str(tag.get("action") or path)
                if "logout" not in target and "/clinic/switch" not in target:
                    yield StaffForm(name, path, target, "practitioner", tag, soup)
