"""The rows of points of a visit."""

from __future__ import annotations

import pytest

from courses.models import Needling, Point
from courses.sessions.point_fields import NeedlingFormSet, catalogue_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def rows(clinic):
    """The rows of a form as entries."""

    def take(*where, **more):
        values = {"needling-TOTAL_FORMS": len(where), "needling-INITIAL_FORMS": 0}
        for number, place in enumerate(where):
            one = {"where": place, "side": "left", "stimulation": "none", **more}
            values |= {f"needling-{number}-{name}": value for name, value in one.items()}
        forms = NeedlingFormSet(values, prefix="needling")
        assert forms.is_valid(), forms.errors
        return forms.entries(catalogue_of(Point.objects.for_clinic(clinic)))

    return take


@pytest.mark.parametrize("where", ["GB20", "gb20", " Fengchi ", "fengchi"])
def test_point_is_found_by_code_or_pinyin(rows, where):
    (entry,) = rows(where)
    assert (entry.point.code, entry.ashi_site, entry.side) == ("GB20", "", Needling.Side.LEFT)


def test_anything_else_is_a_tender_spot(rows):
    (entry,) = rows("left shoulder blade")
    assert (entry.point, entry.ashi_site) == (None, "left shoulder blade")


def test_empty_rows_are_left_out(rows):
    assert len(rows("GB20", "", "LI4")) == 2


def test_pinyin_that_names_several_points_names_none(rows):
    (entry,) = rows("Jiaji")
    assert entry.point is None


def test_point_of_the_midline_has_no_side(rows):
    (entry,) = rows("GV14", side="both")
    assert (entry.side, entry.n_needles) == (Needling.Side.MIDLINE, 1)


@pytest.mark.parametrize(
    ("side", "stimulation", "n_needles"),
    [("both", "none", 2), ("left", "manual", 1), ("both", "press_needle", 0)],
)
def test_needles_that_must_come_out_again(rows, side, stimulation, n_needles):
    (entry,) = rows("LI4", side=side, stimulation=stimulation)
    assert entry.n_needles == n_needles


def test_everything_of_a_needle_is_taken(rows):
    (entry,) = rows(
        "LI4", depth_mm=12, angle_degrees=45, retention_minutes=20, response="de_qi", needle="0.30 × 50 mm"
    )
    taken = (entry.depth_mm, entry.angle_degrees, entry.retention_minutes, entry.response, entry.needle)
    assert taken == (12, 45, 20, Needling.Response.DE_QI, "0.30 × 50 mm")


def test_needle_is_the_sessions_where_the_row_names_none(rows):
    (entry,) = rows("LI4")
    assert entry.needle == ""


def test_more_rows_than_a_page_could_mean_are_refused(clinic):
    forms = NeedlingFormSet({"needling-TOTAL_FORMS": 1000, "needling-INITIAL_FORMS": 0}, prefix="needling")
    assert not forms.is_valid()
