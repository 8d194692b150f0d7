"""What is known of all courses before one starts: the hyper-parameters of the healing curve."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np

from courses.curve.scores import N_SCORE_VALUES, TIMINGS, Floats, Timing

Triple = tuple[float, float, float]

# A patient who tends to score higher after needling tends to do so on day 1 and day 3 too.
OFFSET_CORRELATION = 0.5
# A whole score covers an interval of one point: its rounding alone has this standard deviation.
ROUNDING_SD = 12.0**-0.5


@dataclass(frozen=True)
class Calibration:
    """How good predictions were: means over n scores, and the share above the upper 97.5 % point."""

    n_scores: int
    log_score: float
    crps: float
    coverage90: float
    upper975: float


@dataclass(frozen=True)
class Answering:
    """How people turn a level of pain into a whole score.

    With probability `fresh` the score is unrelated to the curve and comes from `fresh_shares` (11,).
    Otherwise the last score of the same timing is repeated with probability (strength * repeat + repeat_share *
    repeats) / (strength + chances), where `repeats` of `chances` earlier scores of this course were
    repeats; `repeat_log_odds_at_ends` is added to the log odds of `repeat` after a 0 and after a 10. Otherwise
    the curve decides, each score weighted by exp(preference) (11,). If the curve expects the next score above
    the last one, the level of the last one is kept with probability `kept`.
    """

    preference: tuple[float, ...] = (0.0,) * N_SCORE_VALUES
    fresh: float = 0.005
    fresh_shares: tuple[float, ...] = (1.0 / N_SCORE_VALUES,) * N_SCORE_VALUES
    repeat: float = 0.05
    repeat_strength: float = 5.0
    repeat_share: float = 0.25
    repeat_log_odds_at_ends: tuple[float, float] = (0.0, 0.0)
    kept: float = 0.0


@dataclass(frozen=True)
class Prior:
    """Hyper-parameters of the healing curve, immutable and versioned.

    A score is x(u)'b + a[timing] + w(t) + e, x(u) = (1, u, u^2), u = weeks / 12;
    b ~ Normal(mean of the group + z * noise_slope, covariance); a = 0 for the before-score, otherwise
    Normal(offset, offset_sd^2) per patient; w Ornstein-Uhlenbeck, sd carry * s, time scale carry_weeks;
    e ~ Normal(0, s^2) with s^2 = 1/12 + (noise * exp(noise_spread * z))^2, z ~ Normal(0, 1) per patient.
    `answering` turns that level into a whole score.
    """

    version: int | str
    fitted_on: str
    mean: Triple
    covariance: tuple[Triple, Triple, Triple]
    noise: float
    noise_spread: float
    noise_slope: Triple
    carry: float
    carry_weeks: float
    offsets: Mapping[str, float]
    offset_sds: Mapping[str, float]
    group_means: Mapping[str, Triple] = field(default_factory=dict)
    answering: Answering = field(default_factory=Answering)
    n_patients: int = 0
    n_courses: int = 0
    n_scores: int = 0
    log_likelihood: float = 0.0
    calibration: Calibration | None = None

    def to_json(self) -> dict[str, Any]:
        """Return the Prior as plain JSON types."""
        return asdict(self)

    @classmethod
    def from_json(cls, stored: Mapping[str, Any]) -> "Prior":
        """Return the Prior that `to_json` wrote; ValueError names what is missing or unknown."""
        try:
            return cls(**{**stored, **_nested(stored)})
        except (KeyError, TypeError) as error:
            raise ValueError(f"not a stored Prior: {error}") from error

    def means_of(self, group_names: tuple[str, ...]) -> Floats:
        """Return the mean of b of each group, with the clinic's for unknown groups, (n, 3)."""
        return np.array([self.group_means.get(name, self.mean) for name in group_names]).reshape(-1, 3)

    def noise_variance(self, z: Floats) -> Floats:
        """Return s^2 of patients of standardised log noise z, same shape."""
        return np.asarray(ROUNDING_SD**2 + (self.noise * np.exp(self.noise_spread * z)) ** 2)


def triple(values: Any) -> Triple:
    """Return three numbers as plain floats."""
    first, second, third = (float(value) for value in values)
    return first, second, third


def _nested(stored: Mapping[str, Any]) -> dict[str, Any]:
    answering, calibration = stored["answering"], stored["calibration"]
    tuples: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list | tuple) else value for name, value in answering.items()
    }
    return {
        "mean": triple(stored["mean"]),
        "covariance": tuple(triple(row) for row in stored["covariance"]),
        "noise_slope": triple(stored["noise_slope"]),
        "group_means": {name: triple(mean) for name, mean in stored["group_means"].items()},
        "answering": Answering(**tuples),
        "calibration": None if calibration is None else Calibration(**calibration),
    }


# Means, SDs, correlations and noise: clinic-facts 3d (Chow 2006 raw data, Zhao 2024, Kovacs 2008), a
# proposal that needs clinical sign-off. No published series has scores of several timings in one course:
# offsets start at 0 with a wide spread between patients. Answering starts with a few percent of scores
# and learns from the clinic's own.
_SDS = np.array([1.9, 3.6, 3.2])
_CORRELATIONS = np.array([[1.0, -0.3, 0.3], [-0.3, 1.0, -0.9], [0.3, -0.9, 1.0]])
_COVARIANCE = _SDS[:, None] * _CORRELATIONS * _SDS

SHIPPED_PRIOR = Prior(
    version="shipped",
    fitted_on="",
    mean=(5.3, -5.3, 3.4),
    covariance=(triple(_COVARIANCE[0]), triple(_COVARIANCE[1]), triple(_COVARIANCE[2])),
    noise=1.05,
    noise_spread=0.35,
    noise_slope=(0.0, 0.0, 0.0),
    carry=0.6,
    carry_weeks=2.0,
    offsets={timing.value: 0.0 for timing in TIMINGS if timing != Timing.BEFORE},
    offset_sds={timing.value: 1.0 for timing in TIMINGS if timing != Timing.BEFORE},
)
