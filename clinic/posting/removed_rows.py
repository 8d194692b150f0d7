"""Rows of a page's list that somebody removed while the page was open."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from django.http import QueryDict
from django.utils.translation import gettext as _

from clinic.posting.stale import MAIN, Merged, Who, merge, put, python_of, stored

Row = dict[str, list[str]]


def key_of(formset: Any, pk: Any) -> str:
    """The name under which a row's values are sent: its place in the list may change, its key does not."""
    return f"{formset.prefix}:{pk}"


def opened_rows(formset: Any) -> dict[str, Any]:
    """The stored rows of a list as forms, by key."""
    return {key_of(formset, form.instance.pk): form for form in formset.initial_forms if form.instance.pk}


def drop_removed(formset: Any, data: QueryDict, opened: Mapping[str, Mapping[str, Any]], into: Merged) -> None:
    """Drop a removed row that was not changed here; one that was changed becomes a new row, with a message."""
    prefix, pk_name = formset.prefix, formset.model._meta.pk.name
    n_stored, rows = _count(data, f"{prefix}-INITIAL_FORMS"), _rows(data, prefix)
    there = {str(pk) for pk in formset.get_queryset().values_list("pk", flat=True)}
    old = [row for row in rows[:n_stored] if (row.get(pk_name) or [""])[0] in there]
    gone = [row for row in rows[:n_stored] if (row.get(pk_name) or [""])[0] not in there]
    if not gone:
        return
    touched = [row for row in gone if _is_touched(formset, row, opened.get(key_of(formset, row[pk_name][0]), {}))]
    for row in touched:
        row[pk_name] = [""]
        row.pop("DELETE", None)
    first = _first_seen(formset.empty_form)
    for number in range(len(touched)):
        words = _("Somebody removed this row while the page was open. Save again to add it as you entered it.")
        into.refuse(f"{prefix}-{len(old) + number}", first, words)
    _write(data, prefix, [*old, *touched, *rows[n_stored:]], n_stored=len(old))


def merge_rows(
    formset: Any, data: QueryDict, opened: Mapping[str, Mapping[str, Any]], *, who: Who, into: Merged
) -> None:
    """Merge each stored row with its form; ask about a row to be deleted that somebody else changed."""
    for form in formset.initial_forms:
        then = opened.get(key_of(formset, form.instance.pk), {})
        if data.get(form.add_prefix("DELETE")):
            if then and any(stored(form).get(name) != value for name, value in then.items()):
                words = _("Somebody changed this row while the page was open. Save again to remove it.")
                into.refuse(form.prefix or MAIN, _first_seen(form), words)
                for name in then:
                    if name in form.fields:
                        put(form, data, name, stored(form)[name])
            continue
        merge(form, data, then, who=who, into=into)


def _is_touched(formset: Any, row: Row, then: Mapping[str, Any]) -> bool:
    data = QueryDict(mutable=True)
    for name, values in row.items():
        data.setlist(f"x-{name}", values)
    form = formset.form(data, prefix="x")
    return any(
        form.fields[name].has_changed(
            python_of(value), form.fields[name].widget.value_from_datadict(data, {}, f"x-{name}")
        )
        for name, value in then.items()
        if name in form.fields and name not in {formset.model._meta.pk.name, formset.fk.name, "DELETE"}
    )


def _first_seen(form: Any) -> str:
    """The field beside which a message about the whole row is shown."""
    return next(str(name) for name, one in form.fields.items() if not one.widget.is_hidden)


def _rows(data: QueryDict, prefix: str) -> list[Row]:
    rows: list[Row] = [{} for _row in range(_count(data, f"{prefix}-TOTAL_FORMS"))]
    for full, values in data.lists():
        number, dash, name = full.removeprefix(f"{prefix}-").partition("-")
        if full.startswith(f"{prefix}-") and dash and number.isdecimal() and int(number) < len(rows):
            rows[int(number)][name] = list(values)
    return rows


def _write(data: QueryDict, prefix: str, rows: list[Row], *, n_stored: int) -> None:
    for full in list(data):
        place = full.removeprefix(f"{prefix}-").partition("-")[0]
        if full.startswith(f"{prefix}-") and place.isdecimal():
            del data[full]
    for number, row in enumerate(rows):
        for name, values in row.items():
            data.setlist(f"{prefix}-{number}-{name}", values)
    data[f"{prefix}-TOTAL_FORMS"], data[f"{prefix}-INITIAL_FORMS"] = str(len(rows)), str(n_stored)


def _count(data: QueryDict, name: str) -> int:
    text = data.get(name, "")
    return min(int(text), 1000) if text.isdecimal() else 0
