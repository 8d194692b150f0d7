"""Past scores as the Prior in use would have predicted them blindly: what the night and a dry run count alike."""

from __future__ import annotations

import numpy as np

from courses import curve
from courses.priors.adoption import InUse
from courses.priors.evidence import Evidence


def blind_predictions(evidence: Evidence, current: curve.Prior, in_use: InUse) -> curve.HeldOut:
    """Predictions as blind as a candidate's, but those of the Prior that stays in use.

    The shipped Prior has seen nobody. A fitted one is fitted again without each patient, to what was on
    record then.
    """
    if in_use.row is None:
        return curve.predicted_by(current, evidence.panel, has_memory=True)
    then = evidence.panel.only_rows(~evidence.is_recorded_after(in_use.row.fitted_at))
    fold = curve.fold_fit(current)

    def fit(others: curve.Panel) -> curve.Prior:
        return fold(then.select(np.isin(then.patients, others.patients)))

    return curve.held_out(evidence.panel, fit=fit, has_memory=True)
