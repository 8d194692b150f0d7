"""What the sign-off page shows: every piece by group, how many are signed, and who may sign."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any

from django.urls import reverse
from django.utils.text import slugify

from clinic.access import may, permissions_of
from clinic.models import Clinic, Membership, SignOffEvent
from clinic.signing.content import Kind, differences, kinds, piece_of
from clinic.signing.ledger import RIGHT, PieceState, may_sign, states_of
from courses.flag_list.versions import may_change, may_confirm, proposed_piece
from courses.models import RedFlag, RedFlagProposal
from patients.models import ConsentText

# Pieces with an editing page of their own.
OWN_PAGES = {
    RedFlag._meta.label_lower: "admin:courses_redflag_new_version",
    ConsentText._meta.label_lower: "admin:patients_consenttext_new_version",
}


@dataclass(frozen=True)
class Line:
    """One row of the page."""

    now: PieceState
    edit_url: str
    about_url: str
    # Edited by somebody else while the page was open.
    changed: tuple[SignOffEvent, ...] = ()
    is_ticked: bool = False
    # Its sender has not seen it as it is now.
    is_unread: bool = False

    @property
    def anchor(self) -> str:
        """For addresses within the page."""
        return slugify(self.now.piece.name.replace("|", "-").replace(".", "-").replace(":", "-"))

    @property
    def value(self) -> str:
        """What a tick sends: which piece, and as which content it was shown."""
        return f"{self.now.piece.name}|{self.now.piece.digest}"


@dataclass(frozen=True)
class Group:
    """One kind of content."""

    kind: Kind
    lines: list[Line]
    next_slug: str = ""

    @property
    def slug(self) -> str:
        """For addresses within the page."""
        return self.kind.label.replace(".", "-")

    @property
    def n_open(self) -> int:
        """How many wait for sign-off and can have it."""
        return sum(line.now.needs and not line.now.piece.is_open for line in self.lines)

    @property
    def n_signed(self) -> int:
        """How many have it."""
        return sum(line.now.is_counted and not line.now.needs for line in self.lines)

    @property
    def n_counted(self) -> int:
        """How many it was asked of."""
        return sum(line.now.is_counted for line in self.lines)


@dataclass(frozen=True)
class Signer:
    """Somebody who may sign, or could with a valid licence."""

    member: Membership
    is_licensed: bool


@dataclass(frozen=True)
class Waiting:
    """A less urgent red flag that waits for a second person."""

    proposal: RedFlagProposal
    changes: list[list[str]]
    may_confirm: bool
    may_withdraw: bool


def groups_of(
    member: Membership,
    *,
    on: date,
    changed: Iterable[SignOffEvent] = (),
    ticked: Iterable[str] = (),
    unread: Iterable[str] = (),
) -> list[Group]:
    """Every group that has content."""
    news: dict[str, list[SignOffEvent]] = {}
    for event in changed:
        news.setdefault(f"{event.kind}|{event.code}", []).append(event)
    marked, fresh = set(ticked), set(unread)
    found = []
    for kind in kinds():
        lines = [
            Line(
                now,
                edit_url(now, member, on=on),
                reverse("admin:clinic_signoffevent_piece", args=[now.piece.kind, now.piece.code]),
                tuple(news.get(now.piece.name, ())),
                is_ticked=now.piece.name in marked,
                is_unread=now.piece.name in fresh,
            )
            for now in states_of(member.clinic, kind)
        ]
        if lines:
            found.append(Group(kind, lines))
    after = [*found[1:], None]
    return [replace(one, next_slug=other.slug if other else "") for one, other in zip(found, after, strict=True)]


def signers(clinic: Clinic, *, on: date) -> list[Signer]:
    """Those whose role may sign, with and without a valid licence."""
    members = Membership.objects.for_clinic(clinic).active().select_related("user", "clinic")
    return [Signer(one, one.is_licensed(on)) for one in members if RIGHT in permissions_of(one)]


def waiting_proposals(member: Membership, *, at: datetime, code: str = "") -> list[Waiting]:
    """What waits for a second person, with who may be it."""
    rows = RedFlagProposal.objects.for_clinic(member.clinic).filter(outcome="")
    rows = rows.filter(code=code) if code else rows
    return [
        Waiting(
            row,
            differences(piece_of(row.based_on), proposed_piece(row)),
            may_confirm=may_confirm(row, member, at=at),
            may_withdraw=row.proposed_by.user_id == member.user_id or may_confirm(row, member, at=at),
        )
        for row in rows.select_related("proposed_by__user", "based_on", "clinic")
    ]


def page_context(member: Membership, groups: list[Group], *, at: datetime) -> dict[str, Any]:
    """Everything the page says beside its rows."""
    on = member.clinic.local(at).date()
    people = signers(member.clinic, on=on)
    return {
        "groups": groups,
        "n_signed": sum(group.n_signed for group in groups),
        "n_counted": sum(group.n_counted for group in groups),
        "may_sign": may_sign(member, on=on),
        "signers": [one.member for one in people if one.is_licensed],
        "unlicensed": [one.member for one in people if not one.is_licensed],
        "is_own_licence_missing": any(one.member == member and not one.is_licensed for one in people),
        "waiting": waiting_proposals(member, at=at),
        "printed_at": at,
    }


def edit_url(now: PieceState, member: Membership, *, on: date) -> str:
    """Where somebody may edit a piece; nothing where they may not."""
    row = now.piece.row
    if row is None or not may(member, "change", type(row)):
        return ""
    if isinstance(row, RedFlag) and not may_change(member, on=on):
        return ""
    meta = row._meta
    name = OWN_PAGES.get(now.piece.kind, f"admin:{meta.app_label}_{meta.model_name}_change")
    return reverse(name, args=[row.pk])
