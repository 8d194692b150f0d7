"""Hung means dead: a process without progress is ended, one with an excuse is not."""

from __future__ import annotations

import time

import pytest

from clinic.worker.watchdog import Watchdog


@pytest.fixture
def bitten() -> list[str]:
    """What the watchdog ended."""
    return []


@pytest.fixture
def dog(bitten, monkeypatch) -> Watchdog:
    """A watchdog that checks only on request."""
    monkeypatch.setattr(Watchdog, "_look_for_ever", lambda self: None)
    return Watchdog(bitten.append)


def stand_still(dog: Watchdog, seconds: float) -> None:
    dog._stepped_at = time.monotonic() - seconds


def test_ends_what_makes_no_progress(dog, bitten):
    dog.start("work", seconds=60)
    stand_still(dog, 61)
    dog.look()
    assert bitten == ["work"]


def test_step_is_progress(dog, bitten):
    dog.start("work", seconds=60)
    stand_still(dog, 61)
    dog.step()
    dog.look()
    assert bitten == []


def test_nothing_is_watched_between_two_pieces_of_work(dog, bitten):
    dog.start("work", seconds=60)
    dog.stop()
    stand_still(dog, 600)
    dog.look()
    assert bitten == []


def test_excuse_holds_and_leaves_time_to_get_going(dog, bitten):
    """A broker that is down: a restart would change nothing."""
    excuses = [True, False]
    dog.start("work", seconds=60, excuse=lambda: excuses.pop(0))
    stand_still(dog, 61)
    dog.look()
    dog.look()
    assert (bitten, excuses) == ([], [False])
    stand_still(dog, 61)
    dog.look()
    assert bitten == ["work"]
