"""What somebody entered in a form that can no longer be saved, for a page to read and copy it from."""

from __future__ import annotations

from collections.abc import Iterable

from django.forms import BaseForm

from clinic.posting.owner import MACHINERY
from clinic.posting.refill import is_secret
from clinic.posting.stale import shown_typed


def entered(*forms: BaseForm) -> list[tuple[str, str]]:
    """The label and the displayed value of each field that was changed after the form was opened."""
    return [line for form in forms for line in _of(form)]


def _of(form: BaseForm) -> Iterable[tuple[str, str]]:
    for name in form.changed_data:
        bound = form[name]
        if name in MACHINERY or is_secret(name) or bound.is_hidden:
            continue
        yield str(bound.label), shown_typed(bound.field, bound.data)
