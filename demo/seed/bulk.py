"""Many rows at once, through PostgreSQL's COPY."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.db import connection, models


def reserve_ids(model: type[models.Model], n_rows: int) -> range:
    """Primary keys in sequence that nobody else will get."""
    table, column = model._meta.db_table, "id"
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_get_serial_sequence(%s, %s)", [table, column])
        sequence = cursor.fetchone()[0]
        cursor.execute("SELECT nextval(%s)", [sequence])
        first = cursor.fetchone()[0]
        cursor.execute("SELECT setval(%s, %s)", [sequence, first + n_rows])
    return range(first, first + n_rows)


def copy_rows(model: type[models.Model], fields: Sequence[str], rows: Iterable[Sequence[Any]]) -> None:
    """Write rows of database columns; missing columns get the field's default, and the table's checks apply."""
    names, defaults = list(fields), _defaults(model, known=set(fields))
    columns = ", ".join(f'"{_column(model, field)}"' for field in [*names, *defaults])
    with connection.cursor() as cursor:
        statement = f'COPY "{model._meta.db_table}" ({columns}) FROM STDIN'
        with cursor.cursor.copy(statement) as copy:
            for row in rows:
                copy.write_row([*row, *defaults.values()])


def _defaults(model: type[models.Model], *, known: set[str]) -> dict[str, Any]:
    """Defaults for fields that are not given, if the column needs a value."""
    # The database writes generated columns itself.
    unnamed = [
        field
        for field in model._meta.concrete_fields
        if field.name not in known and not field.primary_key and not field.generated
    ]
    return {field.name: field.get_default() for field in unnamed if not field.null}


def _column(model: type[models.Model], name: str) -> str:
    field = model._meta.get_field(name)
    if not isinstance(field, models.Field):
        raise TypeError(f"{name} is no column")
    return str(field.column)
