"""The table of measures."""

from __future__ import annotations

import uuid
from datetime import timedelta

import pytest

from courses.measures.entry import Activity, ItemScore, MeasuresEntry, psfs_scores
from courses.measures.measure_lines import fillings_of, measure_lines, thresholds_for
from courses.measures.recording import record_measures
from courses.measures.wording import line_words
from courses.models import MeasureScore, PainScore
from tests.factories import log_run

pytestmark = pytest.mark.django_db
Stage = MeasureScore.Stage


@pytest.fixture
def table(course, practitioner, at):
    def show(*forms, group="axial"):
        for days, (stage, scores) in enumerate(forms):
            entry = MeasuresEntry(uuid.uuid4(), stage, tuple(scores))
            record_measures(course, entry=entry, by=practitioner, at=at + timedelta(days=days))
        pain = list(PainScore.objects.filter(course=course, timing="before").select_related("session"))
        lines = measure_lines(
            fillings_of(course.measure_scores.all()), pain=pain, thresholds=thresholds_for(course), group=group
        )
        return [line_words(line) for line in lines]

    return show


def test_change_is_shown_beside_its_threshold(table):
    start, review = [ItemScore("peg_one", "", 8)], [ItemScore("peg_one", "", 5)]
    (line,) = table((Stage.START, start), (Stage.REVIEW, review))
    assert (line.start, line.latest) == ("8", "5")
    assert line.change == "3 better (38%): as much as patients notice, but it could be chance"


def test_percentage_is_na_for_a_low_start(table):
    (line,) = table((Stage.START, [ItemScore("peg_one", "", 2)]), (Stage.END, [ItemScore("peg_one", "", 0)]))
    assert "percentage n/a" in line.change


def test_type_has_its_own_threshold(table):
    forms = (
        (Stage.START, [ItemScore("ndi", "", 60, n_answered=10)]),
        (
            Stage.END,
            [ItemScore("ndi", "", 39, n_answered=10)],
        ),
    )
    assert "more than chance" in table(*forms)[0].change
    assert "could be chance" in table(group="radiculopathy")[0].change


def test_activities_are_compared_over_those_of_the_start(table):
    start = psfs_scores([Activity("drive", 2), Activity("sleep", 4), Activity("carry", 3)])
    later = psfs_scores([Activity("sleep", 7), Activity("drive", 5), Activity("carry", 6), Activity("run", 0)])
    (line,) = table((Stage.START, start), (Stage.REVIEW, later))
    assert (line.start, line.latest, line.change) == ("3", "6", "3 better: more than chance")


def test_entering_a_stage_again_replaces_what_it_showed(table):
    first, second = [ItemScore("peg_one", "", 9), ItemScore("rom", "flexion", 30)], [ItemScore("peg_one", "", 6)]
    found = {line.name: line.start for line in table((Stage.START, first), (Stage.START, second))}
    assert found == {"Limited by the neck this week": "6", "Neck forward": "30°"}


def test_impression_of_change_is_shown_in_words(table):
    (line,) = table((Stage.END, [ItemScore("pgic", "", 2)]))
    assert (line.start, line.latest, line.change) == ("–", "much improved", "")


def test_pain_comes_from_the_sessions(table, course, at):
    log_run(course, [(7, 6), (5, 4), (3, 2)], until=at)
    (line,) = table()
    assert (line.start, line.latest, line.latest_when) == ("7", "3", "session 3")
    assert line.change == "4 better (57%): more than chance"
