"""A week of opening hours: for each day, the stretches in which the clinic is open."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import time
from itertools import pairwise
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from clinic.country.shown import shown_clock
from clinic.models import Clinic, OpeningHours
from clinic.opening import hours_by_weekday
from clinic.typed.times import ClockField

Stretch = tuple[time, time]
LEAST_STRETCHES = 2
WEEKDAYS = range(1, 6)


@dataclass(frozen=True)
class DayRow:
    """One day of the form, for the page: its name, its pairs of fields, what is wrong with it."""

    weekday: int
    name: str
    pairs: tuple[tuple[forms.BoundField, forms.BoundField], ...]
    seen: forms.BoundField
    errors: tuple[str, ...]

    @property
    def is_working_day(self) -> bool:
        """Monday to Friday."""
        return self.weekday in WEEKDAYS


class WeekForm(forms.Form):
    """Empty fields mean closed. What somebody else changed while the page was open is asked about."""

    def __init__(self, data: Any = None, *, clinic: Clinic) -> None:
        self.clinic = clinic
        self.stored = hours_by_weekday(clinic.opening_hours.order_by("weekday", "opens_at"))
        self.n_stretches = max([LEAST_STRETCHES, *(len(stretches) for stretches in self.stored.values())])
        super().__init__(data)
        for weekday in OpeningHours.Weekday:
            for number, stretch in self._slots(weekday):
                opens, closes = stretch or (None, None)
                self.fields[f"{weekday}_opens_{number}"] = ClockField(required=False, initial=opens)
                self.fields[f"{weekday}_closes_{number}"] = ClockField(required=False, initial=closes)
            seen = forms.CharField(
                required=False, widget=forms.HiddenInput, initial=as_words(self.stored.get(weekday))
            )
            self.fields[f"{weekday}_seen"] = seen

    @property
    def rows(self) -> Iterator[DayRow]:
        """The days in order."""
        for weekday in OpeningHours.Weekday:
            names = [(f"{weekday}_opens_{n}", f"{weekday}_closes_{n}") for n in range(self.n_stretches)]
            errors = [str(words) for pair in names for name in pair for words in self[name].errors]
            yield DayRow(
                weekday=weekday,
                name=str(weekday.label),
                pairs=tuple((self[opens], self[closes]) for opens, closes in names),
                seen=self[f"{weekday}_seen"],
                errors=tuple(errors),
            )

    def clean(self) -> dict[str, Any]:
        """Both ends or neither, in order, and nothing that somebody else changed since."""
        values = super().clean() or {}
        for weekday in OpeningHours.Weekday:
            try:
                self._stretches(weekday, values)
                self._refuse_stale(weekday, values)
            except ValidationError as error:
                self.add_error(f"{weekday}_opens_0", error)
        return values

    def save(self) -> None:
        """The week as it was typed; only days that differ are written. The caller holds the clinic's row."""
        for weekday in OpeningHours.Weekday:
            wanted = self._stretches(weekday, self.cleaned_data)
            if self._is_untouched(weekday, self.cleaned_data) or wanted == list(self.stored.get(weekday, ())):
                continue
            self.clinic.opening_hours.filter(weekday=weekday).delete()
            OpeningHours.objects.bulk_create(
                OpeningHours(clinic=self.clinic, weekday=weekday, opens_at=opens, closes_at=closes)
                for opens, closes in wanted
            )

    def show_what_is_stored(self) -> None:
        """For the page that is shown again: it names what is stored now, so that a second send replaces that."""
        now = {f"{weekday}_seen": as_words(self.stored.get(weekday)) for weekday in OpeningHours.Weekday}
        self.data = {**dict(self.data.items()), **now}

    def _slots(self, weekday: int) -> Iterator[tuple[int, Stretch | None]]:
        stored = self.stored.get(weekday, ())
        for number in range(self.n_stretches):
            yield number, stored[number] if number < len(stored) else None

    def _stretches(self, weekday: int, values: Mapping[str, Any]) -> list[Stretch]:
        found: list[Stretch] = []
        for number in range(self.n_stretches):
            opens, closes = values.get(f"{weekday}_opens_{number}"), values.get(f"{weekday}_closes_{number}")
            if opens is None and closes is None:
                continue
            if opens is None or closes is None:
                raise ValidationError(_("Enter both when it opens and when it closes, or neither."))
            if closes <= opens:
                raise ValidationError(_("The closing time must be after the opening time."))
            found.append((opens, closes))
        found.sort()
        if any(later[0] < earlier[1] for earlier, later in pairwise(found)):
            raise ValidationError(_("These hours overlap."))
        return found

    def _is_untouched(self, weekday: int, values: Mapping[str, Any]) -> bool:
        """Whether a day was sent as the page showed it; somebody else's later change of it stays then."""
        return as_words(self._stretches(weekday, values)) == str(values.get(f"{weekday}_seen", ""))

    def _refuse_stale(self, weekday: int, values: Mapping[str, Any]) -> None:
        now = as_words(self.stored.get(weekday))
        is_stale = values.get(f"{weekday}_seen", "") != now and as_words(self._stretches(weekday, values)) != now
        if is_stale and not self._is_untouched(weekday, values):
            words = _("Somebody changed this day to “%(now)s” while the page was open. Save again to replace it.")
            shown = [
                f"{shown_clock(opens)}-{shown_clock(closes)}" for opens, closes in self.stored.get(weekday, ())
            ]
            raise ValidationError(words % {"now": ", ".join(shown) or _("closed")})


def as_words(stretches: Iterable[Stretch] | None) -> str:
    """Stretches as one text that forms compare: 08:00-12:00, 14:00-18:00."""
    return ", ".join(f"{opens:%H:%M}-{closes:%H:%M}" for opens, closes in stretches or ())


def copied_to_weekdays(data: Mapping[str, Any], weekday: str) -> dict[str, Any]:
    """What was typed for one day, for every day from Monday to Friday; the rest as it was typed."""
    typed = dict(data.items())
    start = f"{weekday}_"
    of_day = {name.removeprefix(start): value for name, value in typed.items() if name.startswith(start)}
    copies = {f"{day}_{name}": value for day in WEEKDAYS for name, value in of_day.items() if name != "seen"}
    return {**typed, **copies}
