"""Checks the address of a list; otherwise an invalid one would silently show fewer rows."""

from __future__ import annotations

import re
from collections.abc import Collection
from typing import Any

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.views.main import ORDER_VAR, PAGE_VAR, SEARCH_VAR, ChangeList
from django.core.exceptions import FieldDoesNotExist
from django.db import models
from django.db.models.constants import LOOKUP_SEP
from django.http import HttpRequest

from clinic.access import active_membership

_ORDER = re.compile(r"-?\d{1,2}(?:\.-?\d{1,2})*")
# Limits of a calendar year.
_PARTS = {"year": range(1, 10_000), "month": range(1, 13), "day": range(1, 32)}
# Keys of rows have 8 bytes.
_LONGEST_KEY = 18


def is_order_and_page(request: HttpRequest, *, n_columns: int) -> bool:
    """Whether page number and order are valid, before the list is made."""
    page, order = request.GET.get(PAGE_VAR, ""), request.GET.get(ORDER_VAR, "")
    if (page and not re.fullmatch(r"[0-9]{1,6}", page)) or (order and not _ORDER.fullmatch(order)):
        return False
    return all(1 <= abs(int(one)) <= n_columns for one in order.split(".") if one)


def is_understood(request: HttpRequest, changelist: ChangeList) -> bool:
    """Whether each value of the address fits the list that was made from it."""
    if changelist.page_num > max(changelist.paginator.num_pages, 1):
        return False
    if request.GET.get(SEARCH_VAR, "").strip() and not changelist.search_fields:
        return False
    offered = _offered(changelist)
    return all(
        len(set(values)) == 1 and (not values[0] or _fits(request, changelist, name, values[0], offered))
        for name, values in request.GET.lists()
    )


def _offered(changelist: ChangeList) -> dict[str, Collection[str]]:
    """The choices of the list's own filters, by their name in the address."""
    return {
        str(spec.parameter_name): {str(value) for value, _label in spec.lookup_choices}
        for spec in changelist.filter_specs
        if isinstance(spec, SimpleListFilter)
    }


def _fits(
    request: HttpRequest, changelist: ChangeList, name: str, value: str, offered: dict[str, Collection[str]]
) -> bool:
    if name in offered:
        return value in offered[name]
    column, *lookups = name.split(LOOKUP_SEP)
    if lookups and lookups[-1] in _PARTS:
        return value.isdecimal() and len(value) < _LONGEST_KEY and int(value) in _PARTS[lookups[-1]]
    if lookups and lookups[-1] == "isnull":
        return value in {"True", "False", "1", "0"}
    try:
        field = changelist.lookup_opts.get_field(column)
    except FieldDoesNotExist:
        # One of the list's own parameters; the list itself refuses unknown ones.
        return True
    values = value.split(",") if lookups and lookups[-1] == "in" else [value]
    return all(_is_value(request, field, one) for one in values)


def _is_value(request: HttpRequest, field: Any, value: str) -> bool:
    """Whether the column can hold this value; rows of other clinics do not count."""
    if field.is_relation:
        if not value.isdecimal() or len(value) > _LONGEST_KEY:
            return False
        manager = field.remote_field.model._default_manager
        is_scoped = hasattr(manager.get_queryset(), "visible_to")
        rows = manager.visible_to(active_membership(request.user)) if is_scoped else manager.all()
        return bool(rows.filter(pk=int(value)).exists())
    if isinstance(field, models.BooleanField):
        return value in {"True", "False", "1", "0"}
    return not field.choices or value in {str(one) for one, _label in field.flatchoices}
