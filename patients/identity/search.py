"""Finds a patient by name, birth date, phone, email or number."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from typing import TypeVar
from uuid import UUID

from django.db import connection
from django.db.models import Model, Q, QuerySet
from django.utils import timezone

from clinic.country.date_order import MONTH_DAY, UNSURE, order_in
from clinic.models import Clinic
from patients.identity.birth import EARLIEST_YEAR, readings
from patients.identity.names import words_match
from patients.identity.phones import core_digits, region_of
from patients.models import Patient

RowT = TypeVar("RowT", bound=Model)
# With fewer exact matches, names with one typing error are offered too.
FEW = 5
# At most this many similar names are compared one by one.
MOST_ALIKE = 200
FEWEST_DIGITS = 4
DATE = re.compile(
    r"\d{4}[-./年]\d{1,2}[-./月]\d{1,2}日?|\d{1,2}[-./]\d{1,2}[-./]\d{4}"
    r"|(?<!\d)\d{1,2}/\d{1,2}/\d{2}(?!\d)|(?<!\d)\d{1,2}\.\d{1,2}\.\d{2}(?!\d)"
    r"|[^\W\d_]{3,9}\.?\s+\d{1,2}(?:st|nd|rd|th)?,?\s+\d{4}"
    r"|\d{1,2}(?:st|nd|rd|th|\.)?\s+[^\W\d_]{3,9}\.?,?\s+\d{4}|(?<!\d)(?:19|20)\d{6}(?!\d)"
)


@dataclass(frozen=True)
class Wanted:
    """The typed search, split into parts."""

    names: str
    days: tuple[date, ...] = ()
    number: str = ""


def plain(text: str) -> str:
    """A name in the form for comparison, made by the database for searches and records alike."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT patients_plain(%s)", [text.replace("\x00", "")[:200]])
        return str(cursor.fetchone()[0])


def near(text: str) -> list[str]:
    """The words of a plain name, and each word without one of its letters."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT patients_near(%s)", [text])
        return list(cursor.fetchone()[0])


def find_patients(clinic: Clinic, text: str) -> QuerySet[Patient]:
    """The clinic's records that match everything typed; for a merged record, the one it was merged into."""
    # An order without an index: with an index, the database would read the whole list to find the first few.
    rows = Patient.objects.for_clinic(clinic).order_by("search_text")
    wanted = _take_apart(clinic, text)
    keys = set(rows.filter(_exact(clinic, wanted, text)).values_list("pk", flat=True)[: 10 * MOST_ALIKE])
    if len(keys) < FEW and wanted.names and not wanted.number:
        keys |= _alike(rows, wanted)
    pointed = Q(pk__in=keys, merged_into=None) | Q(pk__in=_followed(rows, keys))
    return Patient.objects.for_clinic(clinic).filter(pointed)


def of_patients(rows: QuerySet[RowT], clinic: Clinic, text: str, *, path: str = "patient") -> QuerySet[RowT]:
    """Rows of any model whose patient matches the search."""
    return rows.filter(**{f"{path}__in": find_patients(clinic, text).values("pk")})


def _take_apart(clinic: Clinic, text: str) -> Wanted:
    text = text.replace("\x00", " ").strip()
    days: list[date] = []
    for found in DATE.findall(text):
        days += _readings(clinic, " ".join(found.split()))
    rest = DATE.sub(" ", text) if days else text
    # Text with a digit and no letter is a number: of a phone, a record, a year.
    has_letter = any(character.isalpha() for character in rest)
    number = "" if has_letter else rest.strip(" #")
    return Wanted(names="" if number else plain(rest), days=tuple(days), number=number)


def _readings(clinic: Clinic, typed: str) -> list[date]:
    """The days that a date may mean in the clinic's country."""
    order = order_in(region_of(clinic) or "")
    return readings(
        typed, today=timezone.localdate(), is_month_first=order == MONTH_DAY, is_unsure=order == UNSURE
    )


def _exact(clinic: Clinic, wanted: Wanted, text: str) -> Q:
    if "@" in text:
        return Q(email__icontains=text.strip())
    if key := _uuid(text.strip()):
        return Q(uuid=key)
    condition = Q(born_on__in=wanted.days) if wanted.days else Q()
    for word in wanted.names.split():
        condition &= Q(search_text__contains=word)
    if wanted.number:
        condition &= _of_number(clinic, wanted.number)
    return condition if condition else Q(pk=None)


def _of_number(clinic: Clinic, number: str) -> Q:
    """A phone in any notation, a record's number, or a birth year."""
    digits = "".join(character for character in number if character.isdecimal())
    condition = Q(pk=None)
    if digits == number and len(digits) <= 9:
        condition |= Q(pk=int(digits))
    if len(digits) == 4 and EARLIEST_YEAR <= int(digits) <= 2100:
        condition |= Q(birth_year=int(digits)) | Q(born_on__year=int(digits))
    core = core_digits(number, region_of(clinic))
    if len(core) >= FEWEST_DIGITS:
        condition |= Q(phone_digits__contains=core)
    return condition


def _alike(rows: QuerySet[Patient], wanted: Wanted) -> set[int]:
    """Records that match each typed word with one typing error; the birth date as typed."""
    words = [word for word in wanted.names.split() if len(word) > 2]
    if not words:
        return set()
    if wanted.days:
        rows = rows.filter(born_on__in=wanted.days)
    for word in words:
        rows = rows.filter(search_near__overlap=near(word))
    found = rows.values_list("pk", "search_text")[:MOST_ALIKE]
    return {pk for pk, text in found if words_match(" ".join(words), text.replace("|", " "))}


def _followed(rows: QuerySet[Patient], keys: set[int]) -> set[int]:
    """The records at the end of chains of merges, in a fixed number of queries for usual chains."""
    away = dict(rows.filter(pk__in=keys).exclude(merged_into=None).values_list("pk", "merged_into"))
    targets = {target for target in away.values() if target is not None}
    further = dict(rows.filter(pk__in=targets).exclude(merged_into=None).values_list("pk", "merged_into"))
    while further:
        targets = (targets - further.keys()) | {target for target in further.values() if target is not None}
        further = dict(rows.filter(pk__in=targets).exclude(merged_into=None).values_list("pk", "merged_into"))
    return targets


def _uuid(text: str) -> UUID | None:
    try:
        return UUID(text) if len(text) >= 32 else None
    except ValueError:
        return None
