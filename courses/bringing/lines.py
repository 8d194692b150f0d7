"""Each line of the file as a person and a visit, or the reasons why it is refused."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, time
from functools import cached_property
from typing import Any, TypeVar

from django.utils.translation import gettext as _

from courses.bringing import cells
from courses.bringing.cells import Refused
from courses.bringing.columns import BY_KEY
from courses.bringing.file_choices import Choices, Needles
from courses.bringing.reading import Cell, Line, written
from patients.identity.birth import Birth
from patients.identity.duplicates import Person

T = TypeVar("T")
LONGEST_COMPLAINT = 120
# What a spreadsheet shows where a formula has no result.
ERRORS = frozenset({"#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!", "#SPILL!", "#CALC!"})
OF_PERSON = ("given", "family", "name", "birth", "phone", "email")
NEW = frozenset({"new", "neu"})


@dataclass(frozen=True)
class Visit:
    """What one line says of a session."""

    on: date
    at: time | None
    before: int | None
    after: int | None
    is_needled: bool
    practitioner: str
    course: str
    complaint: str
    ended_on: date | None
    note: str


@dataclass
class ReadLine:
    """One line as far as it was understood."""

    number: int
    person: Person | None = None
    reference: str = ""
    # The number of a record here, or that this is somebody new.
    record: int | None = None
    is_new: bool = False
    visit: Visit | None = None
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Reader:
    """Reads lines as was chosen."""

    choices: Choices
    region: str | None
    today: date
    _last: dict[str, Any] = field(default_factory=dict, repr=False, compare=False)

    @cached_property
    def labels(self) -> Mapping[str, str]:
        """The columns' names in sentences; looked up once, not for each line."""
        return {
            "session_on": _("Session date"),
            "before": _("Pain before"),
            "after": _("Pain after"),
            "needled": _("Needles used"),
            "ended": _("Course ended on"),
        }

    def read(self, line: Line) -> ReadLine:
        """Everything of the line; each cell that is not understood is named."""
        found = ReadLine(line.number)
        cell = self._cells(line)
        found.reference = written(cell("reference"))
        self._refuse_broken(found, line)
        if found.faults:
            return found
        found.person, faults = self._person(cell)
        found.faults += faults
        self._try(found, lambda: self._decide(found, written(cell("record"))))
        if self.choices.has_visits:
            self._read_visit(found, cell)
        return found

    def _person(self, cell: Callable[[str], Cell]) -> tuple[Person | None, list[str]]:
        """The lines of one person mostly follow each other: the same cells are read once."""
        said = tuple(cell(key) for key in OF_PERSON)
        if self._last.get("cells") != said:
            self._last.update(cells=said, person=self._read_person(cell))
        person, faults = self._last["person"]
        return person, faults

    def _read_person(self, cell: Callable[[str], Cell]) -> tuple[Person | None, list[str]]:
        found = ReadLine(0)
        names = self._try(found, lambda: cells.read_names(cell("given"), cell("family"), cell("name")))
        birth = self._try(
            found, lambda: cells.read_birth(cell("birth"), order=self.choices.order, today=self.today)
        )
        phone = self._try(found, lambda: cells.read_phone(cell("phone"), region=self.region))
        email = self._try(found, lambda: cells.read_email(cell("email")))
        if names is None:
            return None, found.faults
        person = Person(names.given, names.family, birth or Birth(), phone or "", email or "")
        return person, found.faults

    def _refuse_broken(self, found: ReadLine, line: Line) -> None:
        """A row that moved to the right, and results of formulas that are errors: no cell is what it seems."""
        if line.has_more:
            found.faults.append(
                _("There is a cell to the right of the last heading. Delete it, or give its column a heading.")
            )
        for key, place in self.choices.places.items():
            if line.cells[place] in ERRORS:
                words = _("%(label)s: “%(text)s” is an error of the spreadsheet. Enter the value.")
                found.faults.append(words % {"label": BY_KEY[key].label, "text": line.cells[place]})

    def _cells(self, line: Line) -> Callable[[str], Cell]:
        places = self.choices.places

        def cell(key: str) -> Cell:
            return line.cells[places[key]] if key in places else ""

        return cell

    def _try(self, found: ReadLine, read: Callable[[], T]) -> T | None:
        try:
            return read()
        except Refused as refused:
            found.faults.append(str(refused))
            return None

    def _decide(self, found: ReadLine, text: str) -> None:
        if not text:
            return
        if text.casefold() in NEW:
            found.is_new = True
        elif text.isascii() and text.isdigit() and len(text) < 12:
            found.record = int(text)
        else:
            words = _("Record here: “%(text)s” is neither a number nor “new”.")
            raise Refused(words % {"text": text})

    def _read_visit(self, found: ReadLine, cell: Callable[[str], Cell]) -> None:
        day_cell, clock_cell = cells.split_moment(cell("session_on"))
        if day_cell == "":
            self._refuse_half_a_visit(found, cell)
            return
        on = self._try(found, lambda: self._day("session_on", day_cell))
        at = self._try(found, lambda: cells.read_clock(cell("session_at") or clock_cell))
        before = self._try(found, lambda: cells.read_score(self.labels["before"], cell("before")))
        after = self._try(found, lambda: cells.read_score(self.labels["after"], cell("after")))
        needled = self._try(found, lambda: self._needled(cell("needled")))
        ended = self._try(found, lambda: self._ended(cell("ended")))
        complaint = self._try(found, lambda: _complaint(cell("complaint")))
        if on is None or found.faults:
            return
        self._refuse_impossible(found, on, ended)
        found.visit = Visit(
            on=on,
            at=at,
            before=before,
            after=after,
            is_needled=bool(needled),
            practitioner=written(cell("practitioner")),
            course=written(cell("course")),
            complaint=complaint or self.choices.complaint,
            ended_on=ended,
            note=written(cell("note")),
        )

    def _refuse_half_a_visit(self, found: ReadLine, cell: Callable[[str], Cell]) -> None:
        """Scores without a day belong to no visit; a line without either brings the patient alone."""
        if cell("before") != "" or cell("after") != "":
            found.faults.append(_("There is a pain score and no session date. Enter the date."))

    def _needled(self, cell: Cell) -> bool:
        said = cells.read_yes_no(self.labels["needled"], cell)
        if said is None and self.choices.needles is Needles.ASK:
            raise Refused(_("Needles used: enter yes or no."))
        return said if said is not None else self.choices.needles is Needles.YES

    def _ended(self, cell: Cell) -> date | None:
        if cell == "":
            return None
        day, _clock = cells.split_moment(cell)
        return self._day("ended", day)

    def _day(self, key: str, cell: Cell) -> date:
        return cells.read_day(self.labels[key], cell, order=self.choices.order, today=self.today)

    def _refuse_impossible(self, found: ReadLine, on: date, ended: date | None) -> None:
        born = found.person.birth.known_year if found.person else None
        birth = found.person.birth.on if found.person else None
        if (birth and on < birth) or (born and on.year < born):
            found.faults.append(_("The session is before the date of birth. Check both dates."))
        if ended and ended < on:
            found.faults.append(_("The course ended before this session. Check both dates."))


def _complaint(cell: Cell) -> str:
    text = " ".join(written(cell).split())
    if len(text) > LONGEST_COMPLAINT:
        raise Refused(_("The complaint is longer than %(n)d letters. Shorten it.") % {"n": LONGEST_COMPLAINT})
    return text
