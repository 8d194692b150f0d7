"""Many rows one after another: one that fails does not stop the others."""

from __future__ import annotations

import logging

import pytest

from clinic.worker.batch import each
from tests.factories import UserFactory


def invert(number: int) -> bool:
    """True for positive numbers, False for negative ones, an error for zero."""
    return 1 / number > 0


def test_counts_those_for_which_the_act_said_yes():
    assert each([2, -2, 4], invert) == 2


def test_failure_does_not_stop_the_others():
    seen: list[int] = []
    assert each([1, 0, 2], lambda number: seen.append(number) or invert(number)) == 2
    assert seen == [1, 0, 2]


def test_failure_is_passed_to_the_caller():
    failed: list[int] = []
    each([1, 0, 2, 0], invert, on_failure=failed.append)
    assert failed == [0, 0]


@pytest.mark.django_db
def test_failure_is_logged_by_id_and_type_without_words(caplog):
    def fail(user):
        raise ValueError(user.email)

    user = UserFactory(email="ana@example.org")
    with caplog.at_level(logging.ERROR):
        each([user], fail)
    assert f"'row': {user.pk}" in caplog.text or f"row={user.pk}" in caplog.text
    assert "ValueError" in caplog.text
    assert "ana@example.org" not in caplog.text
