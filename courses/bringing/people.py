"""Whose lines they are: one person of the file, and the record that is theirs already."""

from __future__ import annotations

from collections.abc import Hashable, Sequence
from dataclasses import dataclass, field, replace

from django.utils.translation import gettext as _

from clinic.models import Clinic
from courses.bringing.lines import ReadLine
from courses.bringing.reading import STEP_ROWS, Step
from patients.identity.duplicates import Person
from patients.identity.register import Entry, Found, Register, search_texts


@dataclass
class Known:
    """One person of the file with all their lines."""

    person: Person
    search_text: str
    lines: list[ReadLine]
    # The record on file; None for a new one.
    pk: int | None = None
    shares_contact: bool = False
    faults: dict[int, str] = field(default_factory=dict)

    @property
    def plain(self) -> str:
        """The name as names are compared."""
        return " ".join(self.search_text.partition("|")[0].split())

    @property
    def first(self) -> ReadLine:
        """The line that brings the person."""
        return self.lines[0]


def match_people(clinic: Clinic, lines: Sequence[ReadLine], *, step: Step | None = None) -> list[Known]:
    """The people of the file in its order; a doubt is a fault of the first line."""
    people = _gathered(lines)
    register = Register(clinic)
    for place, known in enumerate(people):
        _match(known, register, key=-1 - place)
        if step is not None and place % STEP_ROWS == 0:
            step(len(lines), len(lines))
    return _once_each(people)


def _once_each(people: list[Known]) -> list[Known]:
    """Whoever has one record is one person, also under two numbers of the old system."""
    found: list[Known] = []
    on_file: dict[int, Known] = {}
    for known in people:
        earlier = on_file.get(known.pk) if known.pk else None
        if earlier is None:
            found.append(known)
            if known.pk:
                on_file[known.pk] = known
        else:
            earlier.lines += known.lines
            earlier.faults |= known.faults
    return found


def _gathered(lines: Sequence[ReadLine]) -> list[Known]:
    """Lines of one person: by the number in the old system, otherwise by name and birth date."""
    named = [(line, line.person) for line in lines if line.person]
    names = list(dict.fromkeys((person.given_name, person.family_name) for _line, person in named))
    text_of = dict(zip(names, search_texts(names), strict=True))
    groups: dict[Hashable, Known] = {}
    for line, person in named:
        text = text_of[person.given_name, person.family_name]
        words = tuple(sorted(text.partition("|")[0].split()))
        # Without a birth date two people of one name cannot be told apart; each list entry is asked about.
        is_told_apart = person.birth.known_year or line.visit
        key: Hashable = line.reference or (words, person.birth, 0 if is_told_apart else line.number)
        known = groups.get(key)
        if known is None:
            groups[key] = Known(person, text, [line])
            continue
        known.lines.append(line)
        if differs := _differing(known, person, words):
            values = {"line": known.first.number, "what": differs}
            known.faults[line.number] = (
                _("Line %(line)d has the same person with another %(what)s. Enter the same in both.") % values
            )
        known.person = _fuller(known.person, person)
    for line in lines:
        # A line whose name cannot be read holds back those of the same number.
        if line.person is None and line.reference in groups:
            groups[line.reference].lines.append(line)
    return list(groups.values())


def _differing(known: Known, person: Person, words: tuple[str, ...]) -> str:
    """In what two lines of one person differ, in words; empty where they agree as far as both say anything."""
    own = known.person
    if tuple(sorted(known.plain.split())) != words:
        return _("name")
    if own.birth.known_year and person.birth.known_year and own.birth != person.birth:
        return _("date of birth")
    if own.phone and person.phone and own.phone != person.phone:
        return _("phone")
    return _("email") if own.email and person.email and own.email.lower() != person.email.lower() else ""


def _fuller(one: Person, other: Person) -> Person:
    """What the first lines left open, from a later one."""
    birth = one.birth if one.birth.known_year else other.birth
    return replace(one, birth=birth, phone=one.phone or other.phone, email=one.email or other.email)


def _match(known: Known, register: Register, *, key: int) -> None:
    record = next((line for line in known.lines if line.record), None)
    if record is not None:
        known.pk = record.record if register.is_on_file(record.record or 0) else None
        if known.pk is None:
            known.faults[record.number] = _("Record here: %(number)d is no record of this clinic.") % {
                "number": record.record
            }
        return
    found = register.find(known.person, known.plain)
    is_new = any(line.is_new for line in known.lines)
    if not is_new:
        known.pk = found.same.pk if found.same else None
        if found.doubtful or (found.same and found.same.pk is None):
            known.faults[known.first.number] = _doubt(found)
    known.shares_contact = found.shares_contact
    if known.pk is None:
        person = known.person
        line = known.first.number
        register.add(Entry(key, None, known.search_text, person.birth, person.phone, person.email, line))


def _doubt(found: Found) -> str:
    one = found.doubtful or found.same
    values = {"reasons": ", ".join(found.reasons)}
    if one is not None and one.pk is not None:
        words = _(
            "May be the person of record %(number)d, who is on file (%(reasons)s). "
            "Write that number, or “new”, in the column “Record here”."
        )
        return words % {**values, "number": one.pk}
    words = _(
        "May be the person of line %(line)d (%(reasons)s). Correct the name or the date of birth in one of them, "
        "or write “new” in the column “Record here”."
    )
    return words % {**values, "line": one.line if one else 0}
