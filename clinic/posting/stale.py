"""A form opened before somebody else saved the same row: merge what only one of them changed, ask about the rest.

A form carries, signed, what its fields held when the page was opened. When it is sent, each field is compared with
that and with what is stored now. The caller holds the row's lock.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time
from decimal import Decimal
from typing import Any, TypeVar

from django import forms
from django.core import signing
from django.db import models
from django.http import QueryDict
from django.utils import timezone
from django.utils.dateparse import parse_date, parse_datetime, parse_time
from django.utils.translation import gettext as _

from clinic.country.shown import shown_clock, shown_day, shown_moment
from clinic.typed.wall_clock import SUFFIX, CarriesClock

SALT = "clinic.posting.opened"
MAIN = ""
READ: Mapping[str, Callable[[str], Any]] = {
    "datetime": parse_datetime,
    "date": parse_date,
    "time": parse_time,
    "decimal": Decimal,
    "uuid": uuid.UUID,
}
LONGEST_QUOTE = 300
# Who changed the field with this label, and when; None if that was not recorded.
Who = Callable[[str], tuple[str, datetime] | None]


@dataclass(frozen=True)
class Opened:
    """When a page was opened, and the values of each form's fields at that time."""

    at: datetime
    values: Mapping[str, Mapping[str, Any]]


@dataclass
class Merged:
    """The result of comparing: fields both changed, by form and name; and those only the other person changed."""

    conflicts: dict[str, dict[str, str]] = field(default_factory=dict)
    kept: list[str] = field(default_factory=list)

    def refuse(self, prefix: str, name: str, words: str) -> None:
        """Refuse a field that both changed, or a row that is gone."""
        self.conflicts.setdefault(prefix, {})[name] = words


class RefusesConflicts:
    """For a form class: what both people changed is an error of its field."""

    conflicts: Mapping[str, Mapping[str, str]] = {}

    def full_clean(self) -> None:
        """Add the conflicts that were found before."""
        super().full_clean()  # type: ignore[misc]
        for name, words in self.conflicts.get(self.prefix or MAIN, {}).items():  # type: ignore[attr-defined]
            self.add_error(name if name in self.fields else None, words)  # type: ignore[attr-defined]


def refusing(form: type[Any], conflicts: Mapping[str, Mapping[str, str]]) -> type[Any]:
    """The form class, with these conflicts as errors."""
    return type(form.__name__, (RefusesConflicts, form), {"conflicts": conflicts})


def stamp(opened: Mapping[str, forms.BaseForm], *, at: datetime) -> str:
    """The stored field values of some forms, signed, for the page to carry."""
    values = {prefix: stored(form) for prefix, form in opened.items()}
    return signing.dumps({"at": at.isoformat(), "values": values}, salt=SALT, compress=True)


def opened_with(data: QueryDict, name: str = "opened") -> Opened | None:
    """The values with which a form was opened; None if there are none with our signature."""
    try:
        read = signing.loads(data.get(name, ""), salt=SALT)
    except signing.BadSignature:
        return None
    at = parse_datetime(read["at"])
    return Opened(at, read["values"]) if at else None


def stored(form: forms.BaseForm) -> dict[str, Any]:
    """The stored values of a form's fields; files are not compared."""
    return {
        name: _plain(form.get_initial_for_field(one, name))
        for name, one in form.fields.items()
        if not isinstance(one, forms.FileField) and name not in {"reason", "version", "is_another_person"}
    }


def merge(form: forms.BaseForm, data: QueryDict, opened: Mapping[str, Any], *, who: Who, into: Merged) -> None:
    """Compare a bound form's fields; put the stored value into `data` where only the other person changed it."""
    now = stored(form)
    for name, then in opened.items():
        if name not in now or now[name] == then:
            continue
        one, typed = form.fields[name], _typed(form, data, name)
        label = str(one.label or name)
        if not _differs(one, then, typed):
            put(form, data, name, now[name])
            into.kept.append(_told(who(label), label, shown(one, now[name])))
        elif _differs(one, now[name], typed):
            both = _("%(news)s while this page was open. You entered “%(typed)s”. Save again to keep yours.")
            news = _told(who(label), label, shown(one, now[name]))
            words = both % {"news": news, "typed": shown_typed(one, typed)}
            into.refuse(form.prefix or MAIN, name, words)


def put(form: forms.BaseForm, data: QueryDict, name: str, value: Any) -> None:
    """Put a stored value into the sent data, in the format of a browser."""
    one, full = form.fields[name], form.add_prefix(name)
    prepared = one.prepare_value(python_of(value))
    widget = one.widget
    if isinstance(widget, forms.MultiWidget):
        names: list[str] = widget.widgets_names  # type: ignore[attr-defined]  # the stubs lack it
        for part, inner, each in zip(names, widget.widgets, widget.decompress(prepared) or [], strict=True):
            data[full + part] = _text(inner.format_value(each))
    elif isinstance(widget, forms.CheckboxInput):
        if prepared:
            data[full] = "on"
        else:
            data.pop(full, None)
    elif isinstance(widget, (forms.SelectMultiple, forms.CheckboxSelectMultiple)):
        data.setlist(full, [str(each) for each in prepared or ()])
    else:
        data[full] = _text(widget.format_value(prepared))
        if isinstance(widget, CarriesClock):
            data[f"{full}{SUFFIX}"] = timezone.get_current_timezone_name()


def shown(one: forms.Field, value: Any) -> str:
    """A stored value as people read it."""
    value = python_of(value)
    if isinstance(value, bool):
        return _("yes") if value else _("no")
    if isinstance(value, datetime):
        return shown_moment(timezone.localtime(value) if timezone.is_aware(value) else value)
    if isinstance(value, date):
        return shown_day(value)
    if isinstance(value, time):
        return shown_clock(value)
    several = list(value) if isinstance(value, (list, tuple)) else [value]
    words = [_chosen(one, each) for each in several if each is not None and each != ""]
    return ", ".join(words) or _("nothing")


def shown_typed(one: forms.Field, typed: Any) -> str:
    """A sent value as people read it, or as it was typed if it is not valid."""
    try:
        value = one.to_python(typed)
    except forms.ValidationError:
        value = typed
    if isinstance(value, models.QuerySet):
        value = list(value)
    if isinstance(value, list):
        return ", ".join(str(each) for each in value) or _("nothing")
    return shown(one, str(value) if isinstance(value, models.Model) else value)


def is_long(words: str) -> bool:
    """Whether a value is too long to be quoted in a sentence."""
    return "\n" in words or len(words) > LONGEST_QUOTE


def kept_words(news: str) -> str:
    """What is said of a field that only the other person changed."""
    return _("%(news)s while this page was open. That value is kept.") % {"news": news}


def _told(who: tuple[str, datetime] | None, label: str, now: str) -> str:
    values = {"field": label, "now": now}
    if who is None:
        if is_long(now):
            return _("Somebody else changed %(field)s") % values
        return _("Somebody else changed %(field)s to “%(now)s”") % values
    values |= {"who": who[0], "time": shown_clock(timezone.localtime(who[1]))}
    if is_long(now):
        return _("%(who)s changed %(field)s at %(time)s") % values
    return _("%(who)s changed %(field)s to “%(now)s” at %(time)s") % values


def _chosen(one: forms.Field, value: Any) -> str:
    """The label of a choice, otherwise the value."""
    if isinstance(one, forms.ModelChoiceField) and one.queryset is not None and not isinstance(value, str):
        row = one.queryset.filter(pk=getattr(value, "pk", value)).first()
        return one.label_from_instance(row) if row is not None else str(value)
    offered: Iterable[tuple[Any, Any]] = getattr(one, "choices", ()) if isinstance(one, forms.ChoiceField) else ()
    labels = {str(key): str(label) for key, label in offered}
    return labels.get(str(value), str(value))


def _typed(form: forms.BaseForm, data: QueryDict, name: str) -> Any:
    typed = form.fields[name].widget.value_from_datadict(data, form.files, form.add_prefix(name))
    return _same_ends(typed)


def _differs(one: forms.Field, then: Any, typed: Any) -> bool:
    """Whether the sent value is a different one; a time without seconds counts as the same."""
    value = _same_ends(python_of(then))
    if not one.has_changed(value, typed):
        return False
    if isinstance(one.widget, (forms.MultiWidget, forms.CheckboxInput, forms.SelectMultiple)):
        return True
    return _text(one.widget.format_value(one.prepare_value(value))) != ("" if typed is None else str(typed))


def _same_ends(value: Any) -> Any:
    """A browser sends the ends of lines as two characters, whatever was stored."""
    return value.replace("\r\n", "\n") if isinstance(value, str) else value


def _text(value: Any) -> str:
    if isinstance(value, (list, tuple)):
        value = value[0] if value else ""
    return "" if value is None else str(value)


def _plain(value: Any) -> Any:
    """A value as JSON accepts it; any other value as its text."""
    if isinstance(value, models.Model):
        return value.pk
    if isinstance(value, models.QuerySet):
        value = list(value)
    if isinstance(value, (list, tuple, set)):
        return [_plain(each) for each in value]
    for kind, types in (
        ("datetime", datetime),
        ("date", date),
        ("time", time),
        ("decimal", Decimal),
        ("uuid", uuid.UUID),
    ):
        if isinstance(value, types):
            return {kind: value.isoformat() if isinstance(value, (date, time)) else str(value)}
    return value if value is None or isinstance(value, (bool, int, float)) else str(value)


def python_of(value: Any) -> Any:
    if isinstance(value, dict) and len(value) == 1:
        ((kind, text),) = value.items()
        return READ[kind](text) if kind in READ else value
    return [python_of(each) for each in value] if isinstance(value, list) else value


FormT = TypeVar("FormT", bound=forms.BaseForm)


def settle(make: Callable[[QueryDict], FormT], data: QueryDict, *, who: Who) -> tuple[FormT, bool]:
    """Bind our own form with the sent data and what only the other person changed; whether it has no conflicts.

    A field that both changed already has an error.
    """
    mended, opened, merged = data.copy(), opened_with(data), Merged()
    if opened is not None:
        merge(make(mended), mended, opened.values.get(MAIN, {}), who=who, into=merged)
    form = make(mended)
    for name, words in merged.conflicts.get(form.prefix or MAIN, {}).items():
        form.add_error(name, words)
    return form, not merged.conflicts
