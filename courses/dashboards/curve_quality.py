"""How good the curve is at one clinic, counted from its own predictions as they were stored at the time.

Test patients and void rows count nowhere. A fixed number of queries.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

import numpy as np
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from clinic.models import Membership
from courses.charts.said_seen import rare_svg, share_svg
from courses.curve.reliability import SaidSeen, held_by_wide_range, rarities
from courses.dashboards.alarm_results import Results, alarm_results
from courses.dashboards.quality_words import bin_words, month_words, rule_words, session_words, type_words
from courses.models import PainScore, Prediction
from courses.rules.pain import RULE_NAMES
from patients.counting import counted
from patients.models import PainType

N_MONTHS = 12
LAST_NUMBER = 10
# With fewer sessions no rate is shown.
LEAST_SESSIONS = 20
Because = Prediction.Because
# The first judgement of a score; any other reason means it was judged again.
FIRST = frozenset({Because.LOGGED, Because.MOVED, Because.IMPORTED})
FIELDS = (
    "score_id",
    "because",
    "judged_at",
    "score__session_id",
    "session_number",
    "timing",
    "group",
    "p",
    "alarmed",
    "score__score",
    "course__patient_id",
)


@dataclass(frozen=True)
class Judged:
    """One judgement of a score, with the score's current value."""

    score_id: int
    because: str
    judged_at: datetime
    session_id: int | None
    session_number: int | None
    timing: str
    group: str
    p: Sequence[float] | None
    alarmed: Sequence[str]
    score: int
    patient_id: int

    @property
    def session(self) -> Hashable:
        """The key of its session: a score without one counts as a session of its own."""
        return self.session_id or ("alone", self.score_id)


@dataclass(frozen=True)
class Line:
    """One row of a table: predicted and observed, also as a chart."""

    label: str
    found: SaidSeen
    draw: Callable[..., SafeString] = share_svg

    @property
    def bar(self) -> SafeString:
        """The chart."""
        low, high = self.found.interval
        return self.draw(said=self.found.said, seen=self.found.share, low=low, high=high)

    @property
    def per_100(self) -> dict[str, float]:
        """Predicted, observed and the interval, per 100 scores."""
        low, high = self.found.interval
        values = {"said": self.found.said, "seen": self.found.share, "low": low, "high": high}
        return {name: 100.0 * value for name, value in values.items()}

    @property
    def verdict(self) -> str:
        """The conclusion of the row, in words."""
        if not self.found.is_enough:
            return _("too few to say")
        if not self.found.is_off:
            return _("as predicted")
        return (
            _("more often than predicted")
            if self.found.share > self.found.said
            else _("less often than predicted")
        )


@dataclass(frozen=True)
class MonthAlarms:
    """One month: sessions judged, in how many each rule raised an alert, and in how many any did."""

    label: str
    n_sessions: int
    by_rule: tuple[int, ...]
    n_alarmed: int

    @property
    def is_enough(self) -> bool:
        """Whether there are enough sessions to show a rate."""
        return self.n_sessions >= LEAST_SESSIONS

    @property
    def per_100(self) -> float:
        """Sessions with an alert, per 100."""
        return 100.0 * self.n_alarmed / self.n_sessions if self.n_sessions else 0.0


@dataclass(frozen=True)
class CurveQuality:
    """The page's content. `judged` holds the latest judgement of each score that the curve could predict."""

    since: datetime
    judged: tuple[Judged, ...]
    n_untold: int
    months: tuple[MonthAlarms, ...]
    rules: tuple[str, ...]
    results: Results
    types: dict[str, str]

    @property
    def n_scores(self) -> int:
        """The number of predicted scores."""
        return len(self.judged)

    @property
    def n_patients(self) -> int:
        """The number of their patients."""
        return len({one.patient_id for one in self.judged})

    @cached_property
    def rarities(self) -> list[Line]:
        """Predicted against observed for "1 in n"."""
        return [
            Line(bin_words(low, high), found, rare_svg) for low, high, found in rarities(self._p, self._scores)
        ]

    @property
    def overall(self) -> list[Line]:
        """The wide range over all scores."""
        return [Line(_("All scores"), SaidSeen.of(*self._held))]

    @property
    def coverage_tables(self) -> list[tuple[str, list[Line]]]:
        """The wide range by session of the course, by type and by timing, by heading."""
        timings = [str(value) for value in PainScore.Timing.values]
        return [
            (_("Session of the course"), self._covered(_number, session_words)),
            (
                _("Type of neck pain"),
                self._covered(lambda one: one.group, lambda key: type_words(key, self.types)),
            ),
            (_("Score taken"), self._covered(lambda one: timings.index(one.timing), _timing_words)),
        ]

    @cached_property
    def _p(self) -> np.ndarray:
        return np.array([one.p for one in self.judged], dtype=float).reshape(-1, 11)

    @cached_property
    def _scores(self) -> np.ndarray:
        return np.array([one.score for one in self.judged], dtype=np.int64)

    @cached_property
    def _held(self) -> tuple[np.ndarray, np.ndarray]:
        return held_by_wide_range(self._p, self._scores)

    def _covered(self, key: Callable[[Judged], object], words: Callable[[object], str]) -> list[Line]:
        chances, held = self._held
        places: dict[object, list[int]] = {}
        for place, one in enumerate(self.judged):
            places.setdefault(key(one), []).append(place)
        found = sorted(places.items(), key=lambda item: (isinstance(item[0], str), item[0]))
        return [Line(words(which), SaidSeen.of(chances[rows], held[rows])) for which, rows in found]


def _timing_words(place: object) -> str:
    return str(PainScore.Timing.labels[int(str(place))])


def curve_quality(member: Membership, *, at: datetime) -> CurveQuality:
    """The page of the member's clinic, for this month and the eleven before it."""
    since = _start(member, at=at)
    rows = counted(Prediction.objects.visible_to(member)).of_valid_scores().filter(judged_at__gte=since)
    judgings = [Judged(*values) for values in rows.order_by("score_id", "pk").values_list(*FIELDS)]
    newest = list(newest_of(judgings))
    return CurveQuality(
        since=since,
        judged=tuple(one for one in newest if one.p is not None),
        n_untold=sum(one.p is None for one in newest),
        months=tuple(months_of(judgings, month=lambda when: f"{member.clinic.local(when):%Y-%m}")),
        rules=tuple(rule_words(rule) for rule in RULE_NAMES),
        results=alarm_results(member, since=since),
        types=dict(PainType.objects.for_clinic(member.clinic).values_list("code", "name")),
    )


def newest_of(judgings: Iterable[Judged]) -> Iterator[Judged]:
    """The latest judgement of each score, in the order of scores; only of scores first judged among them."""
    last: dict[int, Judged] = {}
    for one in judgings:
        if one.score_id in last or one.because in FIRST:
            last[one.score_id] = one
    return iter(last.values())


def months_of(judgings: Sequence[Judged], *, month: Callable[[datetime], str]) -> Iterator[MonthAlarms]:
    """The alarms by month as they were raised, without later changes by corrections."""
    sessions: dict[str, set[Hashable]] = {}
    alarmed: dict[tuple[str, str], set[Hashable]] = {}
    for one in judgings:
        if one.because in {Because.CORRECTED, Because.IMPORTED}:
            continue
        name = month(one.judged_at)
        sessions.setdefault(name, set()).add(one.session)
        for rule in one.alarmed:
            alarmed.setdefault((name, rule), set()).add(one.session)
    for name, judged in sorted(sessions.items()):
        by_rule = [alarmed.get((name, rule), set()) for rule in RULE_NAMES]
        yield MonthAlarms(month_words(name), len(judged), tuple(map(len, by_rule)), len(set().union(*by_rule)))


def _number(one: Judged) -> int:
    """The number of the session in the course, with the late ones together; 0 for none."""
    return min(one.session_number or 0, LAST_NUMBER)


def _start(member: Membership, *, at: datetime) -> datetime:
    """The first moment of the month eleven months ago, in the clinic's time zone."""
    now = member.clinic.local(at)
    months = now.year * 12 + now.month - N_MONTHS
    first = now.replace(year=months // 12, month=months % 12 + 1, day=1)
    return first.replace(hour=0, minute=0, second=0, microsecond=0)
