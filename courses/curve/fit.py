"""Hyper-parameters of the healing curve from a clinic's courses: penalised marginal likelihood."""

from dataclasses import replace

import numpy as np
from scipy.optimize import minimize

from courses.curve.design import Effects
from courses.curve.moments import Moments, log_likelihood
from courses.curve.panel import Panel
from courses.curve.parameters import Parameters
from courses.curve.posterior import nodes_for
from courses.curve.prior import SHIPPED_PRIOR, Calibration, Prior, triple
from courses.curve.quadratic import fit_quadratic
from courses.curve.response_style_fit import fit_answering
from courses.curve.scores import TIMING_CODE, Floats, Timing
from courses.curve.sequential import sequential_predictions
from courses.curve.study.scoring import quality

MAX_COURSES = 20_000
FIRST_COURSES = 2_000
_CARRY_STEP = 1e-4
_TOLERANCE = 1e-8
_WIDEST_SPREAD, _NODES_PER_WIDTH = 0.5, 6.0
_MIN_QUADRATIC_COURSES, _RIDGE, _LEAST_VARIANCE = 100, 1e-3, 0.05


def fit_prior(
    panel: Panel,
    *,
    version: int | str,
    fitted_on: str,
    shipped: Prior = SHIPPED_PRIOR,
    start: Prior | None = None,
    seed: int = 0,
) -> Prior:
    """Fit a Prior to any number of courses, pulled weakly to the shipped one; to a random 20,000 at most.

    First the curve, by the marginal likelihood of the scores; then the answering, by that of the whole
    scores one after another. `start` is where the search begins, such as the Prior of the previous night.
    """
    scored = panel.select(panel.lengths > 0)
    used = sample(scored, n_courses=MAX_COURSES, seed=seed)
    begin = start or _from_quadratic(used, shipped=shipped)
    if used.n_courses > FIRST_COURSES:
        begin = fit_curve(sample(used, n_courses=FIRST_COURSES, seed=seed), shipped=shipped, start=begin)
    fitted = fit_curve(used, shipped=shipped, start=begin)
    few = sample(used, n_courses=FIRST_COURSES, seed=seed)
    fitted = replace(fitted, answering=fit_answering(fitted, few, shipped=shipped.answering))
    return replace(
        fitted,
        version=version,
        fitted_on=fitted_on,
        n_patients=scored.n_patients,
        n_courses=scored.n_courses,
        n_scores=scored.n_scores,
        log_likelihood=log_likelihood(fitted, used),
        calibration=_calibration(fitted, few),
    )


def sample(panel: Panel, *, n_courses: int, seed: int) -> Panel:
    """Return the panel, or a random n_courses of it if it has more."""
    if panel.n_courses <= n_courses:
        return panel
    chosen = np.random.default_rng(seed).choice(panel.n_courses, size=n_courses, replace=False)
    return panel.select(np.sort(chosen))


def _from_quadratic(panel: Panel, *, shipped: Prior) -> Prior:
    """Return the shipped Prior with the numbers of the quadratic mixed model, if there are many courses."""
    if panel.n_courses < _MIN_QUADRATIC_COURSES:
        return shipped
    found = fit_quadratic(panel)
    ridge = _RIDGE * np.diag(np.diag(np.array(shipped.covariance)))
    first, second, third = (triple(row) for row in found.covariance + ridge)
    noise = float(np.sqrt(max(found.noise_variance / (1.0 + shipped.carry**2), _LEAST_VARIANCE)))
    return replace(shipped, mean=triple(found.mean), covariance=(first, second, third), noise=noise)


def fit_curve(panel: Panel, *, shipped: Prior, start: Prior) -> Prior:
    """Return the Prior that maximises the penalised marginal likelihood of a panel, with the shipped answering.

    Quasi-Newton (L-BFGS) with the gradient of the expected complete-data log-likelihood (Fisher's identity).
    """
    if not panel.n_scores:
        return shipped
    codes = tuple(code for code in np.unique(panel.timings).tolist() if code != TIMING_CODE[Timing.BEFORE])
    parameters = Parameters(shipped, panel.group_names if len(panel.group_names) > 1 else (), codes)
    n_nodes = nodes_for(_WIDEST_SPREAD, n_scores=int(panel.lengths.max()), per_width=_NODES_PER_WIDTH)

    def objective(vector: Floats) -> tuple[float, Floats]:
        return _objective(vector, parameters=parameters, panel=panel, n_nodes=n_nodes)

    low, high = np.array(parameters.bounds()).T
    begin: Floats = np.clip(parameters.vector(start), low, high)
    found = minimize(
        objective,
        begin,
        jac=True,
        method="L-BFGS-B",
        bounds=parameters.bounds(),
        options={"maxiter": 200, "ftol": _TOLERANCE, "maxcor": 20},
    )
    return parameters.prior(found.x)


def _objective(vector: Floats, *, parameters: Parameters, panel: Panel, n_nodes: int) -> tuple[float, Floats]:
    """Return minus the penalised log-likelihood and its gradient."""
    prior = parameters.prior(vector)
    moments = Moments.of(prior, panel, n_nodes=n_nodes)
    effects = Effects.of(prior, np.array([0, *parameters.codes]))
    gradient = parameters.penalty_gradient(vector)
    by_parts = moments.gradient(prior, effects)
    gradient -= parameters.along(by_parts, vector=vector, effects=effects, grid_z=moments.grid_z)
    for place in (len(vector) - 3, len(vector) - 2):
        step = np.zeros(len(vector))
        step[place] = _CARRY_STEP
        risen = log_likelihood(parameters.prior(vector + step), panel, n_nodes=n_nodes)
        gradient[place] -= (risen - moments.log_likelihood) / _CARRY_STEP
    return parameters.penalty(vector) - moments.log_likelihood, gradient


def _calibration(prior: Prior, panel: Panel) -> Calibration | None:
    found = sequential_predictions(prior, panel)
    told = found.can_tell
    if not told.any():
        return None
    measured = quality(found.p[told], scores=panel.scores[told].astype(np.int64))
    return Calibration(
        measured.n_scores, measured.log_score, measured.crps, measured.coverage90, measured.upper975
    )
