"""What a column of a file can mean, and what other software calls it. Pure but for the labels' language."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _


@dataclass(frozen=True)
class Column:
    """One meaning, and the headings under which Jane, Cliniko, SimplePractice, OpenEMR and plain lists have it."""

    key: str
    label: Any
    headings: tuple[str, ...]
    is_of_visit: bool = False


COLUMNS = (
    Column("given", _("Given name"), (
        "given name", "first name", "firstname", "forename", "fname", "first", "patient first name",
        "client first name", "vorname", "legal first name",
    )),
    Column("family", _("Family name"), (
        "family name", "last name", "lastname", "surname", "lname", "last", "patient last name",
        "client last name", "nachname", "legal last name",
    )),
    Column("name", _("Full name"), (
        "full name", "name", "patient", "patient name", "client", "client name", "patient full name",
        "patient or client",
    )),
    Column("birth", _("Date of birth"), (
        "date of birth", "dob", "birth date", "birthdate", "birthday", "d o b", "born", "geburtsdatum", "birth",
        "patient dob", "client dob", "client date of birth", "date of birth dob",
    )),
    Column("phone", _("Phone"), (
        "phone", "phone number", "mobile", "mobile phone", "mobile number", "cell phone", "cell", "telephone",
        "phone cell", "primary phone", "home phone", "phone home", "phone numbers", "telefon", "tel",
    )),
    Column("email", _("Email"), ("email", "e mail", "email address", "mail", "primary email")),
    Column("reference", _("Patient number in the old system"), (
        "patient number", "patient id", "client id", "client number", "patient guid", "chart number", "mrn", "pid",
        "pubpid", "reference", "id", "patient no", "old reference id",
    )),
    Column("session_on", _("Session date"), (
        "session date", "visit date", "appointment date", "date of service", "service date", "treatment date",
        "date", "dos", "start", "starts at", "appointment start", "session", "date of visit", "pc eventdate",
    ), is_of_visit=True),
    Column("session_at", _("Session time"), (
        "session time", "time", "start time", "visit time", "appointment time", "pc starttime",
    ), is_of_visit=True),
    Column("before", _("Pain before (0 to 10)"), (
        "pain before", "score before", "before", "pre", "pain pre", "pre pain", "vas before", "nrs before",
        "nprs before", "pain", "pain score", "pain level", "score", "nprs", "nrs", "vas",
    ), is_of_visit=True),
    Column("after", _("Pain after (0 to 10)"), (
        "pain after", "score after", "after", "post", "pain post", "post pain", "vas after", "nrs after",
        "nprs after",
    ), is_of_visit=True),
    Column("needled", _("Needles used (yes or no)"), (
        "needles used", "needled", "needles", "needling", "acupuncture",
    ), is_of_visit=True),
    Column("practitioner", _("Practitioner"), (
        "practitioner", "provider", "clinician", "therapist", "staff", "staff member", "staff member name",
        "provider name", "practitioner name", "treated by", "acupuncturist",
    ), is_of_visit=True),
    Column("course", _("Course (number or name)"), (
        "course", "course id", "course number", "episode", "episode id", "case", "case number", "treatment plan",
    ), is_of_visit=True),
    Column("complaint", _("Complaint"), (
        "complaint", "chief complaint", "presenting complaint", "reason for visit", "condition", "problem",
    ), is_of_visit=True),
    Column("ended", _("Course ended on"), (
        "course ended", "course ended on", "course end", "end date", "discharge date", "discharged", "ended on",
    ), is_of_visit=True),
    Column("note", _("Note on the session"), (
        "note", "notes", "session note", "treatment note", "chart note", "comment", "comments",
    ), is_of_visit=True),
    Column("record", _("Record here (number, or “new”)"), ("record", "record here")),
)  # fmt: skip
BY_KEY = {column.key: column for column in COLUMNS}
# Written into the file of refused rows, and ignored when it is uploaded again.
WHY = "Why it was refused"
LINE = "Line"
_OWN = frozenset({"why it was refused", "line"})


def plain_heading(text: str) -> str:
    """A heading without case, accents and marks between its words."""
    letters = unicodedata.normalize("NFKD", text).casefold()
    letters = "".join(sign for sign in letters if not unicodedata.combining(sign))
    return " ".join(re.sub(r"[^0-9a-z]+", " ", re.sub(r"\([^)]*\)", " ", letters)).split())


def guess_columns(headings: Sequence[str]) -> list[str]:
    """What each column seems to be; empty where nothing fits or another column fits better."""
    best: dict[str, tuple[int, int]] = {}
    for place, heading in enumerate(headings):
        plain = plain_heading(heading)
        for column in COLUMNS:
            if plain in column.headings and plain not in _OWN:
                rank = (column.headings.index(plain), place)
                best[column.key] = min(best.get(column.key, rank), rank)
    if {"given", "family"} & best.keys():
        # “Patient” beside a first and a last name is the number or the same name once more.
        best.pop("name", None)
    guessed = [""] * len(headings)
    for key, (_rank, place) in sorted(best.items(), key=lambda one: one[1]):
        guessed[place] = guessed[place] or key
    return guessed


def is_own_column(heading: str) -> bool:
    """Whether a column was added by the file of refused rows."""
    return plain_heading(heading) in _OWN
