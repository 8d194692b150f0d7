"""What the page says of each DNS record."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from clinic.sender.records import Finding, Kind, Record, State

TITLES: dict[Kind, Any] = {
    Kind.PROOF: gettext_lazy("Proof that the domain is yours"),
    Kind.SPF: gettext_lazy("SPF: who may send for the domain"),
    Kind.DKIM: gettext_lazy("DKIM: the key that signs emails"),
    Kind.DMARC: gettext_lazy("DMARC: what happens to forged emails"),
}
HINTS: dict[Kind, Any] = {
    Kind.PROOF: gettext_lazy("Nobody else can add it. Leave it there: it is checked every day."),
    Kind.SPF: gettext_lazy(
        "A domain has one SPF record. If you have one already, add only the part that starts with “include:”, "
        "before “~all” or “-all”."
    ),
    Kind.DKIM: gettext_lazy("It points to this installation's public key, so a new key needs no change by you."),
    Kind.DMARC: gettext_lazy(
        "If you have one already, leave it as it is. Emails are sent with your domain in all places that DMARC "
        "compares."
    ),
}
STATES: dict[State, Any] = {
    State.FOUND: gettext_lazy("Found"),
    State.MISSING: gettext_lazy("Missing: no such record was found."),
    State.WRONG: gettext_lazy("Not right yet: another record was found."),
    State.TWICE: gettext_lazy("There are several such records. Join them into one: mail servers ignore them all."),
    State.NO_ANSWER: gettext_lazy("Not checked: the name server did not answer in time. Check again later."),
    State.NO_KEY: gettext_lazy(
        "Not checked: this installation's own key was not found. Ask whoever runs the installation."
    ),
}
WRONG: dict[Kind, Any] = {
    Kind.SPF: gettext_lazy("Your SPF record does not include this installation. Add the “include:” part."),
    Kind.DKIM: gettext_lazy("Another key was found under this name. Replace the record."),
    Kind.DMARC: gettext_lazy("The record is not a DMARC record with p=none, p=quarantine or p=reject."),
}


@dataclass(frozen=True)
class Line:
    """One record on the page, with what the last check found of it."""

    title: Any
    hint: Any
    record: Record
    state: str = ""
    words: Any = ""
    found: tuple[str, ...] = ()

    @property
    def is_found(self) -> bool:
        """Nothing is left to do."""
        return self.state == State.FOUND


def lines_of(records: Sequence[Record], findings: Sequence[Finding]) -> list[Line]:
    """A line for each record; without a finding where it has not been checked."""
    by_kind = {finding.kind: finding for finding in findings}
    return [_line(record, by_kind.get(record.kind)) for record in records]


def _line(record: Record, finding: Finding | None) -> Line:
    title, hint = TITLES[record.kind], HINTS[record.kind]
    if finding is None:
        return Line(title, hint, record, words=_("Not checked yet"))
    words = WRONG.get(finding.kind) if finding.state == State.WRONG else None
    found = () if finding.state == State.FOUND else finding.found
    return Line(title, hint, record, finding.state, words or STATES[finding.state], found)
