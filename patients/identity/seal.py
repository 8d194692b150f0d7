"""A fingerprint of everything that belongs to a person; it shows what was written since.

Every table that leads to a patient is found from the models' relations, so that a new one counts from its first
day; only what the software writes on its own is left out, by name.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.apps import apps
from django.db import connection
from django.db.models import Model, Q

from patients.identity.relations import patient_relations, registered, relations_to
from patients.models import Patient, PatientMerge

Seal = dict[str, dict[str, Any]]


@dataclass(frozen=True)
class Written:
    """What was written in one table since: how many rows are new, changed, gone."""

    label: str
    n_new: int
    n_changed: int
    n_gone: int

    @property
    def model(self) -> type[Model]:
        """The table's model."""
        return apps.get_model(self.label)


def rows_of(patients: Iterable[Patient]) -> dict[type[Model], set[int]]:
    """The keys of every row that belongs to these patients, by model: directly, or through another row."""
    found: dict[type[Model], set[int]] = defaultdict(set)
    found[Patient] = {one.pk for one in patients}
    stays = {relation for relation, rule in patient_relations() if not rule.moves}
    queue: deque[tuple[type[Model], set[int]]] = deque([(Patient, set(found[Patient]))])
    while queue:
        model, keys = queue.popleft()
        for relation in relations_to(model):
            if relation in stays or relation.model is PatientMerge:
                continue
            child = relation.model
            rows = child._base_manager.filter(**{f"{relation.name}__in": keys})
            news = set(rows.values_list("pk", flat=True)) - found[child]
            if news:
                found[child] |= news
                queue.append((child, news))
    return dict(found)


def seal_of(patients: Iterable[Patient], *, like: Seal | None = None) -> Seal:
    """A fingerprint of each row that people write; with `like`, only over the columns of that earlier one."""
    return seal_of_rows(rows_of(patients), like=like)


def seal_of_rows(rows: Mapping[type[Model], Collection[int]], *, like: Seal | None = None) -> Seal:
    """The same of rows that are known: of records that were just made, nobody need look for others."""
    seal: Seal = {}
    for model, keys in rows.items():
        label = model._meta.label
        counted = _counted(model, keys)
        known = like[label]["columns"] if like and label in like else None
        columns = [name for name in _columns(model) if known is None or name in known]
        if counted:
            seal[label] = {"columns": columns, "rows": _fingerprints(model, counted, columns)}
    return seal


def written_since(seal: Seal, patients: Iterable[Patient]) -> list[Written]:
    """What differs from a seal now, table by table; empty if nothing differs."""
    now = seal_of(patients, like=seal)
    found = []
    for label in sorted({*seal, *now}):
        then_rows, now_rows = (one.get(label, {}).get("rows", {}) for one in (seal, now))
        both = then_rows.keys() & now_rows.keys()
        written = Written(
            label,
            n_new=len(now_rows.keys() - then_rows.keys()),
            n_changed=sum(then_rows[key] != now_rows[key] for key in both),
            n_gone=len(then_rows.keys() - now_rows.keys()),
        )
        if written.n_new or written.n_changed or written.n_gone:
            found.append(written)
    return found


def _counted(model: type[Model], keys: Collection[int]) -> list[int]:
    machine = registered().machine_rows.get(model._meta.label)
    rows = model._base_manager.filter(pk__in=keys)
    if machine is not None:
        rows = rows.none() if machine == Q() else rows.exclude(machine)
    return sorted(rows.values_list("pk", flat=True))


def _columns(model: type[Model]) -> list[str]:
    left_out = registered().machine_columns.get(model._meta.label, frozenset())
    return sorted(str(field.column) for field in model._meta.concrete_fields if field.attname not in left_out)


def _fingerprints(model: type[Model], keys: list[int], columns: list[str]) -> dict[str, str]:
    quote = connection.ops.quote_name
    table, pk = quote(model._meta.db_table), quote(str(model._meta.pk.column))
    parts = ", ".join(f"to_jsonb({quote(name)})" for name in columns)
    # The names of tables and columns come from the models.
    sql = f"SELECT {pk}, md5(jsonb_build_array({parts})::text) FROM {table} WHERE {pk} = ANY(%s)"  # noqa: S608
    with connection.cursor() as cursor:
        cursor.execute(sql, [keys])
        return {str(key): fingerprint for key, fingerprint in cursor.fetchall()}
