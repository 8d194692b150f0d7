"""A page for a new version that was opened before somebody else made one: nothing of either is lost."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import pairwise
from typing import Any, Generic, TypeVar

from django import forms
from django.db import models
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext as _

from clinic.country.shown import shown_clock
from clinic.models import SignOffEvent
from clinic.posting.stale import MAIN, Merged, is_long, kept_words, merge, shown, stored
from clinic.signing.content import differences, piece_of
from clinic.signing.ledger import history

Action = SignOffEvent.Action
# The hidden field with the version that a page shows; a draft on the device carries it as well.
VERSION = "version"
FormT = TypeVar("FormT", bound=forms.BaseForm)
# The form for a version; unbound without data.
FormOf = Callable[[Any, QueryDict | None], FormT]


@dataclass(frozen=True)
class Newer(Generic[FormT]):
    """What was typed beside what others changed: their values where only they did, an error where both did."""

    form: FormT
    # Label, before, after: all that the versions made meanwhile changed.
    changes: list[list[str]]


def is_stale(data: QueryDict, now: Any) -> bool:
    """Whether a sent form showed another version than the one in force."""
    return _sent(data) not in {None, now.version}


def since_shown(versions: models.QuerySet[Any], data: QueryDict) -> list[Any]:
    """The versions from the one that a page showed to the one in force."""
    every, number = list(versions.select_related("clinic").order_by("version")), _sent(data) or 0
    return [row for row in every if row.version >= number] or every[-1:]


def _sent(data: QueryDict) -> int | None:
    try:
        number: int = forms.IntegerField().clean(data.get(VERSION))
    except forms.ValidationError:
        return None
    return number


def meet_newer(form_of: FormOf[FormT], data: QueryDict, versions: Sequence[Any]) -> Newer[FormT]:
    """Compare a sent form with the versions since the one that its page showed.

    From now on the form counts as opened with the version in force.
    """
    mended, merged = data.copy(), Merged()
    mended[VERSION] = str(versions[-1].version)
    makers = _makers(form_of, versions)
    then = stored(form_of(versions[0], None))
    merge(form_of(versions[-1], mended), mended, then, who=makers.of, into=merged)
    form = form_of(versions[-1], mended)
    form.add_error(None, _made(makers, versions[-1].version))
    for news in merged.kept:
        form.add_error(None, kept_words(news))
    for name in merged.conflicts.get(MAIN, {}):
        form.add_error(name, _as_well(makers, form, name))
    return Newer(form, differences(piece_of(versions[0]), piece_of(versions[-1])))


@dataclass(frozen=True)
class _Maker:
    """Who made a version, when, and the labels of the fields that it changed."""

    name: str
    at: datetime
    labels: frozenset[str]


@dataclass(frozen=True)
class _Makers:
    """Who made the versions after the one that the page showed, the newest first."""

    newest_first: list[_Maker]

    @property
    def last(self) -> str:
        """Who made the version in force."""
        return self.newest_first[0].name if self.newest_first else _("Somebody else")

    def of(self, label: str) -> tuple[str, datetime] | None:
        """Who last changed the field with this label, and when."""
        return next(((one.name, one.at) for one in self.newest_first if label in one.labels), None)


def _makers(form_of: FormOf[FormT], versions: Sequence[Any]) -> _Makers:
    made = history(versions[-1].clinic, piece_of(versions[-1])).filter(
        action__in=[Action.EDITED, Action.CONFIRMED]
    )
    events = {event.version: event for event in made}
    found = []
    for before, after in pairwise(versions):
        event = events.get(after.version)
        name, at = (str(event.by), event.at) if event else (_("Somebody else"), before.replaced_at)
        found.append(_Maker(name, at, _changed(form_of(before, None), form_of(after, None))))
    return _Makers(found[::-1])


def _changed(before: forms.BaseForm, after: forms.BaseForm) -> frozenset[str]:
    then = stored(before)
    return frozenset(
        str(after.fields[name].label or name) for name, value in stored(after).items() if then.get(name) != value
    )


def _made(makers: _Makers, version: int) -> str:
    sentence = _("%(name)s made version %(version)d while this page was open. Check your changes and save again.")
    return sentence % {"name": makers.last, "version": version}


def _as_well(makers: _Makers, form: forms.BaseForm, name: str) -> str:
    """What to do about a field that both changed; a long text is shown elsewhere on the page."""
    field, now = form.fields[name], stored(form)[name]
    who, at = makers.of(str(field.label or name)) or (makers.last, timezone.now())
    values = {"who": who, "time": shown_clock(timezone.localtime(at)), "now": shown(field, now)}
    if is_long(values["now"]):
        return _("%(who)s changed this as well at %(time)s. Save again to keep yours.") % values
    return _("%(who)s changed this as well, to “%(now)s” at %(time)s. Save again to keep yours.") % values
