"""A clinic's courses for the nightly fit."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import numpy as np
import pytest

from clinic.models import Clinic
from courses import curve
from courses.curve import SHIPPED_PRIOR
from courses.priors.course_records import Record, ScoreRow
from courses.priors.evidence import Evidence, expectations_of, session_number, start_band

START = datetime(2026, 1, 31, 23, 30, tzinfo=UTC)
DAY = timedelta(days=1)


def record(*rows: tuple[str, int, int | None], patient: int = 1) -> Record:
    """Rows of timing, score and session, a day apart, recorded when they were taken."""
    found = []
    for number, (timing, score, session) in enumerate(rows):
        when = START + number * DAY
        found.append(ScoreRow(number, timing, score, when, session, recorded_at=when))
    return Record(tuple(found), "axial", 8.0, patient)


def visits(*befores: int, patient: int = 1) -> Record:
    return record(*(("before", score, number) for number, score in enumerate(befores, 1)), patient=patient)


def evidence(*records: Record) -> Evidence:
    return Evidence(Clinic(name="Linden", zone="Europe/Berlin"), records)


def predicted(found: Evidence) -> curve.HeldOut:
    return curve.predicted_by(SHIPPED_PRIOR, found.panel)


def test_rows_recorded_after_a_time_are_marked_in_the_panel_s_order():
    found = evidence(visits(5, 4, 3), visits(6, 6, patient=2))
    assert found.is_recorded_after(START + DAY).tolist() == [False, False, True, False, False]
    assert found.is_recorded_after(None).all()


def test_row_that_does_not_say_when_it_was_recorded_is_old():
    rows = (ScoreRow(1, "before", 5, START, 1),)
    assert evidence(Record(rows, "axial", 8.0, 1)).is_recorded_after(START - DAY).tolist() == [False]


def test_panel_s_order_and_the_rows_order_may_differ():
    """The panel sorts by timing within a time, the records by when a row was written."""
    after = ScoreRow(1, "after", 9, START, 1, START + 5 * DAY)
    before = ScoreRow(2, "before", 4, START, 1, START)
    found = evidence(Record((after, before), "axial", 8.0, 1))
    assert found.panel.scores.tolist() == [4, 9]
    assert found.is_recorded_after(START).tolist() == [False, True]


def test_plain_rise_alarms_its_session():
    found = evidence(record(("before", 3, 1), ("after", 3, 1), ("before", 3, 2), ("after", 8, 2)))
    assert found.sessions(predicted(found)).is_fixed.tolist() == [False, True]


def test_what_lasts_alarms_by_memory_and_is_no_fixed_rule():
    found = evidence(visits(3, 3, 4, 3, 3, 3, 5, 5, 5))
    sessions = found.sessions(curve.predicted_by(curve.SHIPPED_PRIOR, found.panel, has_memory=True))
    assert not sessions.is_fixed.any()
    assert sessions.alarms(1e9, 20.0).tolist() == [False] * 7 + [True, False]
    assert not sessions.alarms(1e9).any()


def test_score_that_stays_at_the_top_alarms_by_the_ceiling():
    found = evidence(visits(9, 9, 9, 9, 9, 9))
    assert found.sessions(predicted(found)).is_fixed.tolist() == [False, False, False, False, True, True]


def test_still_worse_on_day_three_alarms_the_session_it_belongs_to():
    rows = [(timing, score, number) for number in (1, 2, 3, 4) for timing, score in (("before", 4), ("day3", 4))]
    rows[-1] = ("day3", 7, 4)
    found = evidence(record(*rows))
    assert found.sessions(predicted(found)).is_fixed.tolist() == [False, False, False, True]


def test_calm_course_alarms_nobody():
    found = evidence(visits(6, 5, 5, 4, 4, 3))
    assert not found.sessions(predicted(found)).is_fixed.any()


def test_no_courses_have_no_sessions():
    found = evidence()
    assert found.sessions(predicted(found)).n_sessions == 0


def test_sessions_are_labelled_by_their_first_score():
    found = evidence(visits(2, 5), visits(8, 7, patient=2))
    assert found.label_sessions(start_band) == ["0-3", "0-3", "7-10", "7-10"]
    assert found.label_sessions(session_number) == ["1", "2", "1", "2"]


def test_late_sessions_are_counted_together():
    assert session_number(visits(5), ScoreRow(1, "before", 5, START, 14)) == "10+"


def test_month_is_the_clinic_s_own():
    """Half past eleven at night in London is the next month in Berlin."""
    found = evidence(visits(5))
    assert found.label_sessions(found.month) == ["2026-02"]


@pytest.mark.parametrize(("start", "band"), [(3, "0-3"), (4, "4-6"), (6, "4-6"), (7, "7-10")])
def test_bands_of_the_start(start, band):
    assert start_band(visits(start), visits(start).rows[0]) == band


def test_rules_see_the_same_numbers_as_the_form():
    """The bare expectation has mean and 90 % point of the full distribution."""
    found = evidence(visits(6, 5, 5, 4))
    predictions = predicted(found)
    last = expectations_of(predictions)[-1]
    assert last.mean == pytest.approx(float(predictions.p[-1] @ np.arange(11)))
    assert np.cumsum(predictions.p[-1])[last.point90] >= 0.9 > np.cumsum(predictions.p[-1])[last.point90 - 1]
