"""A patient with birth date and age: the same wording for every picker, list, page heading and letter."""

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
    """“born 31 May 1980 (45)”, “born 1950 (75 or 76)”, “birth date unknown”; with the age if a day is given."""
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
    """The sentences about a birth date, also for the page's script."""
    return {
        "born": _("born %(day)s (%(age)s)"),
        "either": _("%(one)s or %(other)s"),
        "unknown": _("birth date unknown"),
    }


def patient_label(patient: Born, *, on: date | None = None) -> str:
    """A patient in a picker, with what distinguishes people of the same name."""
    return f"{patient}, {birth_words(patient.birth, on=on)}"


def no_mail_words() -> str:
    """The notice on every page of a test patient."""
    return _("Test patient: no alerts or emails are sent")


def birth_typed(birth: Birth) -> str:
    """A birth date in the form's notation."""
    if birth.known_year is None:
        return _("unknown")
    return shown_day(birth.on) if birth.on else str(birth.year)
