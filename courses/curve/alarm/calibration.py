"""The alert threshold of a clinic from its courses: blind predictions first, then the budget."""

from courses.curve.alarm.alert_threshold import DEFAULT_BUDGET_PER_100, AlertThreshold, threshold_for
from courses.curve.alarm.sessions import Sessions
from courses.curve.fit import FIRST_COURSES, fit_prior, sample
from courses.curve.panel import Panel
from courses.curve.prior import Prior
from courses.curve.scores import Bools, Ints
from courses.curve.study.folds import Fit, held_out


def fold_fit(start: Prior | None = None, *, seed: int = 0) -> Fit:
    """Return the fit of one fold: up to 2,000 courses, starting from a Prior such as that of all patients."""

    def fit(panel: Panel) -> Prior:
        few = sample(panel, n_courses=FIRST_COURSES, seed=seed)
        return fit_prior(few, version="fold", fitted_on="", start=start)

    return fit


def calibrate(
    panel: Panel,
    *,
    budget_per_100: float = DEFAULT_BUDGET_PER_100,
    is_fixed_alarm: Bools | None = None,
    session: Ints | None = None,
    fit: Fit | None = None,
    n_folds: int = 5,
    seed: int = 0,
) -> AlertThreshold:
    """Return the clinic's alert threshold, every score predicted under a Prior blind to its patient.

    `is_fixed_alarm` and `session` (n_scores,) are per row in the panel's order: which rows already have an alert
    of a fixed rule (None: there are no fixed rules), and which rows share a session (None: by time).
    """
    predictions = held_out(panel, fit=fit or fold_fit(), n_folds=n_folds, seed=seed, has_memory=True)
    sessions = Sessions.of(predictions, is_fixed_alarm=is_fixed_alarm, session=session)
    return threshold_for(sessions, budget_per_100=budget_per_100, has_fixed_rules=is_fixed_alarm is not None)
