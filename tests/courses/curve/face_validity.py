"""Forty short courses, and what a sensible clinician would say of each: weekly scores before a session, planned
for eight weeks. A proposal that needs clinical sign-off.
"""

from dataclasses import dataclass

WORSE, SAME, BETTER = "worse", "same", "better"


@dataclass(frozen=True)
class Short:
    """One course: how the patient is compared with the start; the range of the next score; by which session an
    alarm (any pain rule) should have come. None means no alarm: a worse course is in the daily list, and for the
    others none should come. The alarm is that of the rules, not of the line.
    """

    scores: tuple[int, ...]
    says: str
    next_about: tuple[float, float]
    alarm_by: int | None = None

    def __str__(self) -> str:
        return " ".join(map(str, self.scores))


def short(scores: str, says: str, low: float, high: float, alarm_by: int | None = None) -> Short:
    """A row of the table."""
    return Short(tuple(map(int, scores.split())), says, (low, high), alarm_by)


TABLE = (
    short("6 7 8 8 9", WORSE, 6.5, 9.0),
    short("3 4 5 6 7", WORSE, 4.5, 7.5, 5),
    short("2 2 3 5 6 7", WORSE, 4.0, 7.0, 6),
    short("4 5 7 8 8", WORSE, 5.5, 8.5),
    short("5 7 8 8 8", WORSE, 6.0, 8.5),
    short("3 3 6 6 6 6", WORSE, 4.0, 6.5),
    short("3 3 4 3 3 3 6 6 6", WORSE, 4.0, 6.5, 9),
    short("2 5 5 5 5", WORSE, 3.5, 5.5),
    short("1 1 2 4 5 5", WORSE, 2.5, 5.5),
    short("0 0 6 6 6", WORSE, 2.0, 6.5, 3),
    short("4 4 4 6 7 8 8", WORSE, 5.5, 8.5, 7),
    short("5 6 7 8 9 9", WORSE, 6.5, 9.5),
    short("3 8 8 8", WORSE, 5.0, 8.5, 3),
    short("9 7 5 3 2", BETTER, 1.5, 4.5),
    short("8 7 6 5 4", BETTER, 3.0, 5.5),
    short("8 6 4 2 1 1", BETTER, 0.3, 3.0),
    short("7 5 4 3 3 3", BETTER, 2.0, 4.5),
    short("6 6 5 4 3 3", BETTER, 2.0, 4.5),
    short("9 8 8 7 6 5", BETTER, 4.0, 7.0),
    short("7 7 5 4 4 3", BETTER, 2.5, 5.0),
    short("8 8 7 5 3 2 1", BETTER, 0.3, 3.5),
    short("6 3 2 2 1", BETTER, 0.5, 3.0),
    short("5 3 2 1 0 0", BETTER, 0.0, 2.0),
    short("10 8 7 6 6 5", BETTER, 4.0, 7.0),
    short("7 9 8 6 4 3", BETTER, 2.5, 5.5),
    short("6 8 7 5 3 2", BETTER, 1.5, 5.0),
    short("4 3 3 2 1 1", BETTER, 0.5, 2.5),
    short("5 5 5 5 5", SAME, 3.8, 5.5),
    short("6 6 7 6 6 6", SAME, 4.5, 6.7),
    short("4 5 4 4 5 4", SAME, 3.3, 5.0),
    short("7 7 7 7 7 7", SAME, 5.5, 7.3),
    short("3 3 3 3 3", SAME, 2.0, 3.6),
    short("2 2 2 2 2 2", SAME, 1.2, 2.8),
    short("8 8 8 8 8", SAME, 6.5, 8.3),
    short("0 0 0 0 0", SAME, 0.0, 1.7),
    short("1 1 0 1 1", SAME, 0.2, 2.0),
    short("10 10 10 10", SAME, 7.5, 10.0, 3),
    short("5 7 5 6 5 6", SAME, 4.3, 6.5),
    short("4 4 4 4 9", SAME, 4.0, 7.0, 5),
    short("6 5 6 6 5 6", SAME, 4.3, 6.4),
)
