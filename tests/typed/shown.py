"""Every form that a page of the staff makes, found by opening every address as everybody who may."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

from django import forms

from tests.posting.forms import StaffForm, staff_forms


@contextmanager
def forms_made() -> Iterator[list[forms.BaseForm]]:
    """The forms that are made inside, those of formsets and of the admin included."""
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
        pages = list(staff_forms(cast, rows).values())
    fields: dict[str, forms.Field] = {}
    for form in made:
        for name, field in form.fields.items():
            if not field.widget.is_hidden:
                fields.setdefault(f"{type(form).__name__}.{form.prefix or ''}.{name}", field)
    return fields, pages
