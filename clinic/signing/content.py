"""What a clinician signs off, found from the models: every table with `needs_sign_off`, and shipped texts."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from functools import cache
from typing import Any, cast

from django.apps import apps
from django.conf import settings
from django.contrib.admin import site
from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.utils.module_loading import import_string
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from clinic.country.shown import shown_number
from clinic.models import Clinic

NEEDS = "needs_sign_off"
# What is no content: whose it is, its place, whether it is in use. The trigger of the database agrees.
LEFT_OUT = frozenset({"id", "clinic", NEEDS, "position", "is_offered", "replaced_at"})
# What names a row within its clinic.
NAMES = ("code", "for_type")
# Columns of their own on the page.
BESIDE = frozenset({"source", "reasoning", "version", *NAMES})


@dataclass(frozen=True)
class Piece:
    """One piece of content as it is now."""

    kind: str
    code: str
    title: str
    # How urgent, what a yes does: what is chosen from a list and has no default.
    effect_label: str
    effect: str
    # Everything else that is content: label and words.
    facts: tuple[tuple[str, str], ...]
    source: str
    reasoning: str
    digest: str
    needs: bool
    # As the row itself says it; 0 where its table has no versions.
    own_version: int = 0
    row: Any = field(default=None, compare=False)
    # Left to be filled in before anybody can sign.
    is_open: bool = False

    @property
    def name(self) -> str:
        """What distinguishes it within the clinic."""
        return f"{self.kind}|{self.code}"

    @property
    def said(self) -> list[tuple[str, str]]:
        """All that a person reads of it: label and words."""
        effect = [(self.effect_label, self.effect)] if self.effect else []
        source = [(_("Source"), self.source)] if self.source else []
        reasoning = [(_("Reasoning"), self.reasoning)] if self.reasoning else []
        return [(_("Wording"), self.title), *effect, *self.facts, *source, *reasoning]


@dataclass(frozen=True)
class Kind:
    """One group of the page."""

    label: str
    title: str
    pieces: Callable[[Clinic], list[Piece]]
    model: type[models.Model] | None = None


@cache
def signed_models() -> tuple[type[models.Model], ...]:
    """Every table whose rows a clinician signs off."""
    return tuple(model for model in apps.get_models() if has_field(model, NEEDS))


def kinds() -> list[Kind]:
    """Every group: tables first, then shipped texts."""
    return [*(_kind_of(model) for model in signed_models()), *text_kinds()]


def kind_called(label: str) -> Kind | None:
    """One group by its label."""
    return next((kind for kind in kinds() if kind.label == label), None)


def text_kinds() -> list[Kind]:
    """The groups of shipped texts that are no rows; whether one is signed the events say."""
    return [kind for path in settings.SHIPPED_TEXTS for kind in import_string(path)()]


def has_field(model: type[models.Model], name: str) -> bool:
    """Whether a table has a column."""
    try:
        model._meta.get_field(name)
    except FieldDoesNotExist:
        return False
    return True


def rows_of(model: type[models.Model], clinic: Clinic) -> models.QuerySet[Any]:
    """The rows in force, in one order for everybody who locks them."""
    manager = cast(Any, model._default_manager)
    rows: models.QuerySet[Any] = manager.for_clinic(clinic)
    return rows.filter(replaced_at=None) if has_field(model, "replaced_at") else rows


def piece_of(row: Any, words: Callable[[str], dict[str, str]] | None = None) -> Piece:
    """One row as content."""
    model = type(row)
    shown = [one for one in _content_fields(model) if one.name not in BESIDE]
    effects = [one for one in shown if one.choices and not one.has_default()]
    facts = [one for one in shown if one not in effects and _words(row, one, words) not in {"", str(row)}]
    listed = [(capfirst(str(one.verbose_name)), _words(row, one, words)) for one in facts]
    listed += [
        (capfirst(str(one.verbose_name)), ", ".join(map(str, _others(row, one.name))))
        for one in model._meta.many_to_many
    ]
    return Piece(
        kind=model._meta.label_lower,
        code=":".join(str(getattr(row, name)) for name in NAMES if getattr(row, name, "")) or "-",
        title=str(row),
        effect_label=", ".join(capfirst(str(one.verbose_name)) for one in effects),
        effect="; ".join(_words(row, one, words) for one in effects),
        facts=tuple(pair for pair in listed if pair[1]),
        source=getattr(row, "source", ""),
        reasoning=getattr(row, "reasoning", ""),
        digest=_digest(row),
        needs=bool(getattr(row, NEEDS)),
        own_version=getattr(row, "version", 0),
        row=row,
        is_open=not getattr(row, "is_usable", True),
    )


def digest_of(values: Any) -> str:
    """The same for the same content, another for any other."""
    text = json.dumps(values, sort_keys=True, default=str, ensure_ascii=False)
    return hashlib.sha256(text.encode()).hexdigest()[:20]


def differences(before: Piece, after: Piece) -> list[list[str]]:
    """What differs: label, before, after."""
    then, now = dict(before.said), dict(after.said)
    return [
        [label, then.get(label, ""), now.get(label, "")]
        for label in dict.fromkeys([*then, *now])
        if then.get(label) != now.get(label)
    ]


def _kind_of(model: type[models.Model]) -> Kind:
    def pieces(clinic: Clinic) -> list[Piece]:
        rows = rows_of(model, clinic)
        rows = rows.prefetch_related(*(one.name for one in model._meta.many_to_many))
        words = _code_words(model, clinic)
        return [piece_of(row, words) for row in rows]

    return Kind(model._meta.label_lower, capfirst(str(model._meta.verbose_name_plural)), pieces, model)


def _code_words(model: type[models.Model], clinic: Clinic) -> Callable[[str], dict[str, str]]:
    """What the codes of a column mean, as the table's own screen has it; read once a column."""
    screen: Any = site._registry.get(model)

    @cache
    def words(name: str) -> dict[str, str]:
        if not hasattr(screen, "codes_for") or name in screen.typed_freely:
            return {}
        return dict(screen.codes_for(name, clinic))

    return words


def _content_fields(model: type[models.Model]) -> Iterable[Any]:
    return (one for one in model._meta.concrete_fields if one.name not in LEFT_OUT)


def _others(row: Any, name: str) -> list[Any]:
    return list(getattr(row, name).all())


def _digest(row: Any) -> str:
    values = {one.name: one.value_from_object(row) for one in _content_fields(type(row))}
    for one in type(row)._meta.many_to_many:
        values[one.name] = sorted(other.pk for other in _others(row, one.name))
    return digest_of(values)


def _words(row: Any, one: Any, words: Callable[[str], dict[str, str]] | None) -> str:
    """A value as people read it; nothing where there is none."""
    value = getattr(row, one.name)
    if one.choices:
        return str(getattr(row, f"get_{one.name}_display")()) if value else ""
    if isinstance(value, bool):
        return _("yes") if value else ""
    if isinstance(one, ArrayField):
        known = words(one.name) if words and isinstance(one.base_field, models.CharField) else {}
        return ", ".join(known.get(each, str(each)) for each in value)
    if isinstance(one, models.JSONField):
        return _listed(value)
    if isinstance(value, float | Decimal):
        return shown_number(value)
    return "" if value is None else str(value)


def _listed(value: Sequence[Any]) -> str:
    """Answers with the level of each."""
    return "; ".join(f"{one['wording']}: {one['level']}" for one in value)
