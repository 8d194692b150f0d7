"""One session beside the one before it."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from courses.models import AdverseEventItem, Needling, Point
from courses.sessions.compared import treated_beside
from courses.sessions.entry import EventEntry, NeedlingEntry
from tests.factories import log_visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def needle(course):
    def one(code, depth_mm=15):
        point = Point.objects.for_clinic(course.clinic).get(code=code)
        return NeedlingEntry(point=point, side=Needling.Side.BOTH, depth_mm=depth_mm)

    return one


def test_points_that_are_new_or_needled_otherwise_are_marked(course, at, needle):
    log_visit(course, at - timedelta(days=4), needlings=(needle("GB20"), needle("LI4"), needle("GV14")))
    log_visit(course, at, needlings=(needle("GB20"), needle("LI4", 20), needle("TE5")))
    now, before = treated_beside(course, number=2)
    assert now.points == (("GB20 both, 15 mm", ""), ("LI4 both, 20 mm", "changed"), ("TE5 both, 15 mm", "new"))
    assert {difference for _words, difference in before.points} == {""}


def test_session_before_is_the_last_needled_one(course, at, needle):
    log_visit(course, at - timedelta(days=8), needlings=(needle("GB20"),))
    log_visit(course, at - timedelta(days=4), is_needled=False)
    log_visit(course, at, needlings=(needle("GB20"),))
    assert [one.session.number for one in treated_beside(course, number=3)] == [3, 1]


def test_first_session_is_alone_and_nothing_is_new(course, at, needle):
    log_visit(course, at, needlings=(needle("GB20"),))
    (only,) = treated_beside(course, number=1)
    assert only.points == (("GB20 both, 15 mm", ""),)


def test_later_sessions_are_left_out_and_the_latest_serves_where_none_is_named(course, at, needle):
    for days in (8, 4, 0):
        log_visit(course, at - timedelta(days=days), needlings=(needle("GB20"),))
    assert [one.session.number for one in treated_beside(course, number=2)] == [2, 1]
    assert [one.session.number for one in treated_beside(course, number=None)] == [3, 2]


def test_another_needle_is_a_change(course, at, needle):
    log_visit(course, at - timedelta(days=4), needlings=(needle("GB20"),))
    log_visit(course, at, needlings=(replace(needle("GB20"), needle="0.30 × 50 mm"),))
    assert treated_beside(course, number=2)[0].points == (("GB20 both, 15 mm, needle 0.30 × 50 mm", "changed"),)


def test_says_what_was_unwanted(course, at):
    item = AdverseEventItem.objects.for_clinic(course.clinic).first()
    log_visit(course, at, events=(EventEntry(item=item),))
    assert treated_beside(course, number=None)[0].unwanted == item.wording


def test_course_without_a_session_has_nothing_to_compare(course):
    assert treated_beside(course, number=None) == []
