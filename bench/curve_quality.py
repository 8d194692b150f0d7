"""How good the predictions are: the evaluation protocol on every CSV series in the folder CURVE_SERIES."""

import os
from pathlib import Path

from courses.curve.study.evaluation import evaluate, read_series

FIGURES = (
    ("log_score", "nats"),
    ("crps", "points"),
    ("coverage90", "share"),
    ("upper975", "share"),
    ("sens3_at_025_lr", "share"),
    ("sens3_at_025_tail", "share"),
)


def measure() -> list[dict[str, object]]:
    """Return a row per series and figure; empty if CURVE_SERIES names no folder."""
    folder = os.environ.get("CURVE_SERIES")
    rows: list[dict[str, object]] = []
    for path in sorted(Path(folder).glob("*.csv")) if folder else []:
        with path.open(encoding="utf-8", newline="") as file:
            figures = evaluate(read_series(file)).figures
        for name, unit in FIGURES:
            rows.append(
                {
                    "name": f"{path.stem}: {name}",
                    "value": figures[name],
                    "unit": unit,
                    "versus": "",
                    "ratio": None,
                    "n": figures["n_predicted"],
                }
            )
    return rows


if __name__ == "__main__":
    for line in measure():
        print(line)
