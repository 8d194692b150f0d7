"""The answers of a course's curve: each value names its Prior version and its scores."""

from dataclasses import dataclass
from enum import StrEnum
from math import ceil

from courses.curve.scores import Floats, Timing

Interval = tuple[float, float]
Interval90 = tuple[int, int]
TINY = 1e-9


class Unknown(StrEnum):
    """Why the curve has no answer yet."""

    TOO_FEW_SCORES = "too_few_scores"
    START_TOO_LOW = "start_too_low"
    # Used by callers who get no answer in time.
    NO_ANSWER = "no_answer"


@dataclass(frozen=True)
class CannotTell:
    """The curve has no answer: it has `have` and needs `need`. For a next score both count the coming one too."""

    reason_code: Unknown
    have: float
    need: float
    prior_version: int | str


@dataclass(frozen=True, eq=False)
class NextScore:
    """Distribution of a coming score: p, P(Y >= k) and LR* over 0..10, each (11,); bounds are whole
    scores.
    """

    week: float
    timing: Timing
    p: Floats
    tail: Floats
    lr_star: Floats
    mean: float
    interval50: tuple[int, int]
    interval90: tuple[int, int]
    n_scores: int
    prior_version: int | str

    @property
    def upper90(self) -> int:
        """The upper end of the central 90 % interval."""
        return self.interval90[1]

    def one_in(self, score: int) -> float:
        """Return how rare a score this high or higher is: once in so many scores."""
        return float(1.0 / self.tail[score])


@dataclass(frozen=True, eq=False)
class Bands:
    """Level and central 50 % and 90 % bands of a score around it at weeks (n,), within 0..10."""

    timing: Timing
    weeks: Floats
    mean: Floats
    lower50: Floats
    upper50: Floats
    lower90: Floats
    upper90: Floats
    n_scores: int
    prior_version: int | str

    @property
    def whole90(self) -> list[tuple[int, int]]:
        """The whole scores between which the 90 % band runs at each week: those of `NextScore.interval90`."""
        return [whole_scores(low, high) for low, high in zip(self.lower90, self.upper90, strict=True)]


def whole_scores(low: float, high: float) -> Interval90:
    """Return the whole scores that contain the ends of a band, half a point on either side."""
    lowest, highest = (ceil(end - 0.5 - TINY) for end in (low, high))
    return max(lowest, 0), max(highest, 0)


@dataclass(frozen=True)
class Relief:
    """Probability of >= 30 % and >= 50 % relief at a week, and the expected gain as a share of the start."""

    at_week: float
    p30: float
    p50: float
    expected_gain: float
    start: float
    end: float
    n_scores: int
    prior_version: int | str


class ShapeName(StrEnum):
    """The four possible shapes of a curve."""

    STEADY = "steady"
    FLARE_THEN_IMPROVE = "flare_then_improve"
    PLATEAU = "plateau"
    WORSENING = "worsening"


@dataclass(frozen=True)
class Shape:
    """The likeliest shape of the course up to a week, its probability, and that of every shape."""

    name: ShapeName
    probability: float
    probabilities: dict[ShapeName, float]
    end_week: float
    n_scores: int
    prior_version: int | str


@dataclass(frozen=True)
class Peak:
    """When the curve is highest and how high, with 90 % intervals."""

    week: float
    week_interval90: Interval
    height: float
    height_interval90: Interval
    n_scores: int
    prior_version: int | str
