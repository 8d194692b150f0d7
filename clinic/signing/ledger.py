"""What happened to content: signing many at once, edits, comments, and the history of one piece."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import models, transaction
from django.utils.translation import gettext as _

from clinic.access import permissions_of
from clinic.models import Clinic, Membership, SignOffEvent
from clinic.signing.content import (
    NEEDS,
    Kind,
    Piece,
    differences,
    kind_called,
    kinds,
    rows_of,
)

RIGHT = "clinic.sign_off_content"
Action = SignOffEvent.Action


@dataclass(frozen=True)
class PieceState:
    """A piece of content, in which version, and who signed it last."""

    piece: Piece
    # 0 for a shipped text: it changes with the software only.
    version: int
    signed: SignOffEvent | None
    n_events: int = 0

    @property
    def needs(self) -> bool:
        """Whether it waits for sign-off: a row says so itself; a text was never signed as it is now."""
        if self.piece.row is not None:
            return self.piece.needs
        return self.piece.needs and (self.signed is None or self.signed.digest != self.piece.digest)

    @property
    def is_counted(self) -> bool:
        """Whether sign-off was ever asked of it."""
        return self.needs or self.signed is not None


@dataclass
class Signed:
    """What came of one press of the button."""

    done: list[PieceState] = field(default_factory=list)
    # Signed by somebody else meanwhile, as it is now.
    before: list[PieceState] = field(default_factory=list)
    # Another content than the one that was shown: nothing is signed unseen.
    changed: list[PieceState] = field(default_factory=list)
    # Something is left to be filled in.
    unfilled: list[PieceState] = field(default_factory=list)
    n_gone: int = 0


def may_sign(member: Membership, *, on: Any) -> bool:
    """A lead whose licence is on file and valid."""
    return RIGHT in permissions_of(member) and member.is_licensed(on)


def states_of(clinic: Clinic, kind: Kind) -> list[PieceState]:
    """Every piece of a group."""
    return _states_of(clinic, kind.label, kind.pieces(clinic))


def open_count(clinic: Clinic, label: str) -> tuple[int, int]:
    """How many of a group wait for sign-off, of how many."""
    kind = kind_called(label)
    if kind is None:
        return 0, 0
    if kind.model is not None:
        rows = rows_of(kind.model, clinic)
        found = rows.aggregate(n=models.Count("pk", filter=models.Q(**{NEEDS: True})), of=models.Count("pk"))
        return int(found["n"]), int(found["of"])
    every = states_of(clinic, kind)
    return sum(one.needs for one in every), len(every)


@transaction.atomic
def sign(clinic: Clinic, shown: Mapping[str, str], *, comment: str, by: Membership, at: datetime) -> Signed:
    """Sign off what was shown, by name and digest, as far as it still is what was shown."""
    if not may_sign(by, on=clinic.local(at).date()):
        raise PermissionDenied
    found = Signed()
    wanted = dict(shown)
    for kind in kinds():
        mine = [name for name in wanted if name.partition("|")[0] == kind.label]
        if not mine:
            continue
        if kind.model is not None:
            # In the order of the key, so that two people who sign at once wait for each other in turn.
            list(rows_of(kind.model, clinic).order_by("pk").select_for_update().values_list("pk"))
        now = {one.piece.name: one for one in states_of(clinic, kind)}
        for name in mine:
            _judge(now.get(name), wanted.pop(name), found)
    found.n_gone += len(wanted)
    # After the rows, as an edit does it: its trigger stamps the clinic.
    Clinic.objects.select_for_update(no_key=True).get(pk=clinic.pk)
    _write(clinic, found.done, comment=comment, by=by, at=at)
    return found


def record_edit(before: Piece | None, after: Piece, *, by: Membership, at: datetime, comment: str = "") -> None:
    """Write down an edit that was just made; content that is no other leaves no trace."""
    if before is not None and before.digest == after.digest:
        return
    if before is not None and not after.needs:
        type(after.row)._default_manager.filter(pk=after.row.pk).update(**{NEEDS: True})
    action = Action.EDITED if before else Action.ADDED
    changes = differences(before, after) if before else []
    record(after, action, by=by, at=at, comment=comment, changes=changes)


def record(
    piece: Piece,
    action: SignOffEvent.Action,
    *,
    by: Membership,
    at: datetime,
    comment: str = "",
    changes: list[list[str]] | None = None,
) -> SignOffEvent:
    """One event of one piece."""
    [now] = _states_of(by.clinic, piece.kind, [piece])
    version = now.version + (action == Action.EDITED and not piece.own_version)
    event = _event(by.clinic, piece, version, action, comment=comment, by=by, at=at)
    event.changes = changes or []
    event.save()
    return event


def comment_on(piece: Piece, text: str, *, by: Membership, at: datetime) -> SignOffEvent:
    """What somebody thinks of it; ValidationError where nothing is said."""
    if not text.strip():
        raise ValidationError({"comment": _("Write a comment first.")})
    return record(piece, Action.COMMENTED, by=by, at=at, comment=text.strip())


def history(clinic: Clinic, piece: Piece) -> models.QuerySet[SignOffEvent]:
    """Everything that happened to it, the newest first."""
    return (
        SignOffEvent.objects.for_clinic(clinic).filter(kind=piece.kind, code=piece.code).select_related("by__user")
    )


def edits_since(clinic: Clinic, pieces: Iterable[Piece], at: datetime) -> list[SignOffEvent]:
    """What others changed of these since a page was opened."""
    names = {piece.name for piece in pieces}
    events = SignOffEvent.objects.for_clinic(clinic).filter(
        at__gte=at, action__in=[Action.EDITED, Action.CONFIRMED]
    )
    return [event for event in events.select_related("by__user") if f"{event.kind}|{event.code}" in names]


def _judge(now: PieceState | None, digest: str, found: Signed) -> None:
    if now is None:
        found.n_gone += 1
    elif now.piece.digest != digest:
        found.changed.append(now)
    elif not now.needs:
        found.before.append(now)
    elif now.piece.is_open:
        found.unfilled.append(now)
    else:
        found.done.append(now)


def _write(clinic: Clinic, done: list[PieceState], *, comment: str, by: Membership, at: datetime) -> None:
    by_model: dict[Any, list[int]] = {}
    for one in done:
        if one.piece.row is not None:
            by_model.setdefault(type(one.piece.row), []).append(one.piece.row.pk)
    for model, keys in by_model.items():
        model._default_manager.filter(pk__in=keys).update(**{NEEDS: False})
    SignOffEvent.objects.bulk_create(
        _event(clinic, one.piece, one.version, Action.SIGNED, comment=comment, by=by, at=at) for one in done
    )


def _event(
    clinic: Clinic, piece: Piece, version: int, action: str, *, comment: str, by: Membership, at: datetime
) -> SignOffEvent:
    return SignOffEvent(
        clinic=clinic,
        kind=piece.kind,
        code=piece.code,
        title=piece.title[:300],
        version=version,
        digest=piece.digest,
        action=action,
        comment=comment,
        by=by,
        at=at,
    )


def _states_of(clinic: Clinic, label: str, pieces: list[Piece]) -> list[PieceState]:
    events = SignOffEvent.objects.for_clinic(clinic).filter(kind=label)
    if len(pieces) == 1:
        events = events.filter(code=pieces[0].code)
    counted = events.values("code").annotate(
        edits=models.Count("pk", filter=models.Q(action=Action.EDITED)),
        signed=models.Max("pk", filter=models.Q(action=Action.SIGNED)),
        n=models.Count("pk"),
    )
    by_code: dict[str, Any] = {one["code"]: one for one in counted}
    last = [row["signed"] for row in by_code.values() if row["signed"]]
    signed = (
        {one.pk: one for one in SignOffEvent.objects.filter(pk__in=last).select_related("by__user")}
        if last
        else {}
    )
    found = []
    for piece in pieces:
        row: dict[str, Any] = by_code.get(piece.code, {"edits": 0, "signed": None, "n": 0})
        version = piece.own_version or 1 + row["edits"] if piece.row is not None else 0
        found.append(PieceState(piece, version, signed.get(row["signed"]), row["n"]))
    return found
