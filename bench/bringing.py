"""A large file brought along: 100,000 rows checked and imported, and undone; all data of the clinic taken out."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any, TypeVar

from django.core.management import call_command
from django.utils import timezone

from bench.clinic import make_cast
from clinic.models import Clinic, Membership
from courses.bringing.cells import Order
from courses.bringing.columns import guess_columns
from courses.bringing.exporting import export_clinic
from courses.bringing.file_choices import Choices
from courses.bringing.running import choose, first_rows, run_due, start, upload
from courses.bringing.undoing import undo_import
from courses.models import HistoryImport, Protocol

T = TypeVar("T")
N_ROWS = int(os.environ.get("BENCH_ROWS", "100000"))
SESSIONS_EACH = 8
HEADINGS = (
    "Patient Number,First Name,Last Name,DOB,Mobile Phone,Email,Session date,Pain before,Pain after,Needles used"
)
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


def measure() -> list[dict[str, Any]]:
    """Once each: a file of this size takes its time. Sessions first, then a list of patients alone."""
    call_command("migrate", verbosity=0)
    call_command("flush", interactive=False, verbosity=0)
    cast = make_cast()
    by = Membership.objects.get(clinic=cast.clinic, user__username="bench-lead")
    sessions, row = _bring(cast.clinic, by, cast.practitioner, _sessions(), "sessions")
    n_bytes, exported = _timed(lambda: sum(len(part) for part in export_clinic(cast.clinic)))
    _row, undone = _timed(lambda: undo_import(row, reason="bench", by=by, at=timezone.now()))
    patients, _more = _bring(cast.clinic, by, cast.practitioner, _patients(), "patients")
    sizes = {"n": N_ROWS, "versus": "", "ratio": None}
    return [
        *({**one, **sizes} for one in (*sessions, *patients)),
        {"name": "import undone, sessions", "value": undone, "unit": "s", **sizes},
        {"name": f"all data exported ({n_bytes // 1_000_000} MB)", "value": exported, "unit": "s", **sizes},
    ]


def _bring(
    clinic: Clinic, by: Membership, practitioner: Membership, text: str, what: str
) -> tuple[list[dict[str, Any]], HistoryImport]:
    content = text.encode()
    (row, _is_new), uploaded = _timed(lambda: upload(clinic, content, file_name="", by=by, at=timezone.now()))
    columns = tuple(guess_columns(first_rows(row).headings))
    protocol = Protocol.objects.get(clinic=clinic, code="standard")
    choose(
        row, Choices(columns=columns, order=Order.DAY_FIRST, practitioner=practitioner.pk, protocol=protocol.pk)
    )
    _n, checked = _timed(lambda: run_due(clock=timezone.now))
    row.refresh_from_db()
    if row.found["n_refused"]:
        raise RuntimeError(f"{row.found} {row.preview['refused'][:2]}")
    start(row, is_partial=False, by=by)
    _n, written = _timed(lambda: run_due(clock=timezone.now))
    row.refresh_from_db()
    if row.state != HistoryImport.State.IMPORTED:
        raise RuntimeError(row.state)
    parts = (("uploaded", uploaded), ("checked", checked), ("imported", written))
    rows = [{"name": f"file {part}, {what}", "value": seconds, "unit": "s"} for part, seconds in parts]
    return [*rows, {"name": f"whole import, {what}", "value": uploaded + checked + written, "unit": "s"}], row


def _sessions() -> str:
    lines = [HEADINGS]
    for number in range(N_ROWS // SESSIONS_EACH):
        first = date(2024, 1, 1) + timedelta(days=number % 500)
        for visit in range(SESSIONS_EACH):
            on = first + timedelta(days=4 * visit)
            lines.append(f"{_person(number, 'p')},{on:%d/%m/%Y},{8 - visit}/10,{max(7 - visit, 0)},yes")
    return "\n".join(lines)


def _patients() -> str:
    return "\n".join([HEADINGS, *(f"{_person(number, 'q')},,,," for number in range(N_ROWS))])


def _person(number: int, letter: str) -> str:
    """Everybody another name; many are born on one day."""
    word = "".join(SYLLABLES[number // 19**place % 19] for place in range(4))
    born = date(1940, 1, 1) + timedelta(days=number * 7 % 25_000)
    family = f"{letter}{word[::-1]}".title()
    return (
        f"{letter}{number},{word.title()},{family},{born:%d/%m/%Y},+44 7{number:09d},{letter}{number}@example.org"
    )


def _timed(act: Callable[[], T]) -> tuple[T, float]:
    started = time.perf_counter()
    found = act()
    taken = time.perf_counter() - started
    # A file of this size takes a while: what is known already is said.
    print(f"{taken:.1f} s")
    return found, taken
