"""Lists of codes in a clinic's catalogues: chosen from known codes, never typed.

Rules compare codes letter by letter: a misspelt one would silently switch a safety check off.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any, ClassVar

from django import forms
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.http import HttpRequest
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from clinic.access import active_membership
from clinic.models import Clinic

Pairs = Mapping[str, str]


class CodesField(forms.MultipleChoiceField):
    """Some of the known codes, each with its words."""

    widget = forms.CheckboxSelectMultiple


class ChoosesCodes:
    """An admin class whose code columns are chosen from lists."""

    # Columns whose texts are not compared as codes.
    typed_freely: ClassVar[frozenset[str]] = frozenset()

    def codes_for(self, name: str, clinic: Clinic) -> Pairs:
        """The codes a column may hold, with their words."""
        raise NotImplementedError

    def formfield_for_dbfield(self, db_field: Any, request: HttpRequest, **kwargs: Any) -> Any:
        """Codes as tick boxes; an unknown code on file stays and is labelled as unknown."""
        if not is_of_codes(db_field) or db_field.name in self.typed_freely:
            return super().formfield_for_dbfield(db_field, request, **kwargs)  # type: ignore[misc]
        clinic = active_membership(request.user).clinic
        known = dict(self.codes_for(db_field.name, clinic))
        unknown = _on_file(db_field, clinic) - known.keys()
        known |= {code: _("%(code)s (unknown: nothing is checked)") % {"code": code} for code in sorted(unknown)}
        return CodesField(
            choices=list(known.items()), label=capfirst(db_field.verbose_name), required=not db_field.blank
        )


def is_of_codes(db_field: models.Field[Any, Any]) -> bool:
    """Whether a column holds several short texts."""
    return isinstance(db_field, ArrayField) and isinstance(db_field.base_field, models.CharField)


def _on_file(db_field: models.Field[Any, Any], clinic: Clinic) -> set[str]:
    rows: Iterable[list[str]] = db_field.model._default_manager.filter(clinic=clinic).values_list(
        db_field.name, flat=True
    )
    return {code for row in rows for code in row}
