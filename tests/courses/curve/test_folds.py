from dataclasses import replace

import numpy as np

from courses.curve import SHIPPED_PRIOR, Panel, Prior, held_out, sequential_predictions
from courses.curve.study.folds import patient_folds
from tests.courses.curve.diaries import smooth_course


def test_courses_of_a_patient_stay_together() -> None:
    panel = Panel.of([replace(smooth_course(i), patient=i // 2) for i in range(20)])
    folds = patient_folds(panel, n_folds=5, seed=0)
    assert np.array_equal(folds[::2], folds[1::2])
    assert np.bincount(folds).tolist() == [4] * 5


def test_no_patient_is_predicted_by_a_fit_that_saw_them(forty: Panel) -> None:
    seen: list[set[int]] = []

    def fit(panel: Panel) -> Prior:
        seen.append(set(panel.patients.tolist()))
        return SHIPPED_PRIOR

    found = held_out(forty, fit=fit, seed=0)
    for fold, patients in enumerate(seen):
        own = set(forty.patients[forty.course[found.fold == fold]].tolist())
        assert not own & patients
        assert own | patients == set(range(40))


def test_same_prior_in_every_fold_predicts_as_one(forty: Panel) -> None:
    found = held_out(forty, fit=lambda _: SHIPPED_PRIOR)
    assert np.allclose(found.p, sequential_predictions(SHIPPED_PRIOR, forty).p)


def test_untold_scores_have_no_ratio(forty: Panel) -> None:
    found = held_out(forty, fit=lambda _: SHIPPED_PRIOR)
    assert np.all(found.lr_star()[~found.can_tell] == 0)
    assert np.all(found.lr_star()[found.can_tell] > 0)


def test_progress_is_reported_after_each_fold(forty: Panel) -> None:
    steps: list[tuple[int, int]] = []
    held_out(forty, fit=lambda _: SHIPPED_PRIOR, progress=lambda done, total: steps.append((done, total)))
    assert steps == [(1, 5), (2, 5), (3, 5), (4, 5), (5, 5)]
