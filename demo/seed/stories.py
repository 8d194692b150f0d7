"""The story of each invented patient of the demo clinic."""

from __future__ import annotations

from dataclasses import dataclass

Pairs = tuple[tuple[int, int | None], ...]


@dataclass(frozen=True)
class Story:
    """One course: scores before and after each session, and its special events.

    `days_ago` is the day of the last session; `visit_today` the hour of today's appointment.
    """

    title: str
    scores: Pairs
    pain_type: str = "axial"
    days_ago: int = 3
    gap_days: int = 4
    protocol: str = "standard"
    treater: int = 0
    visit_today: int | None = None
    is_last_alert_answered: bool = False
    flag: str = ""
    flag_minutes_ago: int = 0
    is_flag_answered: bool = False
    lacks: tuple[str, ...] = ()
    ends: str = ""
    # The patient's answers the next day and on day 3, from the first session on; None: no answer.
    day1: tuple[int | None, ...] = ()
    day3: tuple[int | None, ...] = ()
    has_vertigo: bool = False
    # The decision of a review that is due; empty: it is still to be held.
    review: str = ""
    review_reason: str = ""

    @property
    def is_reviewed(self) -> bool:
        """Whether its reviews were held."""
        return bool(self.review)


def _down(start: int, n_sessions: int, *, end: int) -> Pairs:
    """Scores that fall by one point at each session."""
    steps = max(n_sessions - 1, 1)
    befores = [round(start + (end - start) * (step / steps) ** 0.8) for step in range(n_sessions)]
    return tuple((before, max(before - 1, 0)) for before in befores)


STEADY = (
    Story("steady", _down(6, 6, end=4), visit_today=9, day1=(5, 5, None, 4), day3=(5, None, 4)),
    Story("steady", _down(7, 7, end=4), pain_type="radiculopathy", visit_today=11, review="continue"),
    Story(
        "steady", _down(5, 8, end=2), treater=1, visit_today=10, review="continue", day1=(5, None, 4), day3=(4,)
    ),
    Story("steady", _down(8, 5, end=6), pain_type="myofascial", treater=1),
    Story("steady", _down(6, 9, end=2), treater=2, visit_today=14, review="continue"),
    Story("steady", _down(4, 4, end=3), pain_type="postural"),
    Story("steady", _down(6, 10, end=2), protocol="weekly", gap_days=7, treater=2),
    Story("steady", _down(7, 6, end=5), pain_type="sympathetic", treater=1),
    Story("steady, five sessions a week", _down(6, 6, end=3), protocol="fujian", gap_days=1, days_ago=1),
)
FLARES = (
    Story("flare inside the band", ((6, 5), (6, 6), (7, 6), (6, 5), (5, 4)), visit_today=13),
    Story("flare inside the band", ((5, 5), (6, 6), (6, 5), (5, 4), (4, 3), (3, 3)), pain_type="radiculopathy"),
    Story("flare inside the band", ((7, 6), (7, 7), (8, 6), (6, 5), (6, 4)), treater=1),
)
BEYOND = (
    Story("beyond bounds", ((6, 5), (5, 4), (5, 4), (4, 3), (4, 8)), days_ago=0, visit_today=16),
    Story("beyond bounds", ((5, 4), (5, 4), (4, 3), (4, 3), (3, 7)), days_ago=0, treater=1),
    Story(
        "beyond bounds, answered",
        ((6, 5), (5, 5), (5, 4), (4, 8), (5, 4)),
        pain_type="radiculopathy",
        days_ago=2,
    ),
)
FLAGS = (
    Story("red flag open", _down(6, 5, end=4), flag="swelling_neck", flag_minutes_ago=12, visit_today=12),
    Story("red flag open", _down(7, 4, end=5), flag="limb_weakness_new", flag_minutes_ago=4, treater=1),
    Story(
        "red flag answered",
        _down(6, 6, end=4),
        flag="skin_infect",
        flag_minutes_ago=3 * 24 * 60,
        is_flag_answered=True,
        review="change",
        review_reason="Fewer local points, more rest between sessions.",
    ),
)
BLOCKED = (
    Story("cord type without a letter", ((6, None),), pain_type="myelopathy", lacks=("letter",), visit_today=15),
    Story("no diagnosis yet", (), lacks=("diagnosis", "type"), days_ago=0),
    Story("no consent", ((5, None), (5, None)), lacks=("consent",)),
    Story("vertigo not explained", ((6, None),), pain_type="sympathetic", has_vertigo=True, treater=2),
    Story("check is due", _down(6, 4, end=5), pain_type="radiculopathy", lacks=("check",), treater=2),
)
UNSURE = (
    Story("cannot tell yet", ((6, 5),), days_ago=1, visit_today=17),
    Story("cannot tell yet", ((7, 6), (6, 6)), days_ago=2, pain_type="strain"),
    Story("cannot tell yet", (), days_ago=0),
)
OFF_TRACK = (
    Story(
        "off track",
        ((6, 6), (7, 7), (8, 8), (8, 8), (9, 9)),
        pain_type="radiculopathy",
        is_last_alert_answered=True,
        review="refer",
        review_reason="Worse in spite of two changes of plan: the doctor looks again.",
    ),
    Story("off track", ((5, 5), (6, 6), (7, 7), (8, 7), (8, 8)), treater=1, is_last_alert_answered=True),
)
LAPSED = (
    Story("lapsed", _down(6, 5, end=4), days_ago=24),
    Story("lapsed", _down(5, 3, end=4), days_ago=17, treater=2),
)
DAY_3 = (
    Story(
        "still worse on day 3",
        ((5, 4), (4, 3), (4, 3), (3, 2)),
        days_ago=4,
        day1=(4, 4, 3, 4),
        day3=(4, 3, 3, 7),
    ),
    Story("on the watch list", ((6, 5), (5, 4), (5, 4)), days_ago=4, day1=(5, None, 5), day3=(6, None, 7)),
)
OVER = (
    Story(
        "completed",
        _down(7, 10, end=2),
        protocol="intensive",
        gap_days=3,
        days_ago=20,
        ends="completed",
        review="continue",
    ),
    Story("completed", _down(6, 13, end=1), days_ago=30, ends="completed", treater=1, review="continue"),
    Story("completed", _down(5, 12, end=3), protocol="weekly", gap_days=7, days_ago=14, ends="completed"),
    Story(
        "completed",
        _down(8, 10, end=4),
        protocol="intensive",
        gap_days=3,
        days_ago=9,
        ends="completed",
        treater=2,
        review="continue",
    ),
    Story("stopped early", ((6, 6), (6, 6), (7, 6)), days_ago=25, ends="stopped"),
)

STORIES = (*STEADY, *FLARES, *BEYOND, *FLAGS, *BLOCKED, *UNSURE, *OFF_TRACK, *LAPSED, *DAY_3, *OVER)
