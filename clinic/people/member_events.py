"""What changed about a member is kept, with who did it."""

from __future__ import annotations

from datetime import datetime

from clinic.models import MemberEvent, Membership


def note_member_event(
    member: Membership,
    kind: MemberEvent.Kind,
    *,
    at: datetime,
    by: Membership | None,
    before: str = "",
    after: str = "",
    reason: str = "",
) -> MemberEvent:
    """Keep one change; `by` is None where the operator or a rule of the program did it."""
    return MemberEvent.objects.create(
        clinic=member.clinic,
        member=member,
        kind=kind,
        before=before,
        after=after,
        reason=reason,
        done_by=by,
        happened_at=at,
    )
