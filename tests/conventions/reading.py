"""What people read of a page, and which dates, times and numbers in it are another country's."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass

from bs4 import BeautifulSoup

from clinic.country.spelling import respelled
from clinic.models import Clinic
from clinic.signing.content import rows_of, signed_models

_MONTH = "(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*"
DAY_FIRST = re.compile(rf"\b\d{{1,2}}\.? {_MONTH}\b(?! \d{{1,2}},)")
MONTH_FIRST = re.compile(rf"\b{_MONTH} \d{{1,2}}\b(?!:)")
# Numbers alone are nobody's way to write a date here, nor is the way of machines.
NUMBERS_ALONE = re.compile(r"\b\d{1,2}([/.])\d{1,2}\1(?:\d{4}|\d{2})\b|\b\d{4}-\d{2}-\d{2}\b")
TWENTY_FOUR = re.compile(r"(?<!:)\b\d{1,2}:\d{2}\b(?!(?::\d{2})?\s?[APap]\.?[Mm])")
TWELVE = re.compile(r"(?<!:)\b\d{1,2}:\d{2}(?::\d{2})?\s?[APap]\.?[Mm]\b")
POINT = re.compile(r"(?<![\w.])\d+\.\d+(?![\w.])")
COMMA = re.compile(r"(?<![\w,])\d+,\d{1,2}(?![\w,])")
AMERICAN = re.compile(r"(?i)\b(?:licenses?|canceled|specialized|practicing|gray|color|center|program|learned)\b")
# What a reader meets beside the text itself.
SPOKEN = ("title", "aria-label", "alt", "placeholder", "data-label")


@dataclass(frozen=True)
class Country:
    """A clinic's place, and what must not be on its pages."""

    code: str
    zone: str
    emergency_number: str
    phone: str
    foreign: tuple[re.Pattern[str], ...]


COUNTRIES = {
    one.code: one
    for one in (
        Country(
            "US", "America/New_York", "911", "+1 212 555 0123", (DAY_FIRST, NUMBERS_ALONE, TWENTY_FOUR, COMMA)
        ),
        Country("GB", "Europe/London", "999", "+44 20 7946 0123", (MONTH_FIRST, NUMBERS_ALONE, TWELVE, COMMA)),
        Country("DE", "Europe/Berlin", "112", "+49 30 23125 000", (MONTH_FIRST, NUMBERS_ALONE, TWELVE, POINT)),
    )
}
EMERGENCY = frozenset(one.emergency_number for one in COUNTRIES.values())


def read(html: str) -> str:
    """Everything on a page that somebody reads or hears."""
    soup = BeautifulSoup(html, "html.parser")
    for machine in soup(["script", "style", "noscript"]):
        machine.decompose()
    spoken = [part[name] for part in soup.find_all(True) for name in SPOKEN if part.get(name)]
    typed = [
        part.get("value", "")
        for part in soup.find_all("input")
        if part.get("type", "text") == "text" and part.get("value")
    ]
    return "\n".join([soup.get_text(" ¦ "), *spoken, *typed])


def foreign_in(text: str, country: Country, *, stored: Iterable[str] = ()) -> list[str]:
    """Every date, time or number that is written as elsewhere, with the words around it."""
    plain = re.sub(r"\s+", " ", text)
    for words in stored:
        plain = plain.replace(re.sub(r"\s+", " ", words), "…")
    found = [hit for pattern in country.foreign for hit in pattern.finditer(plain)]
    other = re.compile(rf"(?<![\w-])(?:{'|'.join(sorted(EMERGENCY - {country.emergency_number}))})(?![\w-])")
    found += other.finditer(plain)
    return [*_misspelled(plain, country), *(plain[max(hit.start() - 30, 0) : hit.end() + 15] for hit in found)]


def _misspelled(plain: str, country: Country) -> list[str]:
    """Words that the country spells in another way."""
    if country.code == "US":
        return [word for word in set(plain.split()) if respelled(word) != word]
    return AMERICAN.findall(plain)


def stored_words(clinic: Clinic) -> list[str]:
    """The clinic's own lists hold its own words: places of points, sources."""
    listed = [row for model in signed_models() for row in rows_of(model, clinic)]
    texts = [str(getattr(row, one.attname) or "") for row in listed for one in row._meta.fields]
    own = [text for text in texts if " " in text and (re.search(r"\d\.\d", text) or respelled(text) != text)]
    return sorted(own, key=len, reverse=True)
