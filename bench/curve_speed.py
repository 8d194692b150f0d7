"""How fast the curve is fitted and asked, against statsmodels and, if R has it, lme4.

Seconds of processor time: the cores are shared, and seconds by the clock would measure the neighbours too.
"""

import os
import shutil
import statistics
import subprocess
import tempfile
import time
import warnings
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import numpy as np
import statsmodels.api as sm

from courses.curve import SHIPPED_PRIOR, CourseScores, Panel, Timing, condition, fit_prior, next_scores
from courses.curve.quadratic import fit_quadratic
from courses.curve.study.simulation import regular_panel, simulate
from courses.outlook.expecting import expectation
from courses.priors.course_records import WEEK, Record, ScoreRow

N_RUNS = 5
N_SCORES = 12
# How often each rival is timed at each size. CURVE_LONG=1 also runs statsmodels at the largest size.
RUNS_OF_OTHERS = {
    2_000: {"statsmodels MixedLM": N_RUNS, "lme4": N_RUNS},
    20_000: {"statsmodels MixedLM": 1, "lme4": 3},
    200_000: {"statsmodels MixedLM": int("CURVE_LONG" in os.environ), "lme4": 1},
}
START = datetime(2026, 1, 5, 9, tzinfo=UTC)
LME4 = """
suppressMessages(library(lme4))
d <- read.csv("{path}")
seconds <- numeric(0)
for (i in 1:{n_runs}) {{
  t <- system.time(m <- lmer(y ~ u + I(u^2) + (1 + u + I(u^2) | g), data = d, REML = FALSE))
  seconds <- c(seconds, t[["user.self"]] + t[["sys.self"]])
}}
cat(median(seconds), as.numeric(logLik(m)), sep = " ")
"""


def panel_of(n_courses: int, *, seed: int = 0) -> Panel:
    """Return n weekly courses of 12 scores from the shipped Prior without patient-specific noise."""
    truth = replace(SHIPPED_PRIOR, noise=1.2, noise_spread=1e-6, carry=1e-6)
    panel = regular_panel(n_courses=n_courses, n_scores=N_SCORES)
    return panel.with_scores(simulate(truth, panel, rng=np.random.default_rng(seed)))


def median_seconds(work: Callable[[], object], *, n_runs: int = N_RUNS) -> float:
    """Return the median seconds of processor time of n runs after a warm-up; a single run has no warm-up."""
    if n_runs > 1:
        work()
    taken = []
    for _ in range(n_runs):
        started = time.process_time()
        work()
        taken.append(time.process_time() - started)
    return statistics.median(taken)


def statsmodels_seconds(panel: Panel, *, n_runs: int) -> tuple[float, float]:
    """Return the median seconds and the log-likelihood of MixedLM's maximum-likelihood fit by L-BFGS."""
    u = panel.weeks / 12
    design = np.column_stack([np.ones_like(u), u, u * u])
    model = sm.MixedLM(panel.scores, design, groups=panel.course, exog_re=design)
    found = []

    def work() -> None:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found.append(float(model.fit(reml=False, method="lbfgs").llf))

    return median_seconds(work, n_runs=n_runs), found[-1]


def lme4_seconds(panel: Panel, *, n_runs: int) -> tuple[float, float] | None:
    """Return the median seconds and the log-likelihood of lme4's fit; None if R or lme4 is missing."""
    r = shutil.which("Rscript")
    if r is None:
        return None
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "panel.csv"
        table = np.column_stack([panel.course, panel.weeks / 12, panel.scores])
        np.savetxt(path, table, delimiter=",", header="g,u,y", comments="")
        script = LME4.format(path=path, n_runs=n_runs)
        done = subprocess.run([r, "-e", script], capture_output=True, text=True, check=False)
    if done.returncode != 0:
        return None
    seconds, log_likelihood = (float(part) for part in done.stdout.split()[-2:])
    return seconds, log_likelihood


OTHERS = {"statsmodels MixedLM": statsmodels_seconds, "lme4": lme4_seconds}


def row(
    name: str, value: float, unit: str, *, n: int, versus: str = "", other: float | None = None
) -> dict[str, object]:
    """Return one line of the table; the ratio is how many times longer the other took."""
    ratio = None if other is None else other / value
    return {"name": name, "value": value, "unit": unit, "versus": versus, "ratio": ratio, "n": n}


def quadratic_rows() -> list[dict[str, object]]:
    """Return the quadratic mixed model beside statsmodels and lme4, in one run, and how its time grows."""
    rows = []
    for n_courses, n_runs_of in RUNS_OF_OTHERS.items():
        panel = panel_of(n_courses)
        ours = median_seconds(lambda: fit_quadratic(panel))  # noqa: B023 - called at once
        best = fit_quadratic(panel).log_likelihood
        name = "quadratic mixed model, fit"
        rows.append(row(name, ours, "s", n=n_courses))
        for tool, n_runs in n_runs_of.items():
            measured = OTHERS[tool](panel, n_runs=n_runs) if n_runs else None
            if measured is not None:
                seconds, reached = measured
                rows.append(
                    row(f"{name}: {tool}, {n_runs} runs", ours, "s", n=n_courses, versus=tool, other=seconds)
                )
                rows.append(row(f"log-likelihood above {tool}", best - reached, "nats", n=n_courses))
    return rows


def visits_record() -> Record:
    """Return a course as in the app: 12 weekly visits, a score before and after each."""
    befores = [6, 7, 7, 6, 5, 5, 5, 4, 3, 4, 3, 3]
    rows = [
        ScoreRow(None, timing, score, START + number * WEEK, number + 1)
        for number, before in enumerate(befores)
        for timing, score in (("before", before), ("after", before - 1))
    ]
    return Record(tuple(rows), "axial", 12.0, 1)


def full_rows() -> list[dict[str, object]]:
    """Return the full model: its fit, next-score distributions in bulk, one course alone."""
    panel = regular_panel(n_courses=20_000, n_scores=N_SCORES)
    panel = panel.with_scores(simulate(SHIPPED_PRIOR, panel, rng=np.random.default_rng(0)))
    many = panel.select(np.tile(np.arange(20_000), 10))
    weeks, timings = np.full(many.n_courses, 12.0), np.zeros(many.n_courses, dtype=np.int64)
    few, few_weeks = panel, np.full(20_000, 12.0)
    course = CourseScores.of_one_timing(np.arange(12.0), scores=[6, 7, 7, 6, 5, 5, 5, 4, 3, 4, 3, 3])
    record, now = visits_record(), START + 12 * WEEK
    asked = median_seconds(
        lambda: expectation(record, prior=SHIPPED_PRIOR, timing="before", scored_at=now), n_runs=200
    )
    one = median_seconds(lambda: condition(SHIPPED_PRIOR, course).next_score(12.0, Timing.BEFORE), n_runs=200)
    bulk = median_seconds(lambda: next_scores(SHIPPED_PRIOR, many, weeks=weeks, timings=timings))
    tenth = median_seconds(lambda: next_scores(SHIPPED_PRIOR, few, weeks=few_weeks, timings=timings[:20_000]))
    fit = median_seconds(lambda: fit_prior(panel, version="bench", fitted_on=""), n_runs=3)
    return [
        row("full model, hyper-parameters", fit, "s", n=20_000),
        row("posterior and next-score distribution", bulk, "s", n=200_000, versus="20,000 courses", other=tenth),
        row("one course of 12 scores to next-score bounds", 1e3 * one, "ms", n=1),
        row("what logging a score asks of 12 visits' 24 scores", 1e3 * asked, "ms", n=1),
    ]


def measure() -> list[dict[str, object]]:
    """Return the speed rows of one run."""
    return [*quadratic_rows(), *full_rows()]


if __name__ == "__main__":
    for line in measure():
        print(line)
