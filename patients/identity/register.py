"""All records of a clinic at once: which of them a long list of people may be. The same rules as for one person.

A form asks about each likeness. A list of thousands cannot: here the same name with another date of birth is
another person, and so are two people who only share a phone or an address, as families do.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date

from django.db import connection

from clinic.models import Clinic
from patients.identity.birth import Birth, exchanged
from patients.identity.duplicates import MOST_JUDGED, Person, likeness
from patients.identity.phones import region_of
from patients.models import Patient

AT_ONCE = 5000


@dataclass(frozen=True)
class Entry:
    """Somebody on file, or somebody of the list who is not on file yet (`pk` is None)."""

    key: int
    pk: int | None
    search_text: str
    birth: Birth
    phone: str
    email: str
    # Their place in the list.
    line: int = 0

    @property
    def plain(self) -> str:
        """The name as names are compared."""
        return " ".join(self.search_text.partition("|")[0].split())


@dataclass(frozen=True)
class Found:
    """Whom a person is (`same`), whom they may be (`doubtful`) and why; or neither."""

    same: Entry | None = None
    doubtful: Entry | None = None
    reasons: tuple[str, ...] = ()
    # Another record has the phone or the address; families share both.
    shares_contact: bool = False


@dataclass
class Register:
    """The clinic's records, read once, and whoever of the list was added since."""

    clinic: Clinic
    region: str | None = None
    _by_words: dict[tuple[str, ...], list[Entry]] = field(default_factory=lambda: defaultdict(list))
    _by_joined: dict[str, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    _by_birth: dict[Birth, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    _by_year: dict[int, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    _by_word: dict[str, list[Entry]] = field(default_factory=lambda: defaultdict(list))
    _on_file: set[int] = field(default_factory=set)
    _by_contact: dict[str, int] = field(default_factory=lambda: defaultdict(int))

    def __post_init__(self) -> None:
        self.region = region_of(self.clinic)
        columns = ("pk", "search_text", "born_on", "birth_year", "phone", "email")
        rows = Patient.objects.for_clinic(self.clinic).unmerged().order_by("pk").values_list(*columns)
        for pk, text, born_on, birth_year, phone, email in rows.iterator():
            self.add(Entry(pk, pk, text, Birth(born_on, birth_year), phone, email))

    def is_on_file(self, pk: int) -> bool:
        """Whether the clinic has a record of this number."""
        return pk in self._on_file

    def add(self, entry: Entry) -> None:
        """Whoever comes later in the list may be this person too."""
        if entry.pk is not None:
            self._on_file.add(entry.pk)
        words = entry.plain.split()
        self._by_words[tuple(sorted(words))].append(entry)
        self._by_joined["".join(words)].append(entry)
        self._by_birth[entry.birth].append(entry)
        if entry.birth.known_year:
            self._by_year[entry.birth.known_year].append(entry)
        if entry.birth.on is None:
            for word in set(words):
                self._by_word[word].append(entry)
        for contact in (entry.phone, entry.email.lower()):
            if contact:
                self._by_contact[contact] += 1

    def find(self, person: Person, plain: str) -> Found:
        """Who of the records this is, or may be. `plain` is the name as names are compared."""
        same: dict[int, Entry] = {}
        shares = any(self._by_contact.get(one) for one in (person.phone, person.email.lower()) if one)
        for entry in self._candidates(person.birth, plain):
            like = likeness(person, plain, entry, self.region)
            if like.is_same and like.has_same_day:
                same[entry.key] = entry
            elif like.is_doubtful(person.birth.may_be(entry.birth)):
                return Found(doubtful=entry, reasons=like.reasons)
        if len(same) > 1:
            one = next(iter(same.values()))
            return Found(doubtful=one, reasons=likeness(person, plain, one, self.region).reasons)
        return Found(same=next(iter(same.values()), None), shares_contact=shares)

    def _candidates(self, birth: Birth, plain: str) -> Iterable[Entry]:
        words = plain.split()
        found = {entry.key: entry for entry in self._by_words.get(tuple(sorted(words)), ())}
        found |= {entry.key: entry for entry in self._by_joined.get("".join(words), ())}
        for entry in self._of_birth(birth):
            found.setdefault(entry.key, entry)
        # Of people whose birth date nobody knows, those who share a word of the name.
        for word in words:
            for entry in self._by_word.get(word, ())[:MOST_JUDGED]:
                found.setdefault(entry.key, entry)
        return found.values()

    def _of_birth(self, birth: Birth) -> Iterable[Entry]:
        if birth.on is None:
            return self._by_year.get(birth.year, ()) if birth.year else ()
        days: list[date] = [day for day in (birth.on, exchanged(birth.on)) if day]
        known = [entry for day in set(days) for entry in self._by_birth.get(Birth(on=day), ())]
        return [*known, *self._by_birth.get(Birth(year=birth.on.year), ())]


def search_texts(names: Sequence[tuple[str, str]]) -> list[str]:
    """Each name as the database would write it for searches; the one home of that form is the database."""
    found: list[str] = []
    for start in range(0, len(names), AT_ONCE):
        some = names[start : start + AT_ONCE]
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT patients_search_text(given, family) FROM unnest(%s::text[], %s::text[])"
                " WITH ORDINALITY AS name(given, family, place) ORDER BY place",
                [[given for given, _family in some], [family for _given, family in some]],
            )
            found += [text for (text,) in cursor.fetchall()]
    return found
