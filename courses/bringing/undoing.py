"""An import undone: as if it had never been, as long as nobody wrote in one of its records since."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.db import connection, transaction

from clinic.models import Membership, required_reason
from courses.bringing.claims import move
from courses.models import Course, HistoryImport, ImportPart, PainScore, Session
from patients.identity.seal import written_since
from patients.locking import lock_patients
from patients.models import Patient

State = HistoryImport.State
# So many records are named where they prevent it.
MOST_NAMED = 20


class CannotUndo(Exception):
    """Somebody wrote in records of the import since."""

    def __init__(self, patients: list[Patient]) -> None:
        super().__init__("something new was written since")
        self.patients = patients


@transaction.atomic
def undo_import(row: HistoryImport, *, reason: str, by: Membership, at: datetime) -> bool:
    """Delete all that it wrote, and say whether this call did; CannotUndo names records changed since."""
    row = HistoryImport.objects.select_for_update(of=("self",)).light().get(pk=row.pk)
    if row.state != State.IMPORTED:
        return False
    reason = required_reason(reason)
    parts = list(row.parts.order_by("pk"))
    keys = [key for part in parts for key in part.patients]
    # Whoever is writing in one of the records finishes first, and is seen.
    lock_patients(keys)
    changed = _changed(parts)
    if changed:
        raise CannotUndo(changed)
    values: dict[str, Any] = {
        "undone_by": by,
        "undone_at": at,
        "undo_reason": reason[:300],
        "refused": b"",
        "file_name": "",
    }
    move(row, [State.IMPORTED], State.UNDONE, **values)
    _take_away(row, [key for part in parts for key in part.new_patients])
    ImportPart.objects.filter(history_import=row).delete()
    return True


def what_prevents_undoing(row: HistoryImport) -> list[Patient]:
    """Records that somebody wrote in since, for the page that offers to undo it."""
    return _changed(row.parts.order_by("pk").iterator(chunk_size=1))


def _changed(parts: Iterable[ImportPart]) -> list[Patient]:
    found: list[Patient] = []
    for part in parts:
        patients = list(Patient.objects.filter(pk__in=part.patients))
        if len(patients) < len(part.patients) or written_since(part.seal, patients):
            found += _of_these(part, patients)
        if len(found) >= MOST_NAMED:
            break
    return found[:MOST_NAMED]


def _of_these(part: ImportPart, patients: list[Patient]) -> list[Patient]:
    """Which of a part's records changed: halved until each is alone."""
    if len(patients) <= 1:
        return patients
    middle = len(patients) // 2
    halves = (patients[:middle], patients[middle:])
    return [one for half in halves if _is_changed(part, half) for one in _of_these(part, half)][:MOST_NAMED]


def _is_changed(part: ImportPart, patients: list[Patient]) -> bool:
    """Whether rows of these records are new or other ones; of the part's other records nothing is asked."""
    return any(one.n_new or one.n_changed for one in written_since(part.seal, patients))


def _take_away(row: HistoryImport, new_patients: list[int]) -> None:
    courses = Course.objects.filter(brought_by=row)
    # Row by row the database asks whether the import is undone, and refuses everything else.
    for rows in (
        PainScore.every.filter(course__in=courses),
        Session.every.filter(course__in=courses),
        courses,
        Patient.objects.filter(pk__in=new_patients),
    ):
        rows._raw_delete(rows.db)
    with connection.cursor() as cursor:
        # What still points to one of them is found now, not when the transaction ends.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
