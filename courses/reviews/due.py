"""Which review a course has reached."""

from __future__ import annotations

from collections.abc import Collection, Sequence


def due_review(
    review_sessions: Sequence[int], *, n_planned: int, n_held: int, reviewed_after: Collection[int]
) -> int | None:
    """The session whose review is due: the last review point reached, unless a review was held at or after it."""
    points = {*review_sessions, n_planned} if n_planned else set(review_sessions)
    reached = max((point for point in points if point <= n_held), default=None)
    if reached is None or any(number >= reached for number in reviewed_after):
        return None
    return reached
