import json

import pytest

from courses.curve import SHIPPED_PRIOR, Panel, Prior, fit_prior


def test_shipped_prior_survives_json() -> None:
    assert Prior.from_json(json.loads(json.dumps(SHIPPED_PRIOR.to_json()))) == SHIPPED_PRIOR


def test_fitted_prior_survives_json(forty: Panel) -> None:
    prior = fit_prior(forty, version=3, fitted_on="2026-01-05")
    assert Prior.from_json(json.loads(json.dumps(prior.to_json()))) == prior


def test_unknown_field_is_named() -> None:
    with pytest.raises(ValueError, match="colour"):
        Prior.from_json({**SHIPPED_PRIOR.to_json(), "colour": "red"})


def test_missing_field_is_named() -> None:
    stored = SHIPPED_PRIOR.to_json()
    del stored["noise_slope"]
    with pytest.raises(ValueError, match="noise_slope"):
        Prior.from_json(stored)


def test_shipped_total_sd_is_the_published_one() -> None:
    assert SHIPPED_PRIOR.noise * (1 + SHIPPED_PRIOR.carry**2) ** 0.5 == pytest.approx(1.22, abs=0.01)
