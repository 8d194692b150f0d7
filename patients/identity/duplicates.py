"""Finds people who may already be on file under another spelling, phone notation, or order of names."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from django.db.models import Max, Q
from django.utils.translation import gettext as _

from clinic.models import Clinic
from patients.identity.birth import Birth, exchanged
from patients.identity.names import words_match
from patients.identity.phones import core_digits, is_same_phone, region_of
from patients.identity.search import near, plain
from patients.models import Patient

MOST_SHOWN = 5
MOST_JUDGED = 200
FEWEST_DIGITS = 5


@dataclass(frozen=True)
class Person:
    """A person who is about to be added."""

    given_name: str
    family_name: str
    birth: Birth
    phone: str = ""
    email: str = ""

    @property
    def name(self) -> str:
        """Both names together."""
        return f"{self.given_name} {self.family_name}".strip()


@dataclass(frozen=True)
class Twin:
    """A record that may belong to the same person: why, and the date of the last visit."""

    patient: Patient
    reasons: tuple[str, ...]
    last_visit_at: datetime | None


def lock_identities(clinic: Clinic) -> None:
    """Lock the clinic's patients: if two people add somebody at once, the second is asked about the first.

    A weak lock, which does not block rows that only refer to the clinic.
    """
    Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)


def likely_twins(clinic: Clinic, person: Person, *, apart_from: int | None = None) -> list[Twin]:
    """Records of the clinic that may belong to the same person, most likely first."""
    name, region = plain(person.name), region_of(clinic)
    rows = Patient.objects.for_clinic(clinic).unmerged().exclude(pk=apart_from or 0)
    found = rows.filter(_may_be(person, name, region)).annotate(last_visit_at=Max("courses__sessions__held_at"))
    twins = [
        Twin(one, reasons, one.last_visit_at)  # type: ignore[attr-defined]
        for one in found.order_by("-pk")[:MOST_JUDGED]
        if (reasons := _reasons(person, name, one, region))
    ]
    return sorted(twins, key=lambda twin: -len(twin.reasons))[:MOST_SHOWN]


def sharing_email(clinic: Clinic, email: str, *, apart_from: int | None = None) -> list[Patient]:
    """Patients who already have this email address."""
    rows = Patient.objects.for_clinic(clinic).unmerged().filter(email__iexact=email).exclude(pk=apart_from or 0)
    return list(rows[:MOST_SHOWN])


def _may_be(person: Person, name: str, region: str | None) -> Q:
    """Candidates from the indexes; each is compared afterwards."""
    words = [word for word in name.split() if word]
    same_name = Q(search_text__contains=name.replace(" ", ""))
    for word in words:
        same_name |= Q(search_near__overlap=near(word)) & _birth_fits(person.birth)
    all_words = Q()
    for word in words:
        all_words &= Q(search_text__contains=f" {word} ")
    condition = same_name | all_words if words else same_name
    if person.email:
        condition |= Q(email__iexact=person.email)
    core = core_digits(person.phone, region) if person.phone else ""
    return condition | Q(phone_digits__contains=core) if len(core) >= FEWEST_DIGITS else condition


def _birth_fits(birth: Birth) -> Q:
    unknown = Q(born_on=None, birth_year=None)
    if birth.on:
        days = [day for day in (birth.on, exchanged(birth.on)) if day]
        return Q(born_on__in=days) | Q(birth_year=birth.on.year) | unknown
    if birth.year:
        return Q(born_on__year=birth.year) | Q(birth_year=birth.year) | unknown
    return Q()


def _reasons(person: Person, name: str, one: Patient, region: str | None) -> tuple[str, ...]:
    return likeness(person, name, one, region).reasons


class Recorded(Protocol):
    """What is compared of somebody on file."""

    @property
    def search_text(self) -> str:
        """The name as names are searched."""

    @property
    def birth(self) -> Birth:
        """The birth date as far as it is known."""

    @property
    def phone(self) -> str:
        """As it was written."""

    @property
    def email(self) -> str:
        """The address."""


@dataclass(frozen=True)
class Likeness:
    """In what two records are alike."""

    is_same: bool
    is_alike: bool
    has_same_day: bool
    has_same_word: bool
    shares_phone: bool
    shares_email: bool
    reasons: tuple[str, ...]

    def is_doubtful(self, may_be_one: bool) -> bool:  # noqa: FBT001 - the only question there is
        """Whether a person must say if both are one; `may_be_one`: as far as the birth dates say."""
        if self.is_same or self.is_alike:
            return may_be_one
        return self.has_same_word and self.has_same_day and (self.shares_phone or self.shares_email)


def likeness(person: Person, name: str, one: Recorded, region: str | None) -> Likeness:
    """Person and record compared; `name` is the person's in the form in which names are compared."""
    theirs = one.search_text.partition("|")[0]
    is_same = sorted(name.split()) == sorted(theirs.split()) or f" {name.replace(' ', '')} " in one.search_text
    is_alike = is_same or _is_alike(name, theirs)
    has_same_day = one.birth == person.birth and person.birth.on is not None
    has_same_word = _has_word_alike(name, theirs)
    shares_phone = bool(person.phone) and bool(one.phone) and is_same_phone(person.phone, one.phone, region)
    shares_email = bool(person.email) and person.email.lower() == one.email.lower()
    checks: Iterable[tuple[bool, str]] = (
        (is_same, _("same name")),
        (is_alike and not is_same and person.birth.may_be(one.birth), _("similar name")),
        (has_same_word and not is_alike and has_same_day, _("similar name")),
        ((is_alike or has_same_word) and has_same_day, _("same date of birth")),
        (is_alike and _is_exchanged(person.birth, one.birth), _("day and month of birth swapped")),
        (shares_phone, _("same phone")),
        (shares_email, _("same email")),
    )
    reasons = tuple(str(words) for holds, words in checks if holds)
    return Likeness(is_same, is_alike, has_same_day, has_same_word, shares_phone, shares_email, reasons)


def _is_alike(name: str, theirs: str) -> bool:
    """Whether each word of the shorter name matches one in the other with at most one typing error."""
    shorter, longer = sorted((name, theirs.strip()), key=lambda words: len(words.split()))
    has_two = len(shorter.split()) > 1 or len(longer.split()) == 1
    return has_two and words_match(shorter, longer)


def _has_word_alike(name: str, theirs: str) -> bool:
    return any(words_match(word, theirs) for word in name.split() if len(word) > 2)


def _is_exchanged(one: Birth, other: Birth) -> bool:
    return one.on is not None and one.on != other.on and exchanged(one.on) == other.on
