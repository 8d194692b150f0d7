"""What the curve says, in values and in sentences."""

from __future__ import annotations

from datetime import timedelta

import pytest

from courses.curve import SHIPPED_PRIOR, CannotTell, Peak, condition
from courses.outlook.summary import curve_says
from courses.outlook.wording import curve_sentences, gain_words, peak_words
from courses.priors.course_records import record_of
from tests.factories import log_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def says(course, at):
    def tell(pairs):
        log_run(course, pairs, until=at - timedelta(days=1))
        record = record_of(course, at=at)
        return curve_says(record, condition(SHIPPED_PRIOR, record.scores()), next_week=record.week(at))

    return tell


def test_two_sentences_with_bounds_and_chances(says):
    first, second = curve_sentences(says([(8, 7), (7, 6), (6, 5), (5, 4), (4, 3)]))
    assert first.startswith("Next score after a session: about ")
    assert "(9 in 10 scores)" in first
    assert "Smoothed pain level: about 7 at the start, about 4 now." in first
    assert "Most likely shape of the course: a steady fall (" in first
    assert "chance of at least 30% less pain" in second


def test_missing_estimate_says_why(says):
    found = says([(6, 5)])
    assert isinstance(found.next_score, CannotTell)
    assert found.shape is None
    assert curve_sentences(found) == [
        "Next score: no estimate yet, it needs 2 scores and has 1.",
        "Relief at the planned end: no estimate, it needs 3 scores and has 2.",
    ]


def test_percentages_are_na_for_a_low_start(says):
    found = says([(1, 1), (1, 0), (1, 1), (0, 0)])
    assert "percentages are n/a when pain starts below 3" in gain_words(found)
    assert (found.gain, found.relief30) == (None, None)


def test_ended_course_shows_nothing_about_the_next_score(says):
    assert "Next score" not in " ".join(curve_sentences(says([(8, 7), (7, 6), (6, 5)]), is_over=True))


def test_worse_is_called_more_pain(says):
    found = says([(4, 4), (6, 6), (8, 8), (9, 9), (10, 10)])
    assert gain_words(found) == "Pain before a session: 4 at the start, 9 lately: 125% more."
    assert found.gain < found.fitted_gain


def test_peak_has_intervals():
    peak = Peak(2.5, (-0.3, 4.0), 7.2, (6.0, 8.4), 10, "shipped")
    assert peak_words(peak) == "Highest about week 2.5 (0.0 to 4.0), at about 7 (6 to 8)."
