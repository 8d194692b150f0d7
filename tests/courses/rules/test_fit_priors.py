"""The Priors that the tests work with are what their script makes today, not what it made once.

The simulated clinics are made again here. The file is always written whole, so that a change of the code that
would have moved a series moves them too. The public series are no part of the project: their fingerprints are
here, and where CURVE_SERIES names the folder they are made again as well.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest

from tests.courses.rules.fit_priors import SIMULATED, of_series, of_simulated
from tests.courses.rules.in_order import FITTED

SERIES = {
    "btheb_bdi": "fecfc6ee5ba063adee3465a000a8b9ddbde0ab105e71f2b0738b101b7129de06",
    "dpn_topiramate_vas": "4ac58210be9c9fcbf9579bb9612e3c338a581f062f7362251f27097e67faa609",
    "hivsn_amitriptyline_nrs": "ebaf05e38ae6c80cddb7e41feacd9648da44d7d88a4fa909becf7abb2cbed747",
    "reisby_hamd_weekly": "23bda0c0a26edd1f8e8db9f629a47bb59a51c3766d136266576f4646c05f64e1",
}
# Another machine adds up in another order.
CLOSE = 0.01


def assert_same(stored: Any, made: Any, *, where: str) -> None:
    """Number by number, whatever lies in what."""
    if isinstance(stored, Mapping):
        assert stored.keys() == made.keys(), where
        for key, value in stored.items():
            assert_same(value, made[key], where=f"{where}.{key}")
    elif isinstance(stored, list):
        assert len(stored) == len(made), where
        for place, value in enumerate(stored):
            assert_same(value, made[place], where=f"{where}.{place}")
    elif isinstance(stored, float):
        assert made == pytest.approx(stored, rel=CLOSE, abs=CLOSE), where
    else:
        assert made == stored, where


def test_file_holds_the_series_and_clinics_of_the_script() -> None:
    assert {name: FITTED[name]["made_from"] for name in FITTED if name not in SIMULATED} == SERIES
    assert list(FITTED) == [*SERIES, *SIMULATED]


@pytest.mark.parametrize("name", SIMULATED)
def test_simulated_clinics_are_what_the_script_makes_now(name: str) -> None:
    assert_same(FITTED[name], of_simulated(name), where=name)


@pytest.mark.skipif("CURVE_SERIES" not in os.environ, reason="CURVE_SERIES names no folder of series")
@pytest.mark.parametrize("name", SERIES)
def test_series_are_what_the_script_makes_now(name: str) -> None:
    made = of_series(Path(os.environ["CURVE_SERIES"]) / f"{name}.csv")
    assert_same(FITTED[name], made, where=name)
