"""The timing of a patient's own score: it depends on when they answered, not on which mail they answered."""

from __future__ import annotations

from datetime import datetime

from courses.models import PainScore, Session

# The last day after its session on which an answer is still about it [needs clinical sign-off].
UNTIL_DAY = {PainScore.Timing.DAY1: 2, PainScore.Timing.DAY3: 5}


def timing_of_answer(session: Session, *, at: datetime) -> PainScore.Timing:
    """Day 1 up to the second day, day 3 from the third to the fifth; later, or taken already, it is “other”.

    Days are the clinic's own. The caller holds the patient's lock.
    """
    n_days = (session.clinic.local(at).date() - session.clinic.local(session.held_at).date()).days
    timing = next((timing for timing, last in UNTIL_DAY.items() if n_days <= last), PainScore.Timing.OTHER)
    is_taken = PainScore.objects.filter(session=session, timing=timing).exists()
    return PainScore.Timing.OTHER if is_taken else timing
