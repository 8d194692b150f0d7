"""Whether a corrected session broke its clearance: the same rule as logging, with the stored clearance."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from clinic.models import Membership
from courses.alerts.after_correction import correct_breach
from courses.corrections.changes import Change, column_change, needles_after
from courses.corrections.correction import CorrectedSession
from courses.models import Correction, Session
from courses.plans.course_state import CourseState
from courses.plans.overriding import spend_override
from courses.plans.visit_flags import flags_of_visit
from courses.rules.breach import find_breach, forbidden
from courses.rules.facts import Finding
from courses.sessions.breach import keep_clearance, kept_facts

Field = Correction.Field


@dataclass(frozen=True)
class JudgedNeedling:
    """The effect of a correction on the session's clearance and breach."""

    session: Session
    reason: str
    on: date
    changes: tuple[Change, ...] = ()
    breach: Finding | None = None
    is_changed: bool = False
    is_needled: bool = False

    def write(self, *, by: Membership, at: datetime) -> None:
        """List the breach or remove it; needles used under a lead's override use it up."""
        correct_breach(
            self.session.course,
            session_number=self.session.number,
            finding=self.breach,
            reason=self.reason,
            by=by,
            at=at,
        )
        if self.is_needled:
            spend_override(self.session, on=self.on)


def judge_needling(session: Session, wanted: CorrectedSession) -> JudgedNeedling:
    """The clearance and the breach that logging the corrected visit would have found."""
    reason, on = wanted.reason.strip()[:300], session.clinic.local(wanted.held_at).date()
    is_moved = on != session.clinic.local(session.held_at).date()
    if not is_moved and not wanted.needlings and wanted.is_needled == session.is_needled:
        return JudgedNeedling(session, reason, on)
    kept = _clearance(session, wanted, on=on, is_moved=is_moved)
    needles = needles_after(session, wanted.needlings)
    visit = kept_facts(kept, needles, is_needled=wanted.is_needled, number=session.number)
    breach = find_breach(visit)
    stored = {**kept, "forbidden": forbidden(visit)}
    changes = []
    if stored != session.clearance:
        changes.append(column_change(session, Field.CLEARANCE, stored))
    uncleared = (session.uncleared_reason or reason) if breach else ""
    if uncleared != session.uncleared_reason:
        changes.append(column_change(session, Field.UNCLEARED, uncleared))
    return JudgedNeedling(
        session, reason, on, tuple(changes), breach, is_changed=True, is_needled=wanted.is_needled
    )


def _clearance(session: Session, wanted: CorrectedSession, *, on: date, is_moved: bool) -> Mapping[str, Any]:
    """The clearance stored with the session; for another day, or if none was stored, that of a new visit."""
    kept: dict[str, Any] = session.clearance
    is_override_gone = (
        bool(kept.get("set_aside"))
        and wanted.is_needled
        and not session.is_needled
        and not session.course.overrides.unused_on(on).exclude(given_by=session.practitioner).exists()
    )
    if not is_moved and not is_override_gone and {"verdict", "limits"} <= kept.keys():
        return kept
    state = CourseState(session.course)
    state.sessions = [one for one in state.sessions if one.pk != session.pk]
    found = state.clearance(
        on=on,
        practitioner=session.practitioner,
        is_alone=session.supervised_by_id in {None, session.practitioner_id},
        own=flags_of_visit(session.course.patient, session.form_key, session=session),
    )
    now = keep_clearance(found)
    # An earlier version stored no limits: the verdict of that time applies.
    is_only_limits = not is_moved and not is_override_gone and "verdict" in kept
    return {**kept, "limits": now["limits"]} if is_only_limits else now
