"""The range expected at each past session, as it was then."""

from __future__ import annotations

from datetime import timedelta
from xml.etree import ElementTree

import numpy as np
import pytest
from django.urls import reverse

from courses.charts.curve_chart import LARGE, NARROW, curve_svg
from courses.corrections.correct import correct_session
from courses.corrections.correction import CorrectedSession, version_of
from courses.models import PainScore, Prediction
from courses.outlook.picture import curve_picture
from courses.outlook.then import with_ranges
from courses.priors.course_records import record_of
from tests.factories import log_run

pytestmark = pytest.mark.django_db
DAY = timedelta(days=1)
SVG = "{http://www.w3.org/2000/svg}"


@pytest.fixture
def held(course, at):
    """A course of six sessions; the fifth was far worse than expected."""
    return log_run(course, [(6, 5), (5, 4), (5, 4), (4, 3), (7, 8), (5, 4)], until=at)


def picture_of(course, at, timing="after"):
    record = record_of(course, at=at)
    scores = list(course.scores.select_related("session"))
    return with_ranges(curve_picture(record, None, timing=timing), record, scores)


def brackets(picture, size):
    root = ElementTree.fromstring(curve_svg(picture, size=size, uid="one"))
    return [node for node in root.iter(f"{SVG}path") if node.get("class") == "chart-then"] or [
        node for node in root.iter("path") if node.get("class") == "chart-then"
    ]


def test_ranges_are_those_of_the_kept_predictions(course, held, at):
    found = {one.session: one for one in picture_of(course, at).then}
    kept = Prediction.objects.filter(timing="after").exclude(p=None)
    assert set(found) == {one.session_number for one in kept} == {3, 4, 5, 6}
    for one in kept:
        below = np.cumsum(one.p)
        low, high = (int(np.searchsorted(below, level - 1e-12)) for level in (0.05, 0.95))
        assert (found[one.session_number].low90, found[one.session_number].high90) == (low, high)
        assert found[one.session_number].mean == pytest.approx(np.arange(11) @ one.p, abs=0.01)


def test_what_came_later_moves_no_range(course, held, at):
    before = picture_of(course, at).then
    log_run(course, [(9, 9), (9, 9), (9, 9)], until=at + 20 * DAY)
    assert picture_of(course, at + 21 * DAY).then[: len(before)] == before


def test_corrected_score_keeps_its_range(course, held, practitioner, at):
    session = held[4].session
    wanted = CorrectedSession(
        version_of(session), "typed 8 for 3", session.held_at, session.is_needled, "", {"after": 3}
    )
    before = {one.session: one for one in picture_of(course, at).then}[5]
    correct_session(session, wanted=wanted, by=practitioner, at=at + DAY)
    after = {one.session: one for one in picture_of(course, at).then}[5]
    assert (after.low90, after.high90, after.mean) == (before.low90, before.high90, before.mean)
    assert (before.is_outside, after.score, after.is_outside) == (True, 3, False)


def test_says_where_none_was_stored_and_why(course, held, at):
    PainScore.objects.filter(session__number=4, timing="after").update(expected={})
    PainScore.objects.filter(session__number=3, timing="after").update(expected={"standing": "error"})
    assert picture_of(course, at).then_missing == (
        "No range for sessions 1, 2: the curve needed more scores.",
        "No range for session 3: the curve gave no answer then.",
        "No range for session 4: none was stored when it was recorded.",
    )


@pytest.mark.parametrize("size", [LARGE, NARROW])
def test_brackets_are_drawn_and_named_only_when_asked_for(course, held, at, size):
    picture, record = picture_of(course, at), record_of(course, at=at)
    assert len(brackets(picture, size)) == len(picture.then) == 4
    assert "then" in dict(picture.legend)
    plain = curve_picture(record, None, timing="after")
    assert brackets(plain, size) == []
    assert "then" not in dict(plain.legend)
    svg = curve_svg(picture, size=size, uid="one")
    assert "Session 5: expected then" in svg
    assert "It was 8." in svg


def test_page_shows_them_by_a_link_without_any_script(course, held, practitioner, signed_in, at, time_machine):
    time_machine.move_to(at + DAY, tick=False)
    client, url = signed_in(practitioner), reverse("admin:courses_course_change", args=[course.pk])
    plain, asked = client.get(url).content.decode(), client.get(f"{url}?ranges=then").content.decode()
    assert 'href="?ranges=then#curve-head"' in plain
    assert ("chart-then" in plain, "key-then" in plain, "No range for session" in plain) == (False,) * 3
    assert 'href="?#curve-head"' in asked
    assert asked.count('class="chart-then"') == 2 * 2 * 4
    assert "key-then" in asked
    assert "No range for sessions 1, 2" in asked
    assert "Session 5: expected then" in asked
