"""The sequences of `machine.py` notice the bugs they exist for: each planted bug fails them."""

from __future__ import annotations

import traceback

import pytest
from hypothesis import Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from tests.faults.machine import AlertMachine
from tests.faults.planted import BUGS
from tests.faults.test_any_sequence import QUIET

pytestmark = pytest.mark.django_db

# The same sequences in every run, without shrinking: only finding the bug counts here.
SAME = settings(
    max_examples=80,
    stateful_step_count=20,
    derandomize=True,
    phases=[Phase.generate],
    report_multiple_bugs=False,
    deadline=None,
    suppress_health_check=QUIET,
)


@pytest.mark.parametrize(("bug", "promise"), BUGS.items(), ids=[bug.__name__ for bug in BUGS])
def test_planted_bug_is_noticed(world, monkeypatch, bug, promise):
    bug(monkeypatch)
    with pytest.raises(AssertionError) as noticed:
        run_state_machine_as_test(type("Machine", (AlertMachine,), {"world": world}), settings=SAME)
    assert promise in _names(noticed.value)


def _names(error: BaseException | None) -> set[str]:
    """The functions of an error's stack, and of earlier errors: a broken promise breaks others."""
    names = set()
    while error is not None:
        names |= {frame.name for frame in traceback.extract_tb(error.__traceback__)}
        error = error.__context__
    return names
