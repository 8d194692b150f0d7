"""The count of the files and functions that a score passes."""

from __future__ import annotations

import threading

from bench.score_path import PathTaken, watched
from courses.curve.scores import Floats  # noqa: F401 - loaded before anything is watched
from courses.rules.breach import VisitFacts, find_breach
from courses.rules.odds import said_odds


def test_functions_of_the_project_are_counted_once_in_their_order():
    with watched() as path:
        find_breach(VisitFacts(1, is_needled=False, is_cleared=True))
        said_odds(12.0)
        said_odds(13.0)
    assert list(path.steps) == [
        ("courses/rules/breach.py", "find_breach"),
        ("courses/rules/breach.py", "forbidden"),
        ("courses/rules/odds.py", "said_odds"),
    ]
    assert path.files == ["courses/rules/breach.py", "courses/rules/odds.py"]


def test_other_threads_count_too():
    with watched() as path:
        thread = threading.Thread(target=said_odds, args=(12.0,))
        thread.start()
        thread.join()
    assert ("courses/rules/odds.py", "said_odds") in path.steps


def test_step_back_is_a_new_function_in_a_file_that_was_left():
    path = PathTaken()
    path.steps = dict.fromkeys([("a.py", "one"), ("b.py", "two"), ("b.py", "three"), ("a.py", "four")])
    assert path.n_steps_back == 1
