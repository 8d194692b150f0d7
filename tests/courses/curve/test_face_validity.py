"""What the line, the words and the next score say of forty short courses, beside what a clinician would."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from courses.curve import SHIPPED_PRIOR, CourseScores, NextScore, Prior, Timing, condition, fit_prior
from courses.curve.simulation import regular_panel, simulate
from courses.priors.rows import Record, ScoreRow
from courses.priors.telling import curve_says
from courses.priors.wording import curve_sentences, gain_words
from tests.courses.curve.face_validity import BETTER, SAME, TABLE, WORSE, Short

START = datetime(2026, 1, 5, 9, tzinfo=UTC)
FALLING = ("steady fall", "a rise first, then a fall", "relief so far")
WIDE = replace(SHIPPED_PRIOR, noise=1.8, carry=1.0, carry_weeks=3.0)


def fitted_to(truth: Prior, *, seed: int) -> Prior:
    """A Prior fitted to a simulated clinic."""
    panel = regular_panel(n_courses=200, n_scores=8)
    scores = simulate(truth, panel, rng=np.random.default_rng(seed))
    return fit_prior(panel.with_scores(scores), version="clinic", fitted_on="")


@pytest.fixture(scope="module", params=["shipped", "calm clinic", "clinic with wide curves"])
def prior(request: pytest.FixtureRequest) -> Prior:
    """The Priors under which every row must hold."""
    calm = replace(SHIPPED_PRIOR, noise=0.7, carry=0.4)
    makers = {
        "shipped": lambda: SHIPPED_PRIOR,
        "calm clinic": lambda: fitted_to(calm, seed=1),
        "clinic with wide curves": lambda: fitted_to(WIDE, seed=2),
    }
    return makers[request.param]()


def course_of(row: Short) -> CourseScores:
    return CourseScores.of_one_timing(np.arange(len(row.scores)), scores=row.scores, planned_end_week=8.0)


def record_of(row: Short) -> Record:
    rows = tuple(
        ScoreRow(None, "before", score, START + timedelta(weeks=week), week + 1)
        for week, score in enumerate(row.scores)
    )
    return Record(rows, group="", planned_end_week=8.0, patient=1)


def words_of(row: Short, prior: Prior) -> str:
    record = record_of(row)
    says = curve_says(record, condition(prior, record.scores()), next_week=float(len(row.scores)), seconds=30)
    assert says is not None
    return " ".join([gain_words(says), *curve_sentences(says)])


def test_table_holds_forty_different_courses() -> None:
    assert len({row.scores for row in TABLE}) == len(TABLE) == 40


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_words_are_those_of_a_sensible_clinician(row: Short, prior: Prior) -> None:
    words = words_of(row, prior)
    assert ("Worse than at the start" in words) == (row.says == WORSE)
    if row.says == WORSE:
        assert not [one for one in FALLING if one in words]
    if row.says == BETTER:
        assert "relief so far" in words
        assert "shape of the course: a rise (" not in words


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_line_goes_the_way_of_the_patient(row: Short, prior: Prior) -> None:
    line = condition(prior, course_of(row)).level(np.array([0.0, len(row.scores) - 1.0]), Timing.BEFORE)
    change = line[1] - line[0]
    if row.says == WORSE:
        assert change > 0
    elif row.says == BETTER:
        assert change <= -1
    else:
        assert row.says == SAME
        assert -1.7 <= change <= 2.5


@pytest.mark.parametrize("row", TABLE, ids=str)
def test_next_score_is_about_what_a_clinician_expects(row: Short, prior: Prior) -> None:
    found = condition(prior, course_of(row)).next_score(float(len(row.scores)), Timing.BEFORE)
    assert isinstance(found, NextScore)
    low, high = row.next_about
    # A clinic with wide curves leans more on its other courses.
    room = 0.8
    assert low - room <= found.mean <= high + room
    assert found.interval90[0] <= row.scores[-1] <= found.interval90[1] or row.alarm_by == len(row.scores)


@pytest.mark.parametrize("seed", range(3))
def test_words_never_contradict_the_scores_of_simulated_courses(seed: int) -> None:
    panel = regular_panel(n_courses=40, n_scores=7)
    drawn = simulate(WIDE, panel, rng=np.random.default_rng(seed)).reshape(40, 7).astype(int)
    for scores in [*drawn, *drawn[:, ::-1]]:
        row = Short(tuple(scores.tolist()), SAME, (0, 10))
        words, rise = words_of(row, SHIPPED_PRIOR), scores[-3:].mean() - scores[0]
        assert ("Worse than at the start" in words) == (rise >= 2)
        if rise >= 2:
            assert not [one for one in FALLING if one in words]
        if rise <= -1:
            assert "shape of the course: a rise (" not in words
