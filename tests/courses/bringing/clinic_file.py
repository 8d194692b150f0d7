"""A file as a clinic might bring it: 2,000 patients, 1,200 past courses, and 60 faults planted in it."""

from __future__ import annotations

import io
import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

import openpyxl

HEADINGS = (
    "Patient Number", "First Name", "Last Name", "DOB", "Mobile Phone", "Email", "Date of Service", "Start Time",
    "Pain before", "Pain after", "Needles used", "Provider", "Episode", "Discharge Date", "Notes",
)  # fmt: skip
N_PATIENTS, N_COURSES, N_FAULTS = 2000, 1200, 60
LAST = date(2025, 12, 1)
SYLLABLES = [
    "ba",
    "de",
    "fi",
    "go",
    "hu",
    "ja",
    "ke",
    "li",
    "mo",
    "nu",
    "pa",
    "re",
    "si",
    "to",
    "vu",
    "wa",
    "xe",
    "yi",
    "zo",
]
Row = dict[str, Any]


@dataclass
class ClinicFile:
    """Its rows, and what is wrong: the line, its kind, and what the wrong cells should say."""

    rows: list[Row]
    planted: dict[int, tuple[str, Row]] = field(default_factory=dict)

    def xlsx(self) -> bytes:
        """As a spreadsheet saves it."""
        book = openpyxl.Workbook(write_only=True)
        sheet = book.create_sheet("Sessions")
        sheet.append(HEADINGS)
        for row in self.rows:
            sheet.append([row[heading] for heading in HEADINGS])
        out = io.BytesIO()
        book.save(out)
        return out.getvalue()


def clinic_file(seed: int = 1) -> ClinicFile:
    """The same file for the same seed."""
    chance = random.Random(seed)
    people = [_person(number, chance) for number in range(N_PATIENTS)]
    rows: list[Row] = []
    for number, person in enumerate(people):
        rows += _sessions(person, number, chance) if number < N_COURSES else [person]
    file = ClinicFile(rows)
    _plant(file, chance)
    return file


def _person(number: int, chance: random.Random) -> Row:
    """Everybody has a day of birth of their own, so that nobody is like anybody by accident."""
    given, family = ("".join(chance.choices(SYLLABLES, k=4)).title() for _ in range(2))
    born = date(1940, 1, 1) + timedelta(days=number * 11)
    return {
        **dict.fromkeys(HEADINGS, ""),
        "Patient Number": f"P{number + 1}",
        "First Name": given,
        "Last Name": family,
        "DOB": born.strftime("%d/%m/%Y"),
        "Mobile Phone": f"+49 30 {2000000 + number}",
        "Email": f"p{number + 1}@example.org",
    }


def _sessions(person: Row, number: int, chance: random.Random) -> list[Row]:
    n_sessions, score = chance.randint(3, 5), chance.randint(4, 9)
    first = LAST - timedelta(days=chance.randint(60, 900))
    return [
        {
            **person,
            "Date of Service": (first + timedelta(days=5 * visit)).strftime("%d/%m/%Y"),
            "Start Time": "14:30",
            "Pain before": f"{max(score - visit, 0)}/10",
            "Pain after": max(score - visit - 1, 0),
            "Needles used": "yes",
            "Provider": "Practitioner Tree",
            "Episode": f"E{number + 1}",
            "Discharge Date": (first + timedelta(days=40)).strftime("%d/%m/%Y"),
            "Notes": "@SUM(1+1)*cmd|' /C calc'!A0" if visit == 0 else "",
        }
        for visit in range(n_sessions)
    ]


# What is written wrongly, and how the reason begins; a word stands for cells that are like another line's.
KINDS: dict[str, tuple[Any, str]] = {
    "two scores in one": ({"Pain before": "6-7"}, "Pain before: “6-7” is more than one number"),
    "half a score": ({"Pain before": "3,5"}, "Pain before: “3,5” is not a whole number"),
    "score too high": ({"Pain before": "11"}, "Pain before: “11” is not possible"),
    "score in words": ({"Pain before": "high"}, "Pain before: “high” is not a number"),
    "score became a date": (
        {"Pain before": date(2025, 10, 7)}, "Pain before: the spreadsheet has turned this score into the date",
    ),
    "other order": ({"DOB": "05/31/1980"}, "Date of birth: “05/31/1980” is not in the calendar"),
    "short year": ({"DOB": "31/05/80"}, "Date of birth: “31/05/80” has a year of two digits"),
    "born in the future": ({"DOB": "31/05/2980"}, "Date of birth: “31/05/2980” is in the future"),
    "no date": ({"Date of Service": "yesterday"}, "Session date: “yesterday” is not a date"),
    "date in the future": ({"Date of Service": "03/12/2999"}, "Session date: “03/12/2999” is in the future"),
    "no such time": ({"Start Time": "25:00"}, "Session time: “25:00” is not a time"),
    "date missing": ({"Date of Service": ""}, "There is a pain score and no session date"),
    "before birth": ({"Date of Service": "01/02/1903"}, "The session is before the date of birth"),
    "end before session": ({"Discharge Date": "01/02/2001"}, "The course ended before this session"),
    "session twice": ("twice", "The same session is in line"),
    "name missing": ({"First Name": "", "Last Name": ""}, "The name is missing"),
    "letters lost": ({"Last Name": "M\ufffdller"}, "Letters of the name “M\ufffdller” are lost"),
    "no phone": ({"Mobile Phone": "see file"}, "Phone: “see file” is not one phone number"),
    "no address": ({"Email": "anna@example"}, "Email: “anna@example” is not an address"),
    "maybe": ({"Needles used": "maybe"}, "Needles used: “maybe” is neither yes nor no"),
    "needles not said": ({"Needles used": ""}, "Needles used: enter yes or no"),
    "nobody": ({"Provider": "Dr. Nobody"}, "Practitioner: “Dr. Nobody” is not the name of one member"),
    "one number for two": ("number", "has the same person with another name"),
    "similar name": ("similar", "May be the person of line"),
    "day and month exchanged": ("exchanged", "May be the person of line"),
}  # fmt: skip


def _plant(file: ClinicFile, chance: random.Random) -> None:
    places = [place for place, row in enumerate(file.rows) if _is_later(file.rows, place)]
    chance.shuffle(places)
    lists = [place for place, row in enumerate(file.rows) if not row["Episode"]]
    chance.shuffle(lists)
    used: set[str] = set()
    kinds = [kind for _ in range(3) for kind in KINDS][:N_FAULTS]
    for kind in kinds:
        wrong, _reason = KINDS[kind]
        of_list = isinstance(wrong, str) and wrong != "twice"
        while True:
            place = (lists if of_list else places).pop()
            if file.rows[place]["Patient Number"] not in used:
                break
        used.add(file.rows[place]["Patient Number"])
        if isinstance(wrong, str):
            wrong = _like_another(file.rows, place, wrong, lists, used)
        right = {heading: file.rows[place][heading] for heading in wrong}
        file.rows[place] = {**file.rows[place], **wrong}
        # Line 1 holds the headings.
        file.planted[place + 2] = (kind, right)


def _is_later(rows: list[Row], place: int) -> bool:
    """The second or a later session of somebody."""
    return place > 0 and bool(rows[place]["Episode"]) and rows[place - 1]["Episode"] == rows[place]["Episode"]


def _like_another(rows: list[Row], place: int, how: str, lists: list[int], used: set[str]) -> Row:
    if how == "twice":
        return {"Date of Service": rows[place - 1]["Date of Service"]}
    earlier = [one for one in lists if one < place and rows[one]["Patient Number"] not in used]
    if how == "exchanged":
        earlier = [
            one
            for one in earlier
            if int(rows[one]["DOB"][:2]) <= 12 and rows[one]["DOB"][:2] != rows[one]["DOB"][3:5]
        ]
    other = rows[earlier[0]]
    lists.remove(earlier[0])
    used.add(other["Patient Number"])
    if how == "number":
        return {"Patient Number": other["Patient Number"]}
    same = {heading: other[heading] for heading in ("First Name", "Last Name", "DOB")}
    if how == "similar":
        return {**same, "First Name": f"{same['First Name']}h"}
    day, month, year = same["DOB"].split("/")
    return {**same, "DOB": f"{month}/{day}/{year}"}
