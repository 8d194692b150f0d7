"""Many rows into a table at once, by COPY: an insert through the model costs several times as much."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

from django.db import connection
from django.db.models import Field, Model
from django.utils import timezone


def copy_rows(example: Model, rows: Sequence[Mapping[str, Any]]) -> list[int]:
    """Write rows that are like the example except for the columns they name; returns their keys.

    Each row names the same columns. The database checks them as it checks each insert. What a model fills in for
    itself is new for each row.
    """
    if not rows:
        return []
    meta = example._meta
    quote = connection.ops.quote_name
    fields: list[Field[Any, Any]] = [field for field in meta.concrete_fields if not field.generated]
    columns = ", ".join(quote(str(field.column)) for field in fields)
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence(%s, %s)) FROM generate_series(1, %s)",
            [meta.db_table, meta.pk.column, len(rows)],
        )
        keys = [key for (key,) in cursor.fetchall()]
        # The names of tables and columns come from the models.
        with cursor.copy(f"COPY {quote(meta.db_table)} ({columns}) FROM STDIN") as copy:
            for values in _values(example, fields, rows, keys):
                copy.write_row(values)
    return keys


def _values(
    example: Model, fields: Sequence[Field[Any, Any]], rows: Sequence[Mapping[str, Any]], keys: Sequence[int]
) -> Iterator[list[Any]]:
    named = {field.attname: place for place, field in enumerate(fields) if field.attname in rows[0]}
    alike = [_prepared(field, getattr(example, field.attname)) for field in fields]
    made = [
        (place, field, make)
        for place, field in enumerate(fields)
        if field.attname not in named and (make := _maker(field)) is not None
    ]
    own_key = next(place for place, field in enumerate(fields) if field.primary_key)
    for key, row in zip(keys, rows, strict=True):
        values = alike.copy()
        values[own_key] = key
        for place, field, make in made:
            values[place] = _prepared(field, make())
        for name, place in named.items():
            values[place] = _prepared(fields[place], row[name])
        yield values


def _maker(field: Field[Any, Any]) -> Callable[[], Any] | None:
    """What makes a new value for each row; none where all rows have that of the example."""
    if getattr(field, "auto_now", False) or getattr(field, "auto_now_add", False):
        return timezone.now
    return field.get_default if field.unique and field.has_default() else None


def _prepared(field: Field[Any, Any], value: Any) -> Any:
    # The driver writes plain values as they are; only what has several forms is the field's to prepare.
    return field.get_db_prep_save(value, connection) if isinstance(value, dict | list) else value
