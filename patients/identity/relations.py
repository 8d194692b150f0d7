"""Rules for each row that points to a patient when two records are merged.

Every relation has a rule, named by `app.model.field`; one without is refused, and a test fails. Each app gives
its own (`settings.MERGE_RULES`).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

from django.conf import settings
from django.db.models import Field, ForeignKey, Model, Q
from django.utils.module_loading import import_string

from patients.models import Patient

# New values by row and field, as JSON types.
Changes = dict[int, dict[str, Any]]


@dataclass(frozen=True)
class Pair:
    """The record that is kept, the one merged into it, and the choices on the page."""

    kept: Patient
    merged: Patient
    choices: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Rule:
    """Whether rows move to the kept patient, which of them stay, and which values must change in either record."""

    moves: bool = True
    left: Callable[[Pair], Collection[int]] | None = None
    changes: Callable[[Pair], Changes] | None = None


MOVES, STAYS = Rule(), Rule(moves=False)


@dataclass(frozen=True)
class Registered:
    """One app's rules, and what only the software writes in its tables."""

    rules: Mapping[str, Rule]
    # Columns and rows that the software writes: these are not somebody's work on the record.
    machine_columns: Mapping[str, frozenset[str]] = field(default_factory=dict)
    machine_rows: Mapping[str, Q] = field(default_factory=dict)


@cache
def registered() -> Registered:
    """The rules of all apps."""
    parts: list[Registered] = [import_string(path) for path in settings.MERGE_RULES]
    return Registered(
        rules={label: rule for part in parts for label, rule in part.rules.items()},
        machine_columns={label: names for part in parts for label, names in part.machine_columns.items()},
        machine_rows={label: which for part in parts for label, which in part.machine_rows.items()},
    )


def relation_label(relation: Field[Any, Any]) -> str:
    """A foreign key as `app.model.field`."""
    meta = relation.model._meta
    return f"{meta.app_label}.{meta.model_name}.{relation.name}"


def relations_to(model: type[Model]) -> list[ForeignKey[Any, Any]]:
    """Every foreign key that points to a model, including hidden ones."""
    found = model._meta.get_fields(include_hidden=True)
    return [
        one.field  # type: ignore[union-attr, misc]
        for one in found
        if one.auto_created and not one.concrete and (one.one_to_many or one.one_to_one)
    ]


def patient_relations() -> list[tuple[ForeignKey[Any, Any], Rule]]:
    """Every relation to a patient with its rule; LookupError names one without."""
    rules = registered().rules
    pairs = []
    for relation in relations_to(Patient):
        label = relation_label(relation)
        if label not in rules:
            raise LookupError(f"{label} points to a patient and has no rule for merged records (MERGE_RULES)")
        pairs.append((relation, rules[label]))
    return pairs
