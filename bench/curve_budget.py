"""Does the alert budget hold? Realised minus budgeted rate of simulated clinics."""

import sys

import numpy as np

from courses.curve.budget_study import BUDGET_PER_100, realised
from courses.curve.scores import Floats


def simulated_rates(*, n_clinics: int) -> Floats:
    """Return the realised rate per 100 of each of n simulated clinics."""
    return np.array([realised(seed=seed).per_100 for seed in range(n_clinics)])


def measure(*, n_clinics: int = 20) -> list[dict[str, object]]:
    """Return the mean realised minus budgeted rate of simulated clinics."""
    rates = simulated_rates(n_clinics=n_clinics)
    return [
        {
            "name": "alert budget: realised minus budgeted, simulated clinics",
            "value": float(rates.mean() - BUDGET_PER_100),
            "unit": "alerts per 100 sessions",
            "versus": "budget",
            "ratio": float(rates.mean() / BUDGET_PER_100),
            "n": n_clinics,
        }
    ]


if __name__ == "__main__":
    rates = simulated_rates(n_clinics=int(sys.argv[1]) if len(sys.argv) > 1 else 200)
    error = rates.std() / len(rates) ** 0.5
    print(f"{len(rates)} clinics: realised {rates.mean():.3f} per 100 (standard error {error:.3f})")
