"""A patient beside their birth date and age: one wording for every picker, list, page head and letter."""

from __future__ import annotations

from datetime import date
from typing import Protocol

from django.utils.translation import gettext as _

from clinic.country.shown import shown_day
from patients.identity.birth import Birth


class Born(Protocol):
    """Somebody with a name, as `str`, and a birth date."""

    @property
    def birth(self) -> Birth:
        """When."""


def birth_words(birth: Birth, *, on: date | None = None) -> str:
    """“born 31 May 1980 (45)”, “born 1950 (75 or 76)”, “birth date unknown”; with the age where a day is given."""
    sentences = birth_sentences()
    if birth.known_year is None:
        return sentences["unknown"]
    day = shown_day(birth.on) if birth.on else str(birth.year)
    ages = birth.ages(on) if on else None
    if ages is None:
        return _("born %(day)s") % {"day": day}
    youngest, oldest = ages
    age = str(oldest) if youngest == oldest else sentences["either"] % {"one": youngest, "other": oldest}
    return sentences["born"] % {"day": day, "age": age}


def birth_sentences() -> dict[str, str]:
    """The sentences of a birth date, for the page's script as well."""
    return {
        "born": _("born %(day)s (%(age)s)"),
        "either": _("%(one)s or %(other)s"),
        "unknown": _("birth date unknown"),
    }


def patient_label(patient: Born, *, on: date | None = None) -> str:
    """A patient as a picker names them: with what tells them from somebody of the same name."""
    return f"{patient}, {birth_words(patient.birth, on=on)}"


def no_mail_words() -> str:
    """What every page of a test patient says."""
    return _("Test patient: no alerts or emails are sent")


def birth_typed(birth: Birth) -> str:
    """A birth date as the form shows it for editing."""
    if birth.known_year is None:
        return _("unknown")
    return shown_day(birth.on) if birth.on else str(birth.year)
