import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from courses.curve.predictive import Mixture, quantile_scores, running_likelihood_ratio, upper_tails


def normal(mean: float, sd: float) -> Mixture:
    return Mixture(np.array([[mean]]), np.array([[sd]]), np.array([[1.0]]))


def test_ends_absorb_the_tails() -> None:
    assert normal(-30.0, 1.0).probabilities()[0, 0] > 0.999
    assert normal(40.0, 1.0).probabilities()[0, 10] > 0.999


def test_middle_score_has_the_mass_around_it() -> None:
    assert np.isclose(normal(5.0, 1.0).probabilities()[0, 5], 0.3829, atol=1e-4)


def test_rise_moves_the_distribution() -> None:
    assert np.allclose(normal(2.0, 1.3).probabilities(rise=3), normal(5.0, 1.3).probabilities())


@given(mean=st.floats(-5, 15), sd=st.floats(0.05, 8))
def test_ratio_never_falls_with_the_score(mean: float, sd: float) -> None:
    found = normal(mean, sd)
    p = found.probabilities()
    ratio = running_likelihood_ratio(p, raised=found.probabilities(rise=3))
    assert np.all(np.diff(ratio) >= 0)
    assert np.all(np.isfinite(ratio))
    assert np.isclose(p.sum(), 1.0)


def test_ratio_of_a_noisy_patient_does_not_fall_at_ten() -> None:
    noisy = Mixture(np.full((1, 3), 2.0), np.array([[0.6, 1.2, 3.0]]), np.array([[0.3, 0.5, 0.2]]))
    p, raised = noisy.probabilities(), noisy.probabilities(rise=3)
    assert (raised / p)[0, 10] < (raised / p)[0, 6]
    ratio = running_likelihood_ratio(p, raised=raised)
    assert ratio[0, 10] >= ratio[0, 6]


def test_ratio_sees_a_rise_from_far_below_the_scale() -> None:
    """With the mean at -4 raising it by 3 changes little; from 0 to 3 is still a rise by 3."""
    found = normal(-4.0, 1.5)
    p, raised = found.probabilities(), found.probabilities(rise=3)
    shift = running_likelihood_ratio(p, raised=raised)[0] / np.maximum.accumulate(raised / p, axis=-1)[0]
    assert shift[3] > 3.0


def test_ratio_where_the_scale_has_room_is_that_of_the_mean_raised() -> None:
    found = normal(4.0, 1.5)
    p, raised = found.probabilities(), found.probabilities(rise=3)
    scores = slice(4, 9)
    pooled, plain = running_likelihood_ratio(p, raised=raised)[0], np.maximum.accumulate(raised / p, axis=-1)[0]
    assert np.allclose(np.log(pooled[scores]), np.log(plain[scores]), atol=0.15)


def test_quantiles_are_the_smallest_scores_that_reach_the_level() -> None:
    p = np.array([[0.1, 0.2, 0.4, 0.3, 0, 0, 0, 0, 0, 0, 0]])
    assert quantile_scores(p, levels=np.array([0.05, 0.1, 0.5, 0.95, 1.0])).tolist() == [[0, 0, 2, 3, 3]]


def test_tail_of_zero_is_certain() -> None:
    tails = upper_tails(normal(4.0, 2.0).probabilities())
    assert tails[0, 0] == 1.0
    assert np.all(np.diff(tails) <= 0)
