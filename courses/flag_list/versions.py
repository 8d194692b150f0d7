"""New versions of a red flag. One that is less urgent than the shipped one waits for a second person."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from django.core.exceptions import PermissionDenied, ValidationError
from django.db import transaction
from django.db.models import Max
from django.utils.translation import gettext as _

from clinic.access import may
from clinic.models import Clinic, Membership, SignOffEvent
from clinic.presets import load_rows
from clinic.signing.content import Piece, differences, piece_of
from clinic.signing.ledger import may_sign, record
from courses.models import Level, RedFlag, RedFlagProposal
from courses.presets import DATA
from courses.rules.facts import Severity
from courses.rules.second_person import Answer, FlagLevels, Why, second_person_for

Action, Outcome = SignOffEvent.Action, RedFlagProposal.Outcome
KEPT = ("clinic_id", "code", "topic", "asked", "position", "source")


class Overtaken(Exception):
    """Somebody else made another version meanwhile."""


@dataclass(frozen=True)
class FlagWords:
    """What a version says: the question, the level of a yes, and what each answer makes of it."""

    wording: str
    level: str
    follow_up: str
    follow_up_levels: Sequence[Mapping[str, str]]
    reason: str = ""

    @property
    def levels(self) -> FlagLevels:
        """As the rules take it."""
        return levels_of(self.level, self.follow_up, self.follow_up_levels)

    @property
    def columns(self) -> dict[str, Any]:
        """As a row takes it."""
        return {
            "wording": self.wording,
            "level": self.level,
            "follow_up": self.follow_up,
            "follow_up_levels": [dict(one) for one in self.follow_up_levels],
        }


def levels_of(level: str, question: str, answers: Sequence[Mapping[str, str]]) -> FlagLevels:
    """What decides the level, from stored columns."""
    return FlagLevels(
        Severity(level),
        question,
        tuple(Answer(one["answer"], one.get("wording", ""), Severity(one["level"])) for one in answers),
    )


def shipped_levels(clinic: Clinic, code: str) -> FlagLevels:
    """What this software ships of a flag; of one that it does not ship, the clinic's first version."""
    row = _shipped().get(code)
    if row is None:
        first = RedFlag.objects.for_clinic(clinic).filter(code=code).order_by("version")[0]
        return levels_of(first.level, first.follow_up, first.follow_up_levels)
    return levels_of(row["level"], row.get("follow_up", ""), row.get("follow_up_levels", []))


def second_person_reasons(clinic: Clinic, code: str, words: FlagWords) -> list[Why]:
    """Why these words need a second person; nothing where one may decide alone."""
    return second_person_for(words.levels, shipped_levels(clinic, code))


def may_change(member: Membership, *, on: date) -> bool:
    """A lead whose licence is on file and valid."""
    return may(member, "change", RedFlag) and may_sign(member, on=on)


def may_confirm(proposal: RedFlagProposal, member: Membership, *, at: datetime) -> bool:
    """Another person than the one who proposed: a licensed clinician who works without supervision."""
    on = proposal.clinic.local(at).date()
    is_other = member.user_id != proposal.proposed_by.user_id and member.clinic_id == proposal.clinic_id
    return is_other and may(member, "view", RedFlag) and member.may_supervise(on)


@transaction.atomic
def change_flag(flag: RedFlag, words: FlagWords, *, by: Membership, at: datetime) -> RedFlag | RedFlagProposal:
    """A new version in force from now on, or a proposal that waits for a second person.

    Overtaken: `flag` is not in force any more. ValidationError: nothing differs, a level does not fit, or another
    proposal waits.
    """
    if not may_change(by, on=flag.clinic.local(at).date()):
        raise PermissionDenied
    now = _locked(flag)
    _check(now, words)
    if second_person_reasons(now.clinic, now.code, words):
        return _propose(now, words, by=by, at=at)
    for waiting in RedFlagProposal.objects.for_clinic(now.clinic).filter(code=now.code, outcome=""):
        _settle(waiting, Outcome.OVERTAKEN, by=by, at=at)
    return _new_version(now, words, Action.EDITED, by=by, at=at)


@transaction.atomic
def confirm_proposal(proposal: RedFlagProposal, *, by: Membership, at: datetime) -> RedFlag:
    """The second person agrees: the version is in force from now on."""
    if not may_confirm(proposal, by, at=at):
        raise PermissionDenied
    now = _locked(proposal.based_on)
    row = _waiting(proposal)
    words = FlagWords(row.wording, row.level, row.follow_up, row.follow_up_levels, row.reason)
    made = _new_version(now, words, Action.CONFIRMED, by=by, at=at)
    row.made = made
    _settle(row, Outcome.CONFIRMED, by=by, at=at)
    return made


@transaction.atomic
def withdraw_proposal(proposal: RedFlagProposal, *, by: Membership, at: datetime) -> None:
    """Nothing comes of it: whoever may confirm, or the one who proposed, says no."""
    is_own = by.user_id == proposal.proposed_by.user_id and by.clinic_id == proposal.clinic_id
    if not (is_own or may_confirm(proposal, by, at=at)):
        raise PermissionDenied
    flag = _locked(proposal.based_on)
    _settle(_waiting(proposal), Outcome.WITHDRAWN, by=by, at=at)
    record(piece_of(flag), Action.WITHDRAWN, by=by, at=at)


def proposed_piece(proposal: RedFlagProposal) -> Piece:
    """What it would be as the version in force."""
    return piece_of(_unsaved(proposal.based_on, _words_of(proposal)))


def _words_of(row: RedFlagProposal) -> FlagWords:
    return FlagWords(row.wording, row.level, row.follow_up, row.follow_up_levels, row.reason)


def _unsaved(flag: RedFlag, words: FlagWords) -> RedFlag:
    return RedFlag(**{name: getattr(flag, name) for name in KEPT}, **words.columns)


def _check(flag: RedFlag, words: FlagWords) -> None:
    if not words.reason.strip():
        raise ValidationError({"reason": _("Say why. The reason stays on file.")})
    if not words.wording.strip():
        raise ValidationError({"wording": _("Enter the question.")})
    if words.columns == {name: getattr(flag, name) for name in words.columns}:
        raise ValidationError(_("Nothing differs from the version in force."))
    if Severity(words.level).rank > words.levels.highest.rank:
        sentence = _(
            "An answer is more urgent than this. Without an answer the most urgent level counts: choose %(level)s."
        )
        raise ValidationError({"level": sentence % {"level": words.levels.highest}})
    if bool(words.follow_up.strip()) != bool(words.follow_up_levels):
        raise ValidationError({"follow_up": _("Enter the follow-up question that the answers belong to.")})


def _propose(flag: RedFlag, words: FlagWords, *, by: Membership, at: datetime) -> RedFlagProposal:
    waiting = RedFlagProposal.objects.for_clinic(flag.clinic).filter(code=flag.code, outcome="").first()
    if waiting is not None:
        sentence = _("A version proposed by %(name)s still waits for a second person. Withdraw it first.")
        raise ValidationError(sentence % {"name": waiting.proposed_by})
    row = RedFlagProposal.objects.create(
        clinic=flag.clinic,
        based_on=flag,
        code=flag.code,
        reason=words.reason.strip(),
        proposed_by=by,
        proposed_at=at,
        **words.columns,
    )
    before, after = piece_of(flag), piece_of(_unsaved(flag, words))
    changes = differences(before, after)
    record(before, Action.PROPOSED, by=by, at=at, comment=words.reason.strip(), changes=changes)
    return row


def _new_version(
    flag: RedFlag, words: FlagWords, action: SignOffEvent.Action, *, by: Membership, at: datetime
) -> RedFlag:
    last = RedFlag.objects.for_clinic(flag.clinic).filter(code=flag.code).aggregate(last=Max("version"))["last"]
    RedFlag.objects.filter(pk=flag.pk).update(replaced_at=at)
    new = _unsaved(flag, words)
    new.version = last + 1
    new.save()
    changes = differences(piece_of(flag), piece_of(new))
    record(piece_of(new), action, by=by, at=at, comment=words.reason.strip(), changes=changes)
    return new


def _settle(row: RedFlagProposal, outcome: RedFlagProposal.Outcome, *, by: Membership, at: datetime) -> None:
    row.outcome, row.settled_by, row.settled_at = outcome, by, at
    row.save(update_fields=["outcome", "settled_by", "settled_at", "made"])


def _locked(flag: RedFlag) -> RedFlag:
    """The version that is in force, held; Overtaken where that is another one."""
    held = RedFlag.objects.select_for_update(of=["self"]).select_related("clinic").get(pk=flag.pk)
    if held.replaced_at is not None:
        raise Overtaken
    return held


def _waiting(proposal: RedFlagProposal) -> RedFlagProposal:
    row = RedFlagProposal.objects.select_for_update(of=["self"]).get(pk=proposal.pk)
    if row.outcome:
        raise Overtaken
    return row


@cache
def _shipped() -> dict[str, dict[str, Any]]:
    return {row["code"]: row for row in load_rows(DATA / "red_flags.json")}


def least_level(clinic: Clinic, code: str) -> Level:
    """What a yes without an answer is shipped as."""
    return Level(shipped_levels(clinic, code).highest.value)
