"""Whether a patient reads that this soreness can happen."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from courses.models import CheckIn, CheckInAnswer, PainScore
from courses.sessions.entry import CheckInEntry
from courses.sessions.verdict import BandPosition, Verdict

REASSURE_UP_TO = 6
REASSURE_RISE = 2
REASSURE_WITHIN = timedelta(hours=72)


def may_reassure(check_in: CheckIn, entry: CheckInEntry, verdicts: Sequence[Verdict], *, at: datetime) -> bool:
    """Only within the range, without signs, with little pain, little above before, within 72 hours of needling.

    An untouched list of signs means that nobody looked: then nobody is reassured.
    """
    session = check_in.session
    before = PainScore.objects.filter(session=session, timing=PainScore.Timing.BEFORE).first()
    return (
        not entry.flags
        and entry.signs_said == CheckInAnswer.Signs.NONE
        and entry.score is not None
        and entry.score <= REASSURE_UP_TO
        and all(
            verdict.position in {BandPosition.IN_BAND, BandPosition.BELOW} and not verdict.findings
            for verdict in verdicts
        )
        and bool(verdicts)
        and before is not None
        and entry.score - before.score <= REASSURE_RISE
        and session.is_needled
        and at - session.held_at <= REASSURE_WITHIN
    )
