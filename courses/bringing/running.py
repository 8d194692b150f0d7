"""The life of an import: uploaded, checked, imported; and the work of it, done by a worker.

A worker that dies loses nothing and imports nothing twice: see claims.py.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from copy import copy
from dataclasses import replace
from datetime import date, datetime
from typing import Any

import structlog
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Q, QuerySet
from django.utils.translation import gettext as _

from clinic.models import Clinic, Membership
from courses.bringing.claims import FREE, Overtaken, alone, claim_next, fail, give_up, keep, let_go, move
from courses.bringing.file_choices import Choices
from courses.bringing.import_plan import plan_import
from courses.bringing.packing import is_packed, pack, unpack
from courses.bringing.planned import Plan
from courses.bringing.progress_bar import told_progress
from courses.bringing.reading import BadFile, Step, Table, read_table
from courses.bringing.refused import refused_csv
from courses.bringing.writing import write_plan
from courses.models import HistoryImport
from courses.models.bringing.history_import import KEPT
from patients.identity.duplicates import lock_identities
from patients.identity.words import birth_words
from patients.locking import lock_patients

log = structlog.stdlib.get_logger(__name__)

State = HistoryImport.State
# So many lines of each kind the preview shows; all refused ones are in the file.
MOST_SHOWN = 20
FIRST_ROWS = 200


def upload(
    clinic: Clinic, content: bytes, *, file_name: str, by: Membership, at: datetime
) -> tuple[HistoryImport, bool]:
    """The file as an import whose columns are to be chosen; the same file that is still open is the same import.

    BadFile says why it is refused.
    """
    # Only the first rows: a page does not wait for a large file, a worker reads all of it.
    read_table(content, most=FIRST_ROWS)
    digest = hashlib.sha256(content).hexdigest()
    with transaction.atomic():
        # Two sendings at once come one after the other.
        Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
        live = [*HistoryImport.OPEN, State.IMPORTING, State.IMPORTED]
        twin = HistoryImport.objects.for_clinic(clinic).light().filter(digest=digest, state__in=live).first()
        if twin is not None:
            return twin, False
        row = HistoryImport.objects.create(
            clinic=clinic,
            uploaded_by=by,
            uploaded_at=at,
            file_name=file_name[-120:],
            content=content,
            digest=digest,
        )
    return row, True


def table_of(row: HistoryImport, step: Step | None = None) -> Table:
    """The file's table; BadFile where a later row makes it none."""
    content = bytes(row.content)
    return unpack(content) if is_packed(content) else read_table(content, step=step)


def first_rows(row: HistoryImport) -> Table:
    """The headings and the first rows, for the page on which columns are chosen."""
    content = bytes(row.content)
    if not is_packed(content):
        return read_table(content, most=FIRST_ROWS)
    table = unpack(content)
    return replace(table, lines=table.lines[:FIRST_ROWS])


def choose(row: HistoryImport, choices: Choices, *, holder: Mapping[str, Any] | None = None) -> bool:
    """Read it like this: a worker checks it next, or the holder does. False where it was changed meanwhile."""
    before = [State.UPLOADED, State.CHECKED, State.FAILED]
    return move(row, before, State.CHECKING, choices=choices.as_json(), **(holder or {}))


def start(
    row: HistoryImport, *, is_partial: bool, by: Membership, holder: Mapping[str, Any] | None = None
) -> bool:
    """Import what was checked: a worker does it next, or the holder. False where it was changed meanwhile."""
    if not is_partial and row.found.get("n_refused"):
        raise ValidationError(_("Some lines are refused. Correct them, or import without them."))
    values = {"is_partial": is_partial, "imported_by": by, **(holder or {})}
    return move(row, [State.CHECKED], State.IMPORTING, where={"checked_at": row.checked_at}, **values)


def discard(row: HistoryImport) -> bool:
    """Delete the file without importing it; who is checking it stops. False where it was changed meanwhile."""
    return move(row, HistoryImport.OPEN, State.DISCARDED, **_DISCARDED)


def drop(row: HistoryImport) -> bool:
    """The same by whoever holds it, also in the middle of an import that failed."""
    if row.state not in {*HistoryImport.OPEN, State.IMPORTING}:
        return False
    return move(row, [row.state], State.DISCARDED, where={"claim": row.claim}, **_DISCARDED)


_FORGOTTEN: dict[str, Any] = {"content": b"", "refused": b"", "preview": {}, "file_name": ""}
_DISCARDED: dict[str, Any] = {**_FORGOTTEN, "found": {}}


def run_due(*, clock: Callable[[], datetime]) -> int:
    """Do what is due, one after another; files whose time is over are deleted. Returns how many were worked on."""
    forget_files(at=clock())
    n_done = 0
    with alone() as is_alone:
        if not is_alone:
            return 0
        give_up(at=clock())
        while (row := claim_next(at=clock())) is not None:
            _attempt(row, at=clock())
            n_done += 1
    return n_done


def is_due(*, at: datetime) -> bool:
    """Whether a worker is waited for, or a file's time is over."""
    rows = HistoryImport.objects.all_clinics()
    return rows.due(at).exists() or _outlived(at).exists()


def _attempt(row: HistoryImport, *, at: datetime) -> None:
    try:
        if row.state == State.CHECKING:
            check(row, at=at)
        else:
            carry_out(row, at=at)
    except Overtaken:
        log.info("an import was changed meanwhile", row=row.pk)
    except BadFile as bad:
        fail(row, str(bad))
    except Exception as error:  # noqa: BLE001 - the next file must not wait for a repair
        log.error("an import failed", row=row.pk, error=type(error).__name__, n_tries=row.n_tries)
        let_go(row, at=at)


def forget_files(*, at: datetime) -> int:
    """Delete files that nobody imported, and lists of refused rows, after some days."""
    rows = _outlived(at)
    n_open = rows.filter(state__in=HistoryImport.OPEN).update(state=State.DISCARDED, **FREE, **_DISCARDED)
    return n_open + rows.update(**_FORGOTTEN)


def _outlived(at: datetime) -> QuerySet[HistoryImport]:
    """Those whose file, or list of refused rows, was kept for long enough."""
    old = Q(uploaded_at__lt=at - KEPT) & (Q(checked_at=None) | Q(checked_at__lt=at - KEPT))
    rows = HistoryImport.objects.all_clinics().filter(old).exclude(state__in=HistoryImport.WORKING)
    return rows.exclude(file_name="", content=b"", refused=b"")


def check(row: HistoryImport, *, at: datetime) -> Plan:
    """Read the whole file and say what an import would do; BadFile where it is no table, Overtaken."""
    choices = Choices.of_json(row.choices)
    with told_progress(row) as step:
        table = table_of(row, step)
        if not is_packed(bytes(row.content)):
            keep(row, content=pack(table), n_total=len(table.lines))
        plan = plan_import(row.clinic, table, choices, at=at, step=step)
    _show(row, plan, table, at=at)
    return plan


def _show(row: HistoryImport, plan: Plan, table: Table, *, at: datetime) -> None:
    keep(
        row,
        **FREE,
        state=State.CHECKED,
        found=plan.counts(),
        preview={**preview_of(plan, on=row.clinic.local(at).date()), "digest": plan.digest()},
        refused=refused_csv(table, plan.refused) if plan.refused else b"",
        checked_at=at,
    )


def carry_out(row: HistoryImport, *, at: datetime) -> Plan:
    """Write it, whole or not at all; where the records changed since the check, it is shown once more instead."""
    choices, found = Choices.of_json(row.choices), copy(row)
    with told_progress(row) as step, transaction.atomic():
        table = table_of(row, step)
        # Nobody else adds a patient meanwhile: who is new now is new when it is written.
        lock_identities(row.clinic)
        plan = plan_import(row.clinic, table, choices, at=at, step=step, lock=lock_patients)
        if (plan.counts(), plan.digest()) != (row.found, row.preview.get("digest")):
            _show(found, plan, table, at=at)
        else:
            _write(found, plan, choices, at=at, step=step)
    # Only now it is stored.
    vars(row).update(vars(found))
    return plan


def _write(row: HistoryImport, plan: Plan, choices: Choices, *, at: datetime, step: Step) -> None:
    write_plan(row, plan, choices, by=row.imported_by or row.uploaded_by, at=at, step=step)
    # The row's time is that of all it wrote: the database lets an undo take away nothing else. Written last: while
    # the transaction holds the row, nobody could see the progress. Whoever lost the claim writes nothing.
    written = {"content": b"", "preview": {}, "file_name": ""}
    keep(row, **FREE, **written, state=State.IMPORTED, imported_at=at)
    log.info("import written", row=row.pk, **{name: n for name, n in plan.counts().items() if name != "event"})


def preview_of(plan: Plan, *, on: date) -> dict[str, Any]:
    """A few people as they would be written, and the first refused lines."""
    people = [
        {
            "line": record.known.first.number,
            "name": record.known.person.name,
            "birth": birth_words(record.known.person.birth, on=on),
            "record": record.known.pk,
            "n_courses": len(record.courses),
            "n_sessions": sum(len(course.sessions) for course in record.courses),
        }
        for record in plan.records[:MOST_SHOWN]
    ]
    refused = [{"line": line, "why": why} for line, why in sorted(plan.refused.items())[:MOST_SHOWN]]
    return {"people": people, "refused": refused}
