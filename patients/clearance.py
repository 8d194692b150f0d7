"""Clearance: may this patient be needled, in what scope, and why not.

Pure: facts in, verdict out. It gates needling and booking, never recording.
The rules come from the clinic's clinical facts, "Clearance, in the product"; they need clinical sign-off.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum

from patients.clearance_facts import ClearanceFacts, LetterFact, TypeFact

# Class B patients have a neurological check at the start and then at least once in so many sessions.
SESSIONS_BETWEEN_CHECKS = 4
CHECKED_CLASS = "B"
CORD_TYPE = "myelopathy"
MIXED_TYPE = "mixed"
UNDIAGNOSED_TYPE = "undiagnosed"
# Reports of these withdraw a clearance; only a specialist's document with a later date restores it.
WITHDRAWING_FLAGS = frozenset(
    {
        "coordination_gait",
        "hand_clumsy",
        "lhermitte",
        "arms_legs_numb_both",
        "radic_progress",
        "bladder_bowel",
        "saddle_numb",
    }
)


class ClearanceVerdict(StrEnum):
    """Whether the patient may be needled today."""

    CLEAR = "clear"
    AFTER_CHECK = "after_check"
    BLOCKED = "blocked"


class ReasonCode(StrEnum):
    """Why not, as a code; `patients.wording` has the sentences."""

    NO_DIAGNOSIS = "no_diagnosis"
    NO_TYPE = "no_type"
    NO_CONSENT = "no_consent"
    OPEN_RED_FLAG = "open_red_flag"
    ON_HOLD = "on_hold"
    CORD_WITHOUT_LETTER = "cord_without_letter"
    SPECIALIST_MISSING = "specialist_missing"
    LETTER_EXPIRED = "letter_expired"
    WITHDRAWN = "withdrawn"
    MIXED_UNNAMED = "mixed_unnamed"
    VERTIGO_UNEXPLAINED = "vertigo_unexplained"
    PLAN_NOT_SPECIALISED = "plan_not_specialised"
    REVIEW_MISSING = "review_missing"
    NO_SCREENING = "no_screening"
    CONTRAINDICATED = "contraindicated"
    CHECK_MISSING = "check_missing"
    CHECK_OVERDUE = "check_overdue"
    CHECK_WORSE = "check_worse"
    LICENCE_MISSING = "licence_missing"
    LICENCE_EXPIRED = "licence_expired"
    SUPERVISOR_MISSING = "supervisor_missing"


# Nobody, not even a lead, may override these.
NEVER_OVERRIDDEN = frozenset(
    {
        ReasonCode.NO_DIAGNOSIS,
        ReasonCode.NO_TYPE,
        ReasonCode.NO_CONSENT,
        ReasonCode.OPEN_RED_FLAG,
        ReasonCode.ON_HOLD,
        ReasonCode.CORD_WITHOUT_LETTER,
        ReasonCode.WITHDRAWN,
        ReasonCode.LICENCE_MISSING,
        ReasonCode.LICENCE_EXPIRED,
        ReasonCode.SUPERVISOR_MISSING,
    }
)
NEEDS_ONLY_A_CHECK = frozenset({ReasonCode.CHECK_MISSING, ReasonCode.CHECK_OVERDUE})


@dataclass(frozen=True)
class Reason:
    """One reason against needling, with the detail to name it."""

    code: ReasonCode
    detail: str = ""

    @property
    def is_overridable(self) -> bool:
        """Whether a lead may override it for one session."""
        return self.code not in NEVER_OVERRIDDEN


@dataclass(frozen=True)
class Clearance:
    """The verdict with its reasons and its scope."""

    verdict: ClearanceVerdict
    reasons: tuple[Reason, ...]
    limits: tuple[str, ...]
    scope: str
    # Reasons that a lead overrode for one session: shown beside the verdict.
    set_aside: tuple[Reason, ...] = ()

    @property
    def may_needle(self) -> bool:
        """Whether needling is allowed now."""
        return self.verdict is ClearanceVerdict.CLEAR

    @property
    def may_book(self) -> bool:
        """Whether a needling visit may be booked: a missing check can still be made on the day."""
        return all(reason.code in NEEDS_ONLY_A_CHECK for reason in self.reasons)

    @property
    def is_overridable(self) -> bool:
        """Whether a lead may override every reason for one session."""
        return all(reason.is_overridable for reason in self.reasons)


def clearance(facts: ClearanceFacts) -> Clearance:
    """The verdict on a patient: clear, clear after a check, or blocked, with all reasons at once."""
    reasons = (
        *_papers(facts),
        *_safety(facts),
        *_specialist(facts),
        *_screening(facts),
        *_checks(facts),
        *_practitioner(facts),
    )
    scope = facts.letter.scope if facts.letter else ""
    return Clearance(_verdict(reasons), reasons, facts.limits, scope)


def overridden(found: Clearance, codes: Iterable[str]) -> Clearance:
    """The verdict after a lead's override; reasons that were not named or cannot be overridden still apply."""
    aside = tuple(one for one in found.reasons if one.is_overridable and one.code in set(codes))
    left = tuple(one for one in found.reasons if one not in aside)
    return replace(found, verdict=_verdict(left), reasons=left, set_aside=aside)


def effective_class(facts: ClearanceFacts) -> str:
    """The strictest class of working and confirmed types; C if a mixed type does not name its parts."""
    classes = [fact.clearance_class for fact in facts.types]
    if _is_mixed_unnamed(facts) or _has_unexplained_vertigo(facts):
        classes.append("C")
    return max(classes, default="C")


def sessions_until_check(n_since: int) -> int:
    """After how many more sessions a class B patient's neurological check is due; 0 is today."""
    return max(SESSIONS_BETWEEN_CHECKS - n_since, 0)


def check_reason(*, has_check: bool, is_worse: bool, n_since: int) -> ReasonCode | None:
    """What a class B patient's last neurological check leaves in the way."""
    if not has_check:
        return ReasonCode.CHECK_MISSING
    if is_worse:
        return ReasonCode.CHECK_WORSE
    return ReasonCode.CHECK_OVERDUE if sessions_until_check(n_since) == 0 else None


def _verdict(reasons: tuple[Reason, ...]) -> ClearanceVerdict:
    if not reasons:
        return ClearanceVerdict.CLEAR
    if all(reason.code in NEEDS_ONLY_A_CHECK for reason in reasons):
        return ClearanceVerdict.AFTER_CHECK
    return ClearanceVerdict.BLOCKED


def _papers(facts: ClearanceFacts) -> Iterator[Reason]:
    if facts.diagnosed_on is None:
        yield Reason(ReasonCode.NO_DIAGNOSIS)
    if not {fact.code for fact in facts.types} - {UNDIAGNOSED_TYPE}:
        yield Reason(ReasonCode.NO_TYPE)
    if not facts.has_consent:
        yield Reason(ReasonCode.NO_CONSENT)


def _safety(facts: ClearanceFacts) -> Iterator[Reason]:
    if facts.care.open_levels:
        yield Reason(ReasonCode.OPEN_RED_FLAG, ", ".join(sorted(set(facts.care.open_levels))))
    if facts.care.is_on_hold:
        yield Reason(ReasonCode.ON_HOLD)
    if facts.care.is_review_missing:
        yield Reason(ReasonCode.REVIEW_MISSING)


def _specialist(facts: ClearanceFacts) -> Iterator[Reason]:
    if _is_mixed_unnamed(facts):
        yield Reason(ReasonCode.MIXED_UNNAMED)
    if _has_unexplained_vertigo(facts):
        yield Reason(ReasonCode.VERTIGO_UNEXPLAINED)
    if needs_specialised(facts.types) and facts.care.is_plan_specialised is False:
        yield Reason(ReasonCode.PLAN_NOT_SPECIALISED)
    withdrawn_on, letter = _withdrawn_on(facts), _valid_letter(facts)
    if withdrawn_on and (letter is None or letter.written_on <= withdrawn_on):
        yield Reason(ReasonCode.WITHDRAWN, withdrawn_on.isoformat())
        return
    specialist_types = [fact.code for fact in facts.types if fact.clearance_class == "C"]
    if not specialist_types or letter is not None:
        return
    if CORD_TYPE in specialist_types:
        yield Reason(ReasonCode.CORD_WITHOUT_LETTER, ", ".join(specialist_types))
    elif facts.letter is not None and facts.letter.expires_on is not None:
        yield Reason(ReasonCode.LETTER_EXPIRED, facts.letter.expires_on.isoformat())
    else:
        yield Reason(ReasonCode.SPECIALIST_MISSING, ", ".join(specialist_types))


def _valid_letter(facts: ClearanceFacts) -> LetterFact | None:
    """The specialist's document, unless it has expired."""
    letter = facts.letter
    return None if letter is None or (letter.expires_on and letter.expires_on < facts.on) else letter


def _withdrawn_on(facts: ClearanceFacts) -> date | None:
    """The last day on which the clearance was withdrawn: by a report, or by a cord type added later."""
    days = [fact.starts_on for fact in facts.types if fact.code == CORD_TYPE and fact.is_added_later]
    if facts.care.withdrawn_on:
        days.append(facts.care.withdrawn_on)
    return max(days, default=None)


def _screening(facts: ClearanceFacts) -> Iterator[Reason]:
    if not facts.is_screened:
        yield Reason(ReasonCode.NO_SCREENING)
    for wording in facts.blocking_items:
        yield Reason(ReasonCode.CONTRAINDICATED, wording)


def _checks(facts: ClearanceFacts) -> Iterator[Reason]:
    if effective_class(facts) != CHECKED_CLASS:
        return
    n_since = facts.care.n_sessions_since_check
    code = check_reason(has_check=facts.checked_on is not None, is_worse=facts.is_check_worse, n_since=n_since)
    if code is not None:
        yield Reason(code, str(n_since) if code is ReasonCode.CHECK_OVERDUE else "")


def _practitioner(facts: ClearanceFacts) -> Iterator[Reason]:
    who = facts.practitioner
    if who is None:
        return
    if not who.has_licence:
        yield Reason(ReasonCode.LICENCE_MISSING)
    elif who.licence_expires_on and who.licence_expires_on < facts.on:
        yield Reason(ReasonCode.LICENCE_EXPIRED, who.licence_expires_on.isoformat())
    if who.is_supervised and not who.has_supervisor:
        yield Reason(ReasonCode.SUPERVISOR_MISSING)


def _is_mixed_unnamed(facts: ClearanceFacts) -> bool:
    codes = {fact.code for fact in facts.types}
    return MIXED_TYPE in codes and len(codes - {MIXED_TYPE, UNDIAGNOSED_TYPE}) < 2


def needs_specialised(types: Iterable[TypeFact]) -> bool:
    """Whether these types, mixed and with vertigo, need the specialised plan."""
    held = list(types)
    codes = {fact.code for fact in held} - {UNDIAGNOSED_TYPE}
    return (MIXED_TYPE in codes or len(codes) > 1) and any(fact.has_vertigo for fact in held)


def _has_unexplained_vertigo(facts: ClearanceFacts) -> bool:
    return any(fact.has_vertigo for fact in facts.types) and not facts.is_vertigo_explained
