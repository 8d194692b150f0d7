"""Answers that were stored on disk while the database was down, and are taken in once when it is back."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import structlog
from django.db import InterfaceError, OperationalError
from django.utils.dateparse import parse_datetime

from clinic.models import Fault
from clinic.spool import Spool, Unreadable, claimed, read
from courses.models import CheckIn, RedFlag
from courses.reminders.links import BadLink, CheckInLink, row_of_link
from courses.sessions.check_in_answers import take_answer
from courses.sessions.entry import CheckInEntry, FlagEntry

log = structlog.stdlib.get_logger(__name__)

SPOOL = Spool("check-ins")
FORMAT = 1
# An answer that fails for another reason is retried for this long, then put aside for a person.
TRIED_FOR = timedelta(minutes=10)


class UnknownSign(Exception):
    """A sign that the clinic's list never had."""


def keep_answer(link: CheckInLink, entry: CheckInEntry, *, at: datetime) -> None:
    """Write an answer to disk as it was given; OSError if that fails."""
    SPOOL.keep(
        {
            "format": FORMAT,
            "check_in": link.uuid,
            "form_key": str(entry.form_key),
            "said_at": at.isoformat(),
            "score": entry.score,
            "signs": entry.signs_said,
            "said": entry.said,
            "asked": dict(entry.asked),
            "awaits_severe": entry.awaits_severe,
        }
    )


def replay_answers(*, at: datetime) -> int:
    """Take in the waiting answers, oldest first; returns how many. Stops if the database goes down again."""
    SPOOL.sweep()
    n_taken = 0
    for path in SPOOL.waiting():
        with claimed(path) as is_ours:
            if is_ours:
                n_taken += _take_in(path, at=at)
    _close_faults(at=at)
    return n_taken


def _take_in(path: Path, *, at: datetime) -> bool:
    try:
        kept = read(path)
        check_in = row_of_link(CheckInLink(kept["check_in"], ""))
        take_answer(check_in, entry=_entry(kept, check_in), at=at, said_at=_said_at(kept, at=at))
    except (OperationalError, InterfaceError):
        raise
    except Exception as error:  # noqa: BLE001 - one that cannot be taken in must not hold up the others
        log.error("answer on disk not taken in", file=path.stem, error=type(error).__name__)
        is_hopeless = isinstance(error, (Unreadable, BadLink, UnknownSign, KeyError))
        if is_hopeless or at.timestamp() - path.stat().st_mtime > TRIED_FOR.total_seconds():
            SPOOL.put_aside(path)
            Fault.find(Fault.Kind.SPOOL, _subject(path), at=at)
        return False
    path.unlink()
    return True


def _entry(kept: dict[str, Any], check_in: CheckIn) -> CheckInEntry:
    """The answer as it was given; a sign gets the version that was shown, or the newest in the list."""
    newest: dict[str, RedFlag] = {}
    shown: dict[str, RedFlag] = {}
    for flag in RedFlag.objects.for_clinic(check_in.clinic).filter(code__in=kept["said"]).order_by("version"):
        newest[flag.code] = flag
        if kept["asked"].get(flag.code) == flag.version:
            shown[flag.code] = flag
    if missing := kept["said"].keys() - newest.keys():
        raise UnknownSign(", ".join(sorted(missing)))
    return CheckInEntry(
        form_key=uuid.UUID(kept["form_key"]),
        score=kept["score"],
        flags=tuple(
            FlagEntry(shown.get(code, newest[code]), answer, in_force=newest[code])
            for code, answer in kept["said"].items()
        ),
        signs=kept["signs"],
        asked=kept["asked"],
        awaits_severe=kept["awaits_severe"],
    )


def _said_at(kept: dict[str, Any], *, at: datetime) -> datetime:
    """When the button was pressed, but no later than now if a clock was set back."""
    said_at = parse_datetime(kept["said_at"])
    return min(said_at, at) if said_at else at


def _close_faults(*, at: datetime) -> None:
    """End the faults of files that a person has dealt with."""
    subjects = {_subject(path) for path in SPOOL.set_aside()}
    Fault.objects.open().filter(kind=Fault.Kind.SPOOL).exclude(subject__in=subjects).update(gone_at=at)


def _subject(path: Path) -> str:
    return f"spool:{path.stem}"
