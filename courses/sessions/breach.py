"""Needling without clearance, or against its limits: recorded, never silently.

The rule is in `courses.rules.breach`; here are its input, and the clearance stored with a session.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from clinic.models import Membership
from courses.models import Needling
from courses.rules.breach import NeedleFact, VisitFacts, find_breach, forbidden
from courses.sessions.entry import NeedlingEntry, SessionEntry
from patients.clearance import Clearance, ClearanceVerdict
from patients.wording import reason_texts


def visit_facts(entry: SessionEntry, clearance: Clearance, *, number: int = 0) -> VisitFacts:
    """A visit as it is logged."""
    kept = keep_clearance(clearance)
    return kept_facts(kept, entry.needlings, is_needled=entry.is_needled, number=number)


def kept_facts(
    kept: Mapping[str, Any], needles: Iterable[NeedlingEntry | Needling], *, is_needled: bool, number: int
) -> VisitFacts:
    """A visit with the clearance that was stored with it."""
    return VisitFacts(
        number=number,
        is_needled=is_needled,
        is_cleared=kept.get("verdict") == ClearanceVerdict.CLEAR,
        reasons=tuple(kept.get("reasons", ())),
        limits=tuple(kept.get("limits", ())),
        needles=tuple(_needle(one) for one in needles),
    )


def keep_clearance(clearance: Clearance) -> dict[str, Any]:
    """A clearance in plain types, as it was when the visit took place."""
    return {
        "verdict": str(clearance.verdict),
        "reasons": [str(reason.code) for reason in clearance.reasons],
        "set_aside": [str(reason.code) for reason in clearance.set_aside],
        "limits": list(clearance.limits),
    }


def refuse_silent_breach(entry: SessionEntry, clearance: Clearance, *, by: Membership) -> None:
    """Refuse needling without clearance unless the reason is given."""
    visit = visit_facts(entry, clearance)
    if find_breach(visit) is None or entry.uncleared_reason.strip():
        return
    message = _("Not cleared for needling. If needles were used, give the reason.")
    against = [_("Avoid: %(what)s.") % {"what": what} for what in forbidden(visit)]
    raise ValidationError(
        {"uncleared_reason": [message, *reason_texts(clearance, to=by, ask=entry.practitioner), *against]}
    )


def refuse_contradiction(needles: Iterable[object], *, is_needled: bool) -> None:
    """Refuse points together with “no needles”."""
    if any(True for _one in needles) and not is_needled:
        raise ValidationError(
            {"is_needled": _("Points are listed: choose that needles were used, or clear them.")}
        )


def _needle(one: NeedlingEntry | Needling) -> NeedleFact:
    return NeedleFact(
        name=str(one.point) if one.point else one.place_words,
        tags=tuple(one.point.risk_tags) if one.point else (),
        depth_mm=one.depth_mm,
        stimulation=str(one.stimulation),
    )
