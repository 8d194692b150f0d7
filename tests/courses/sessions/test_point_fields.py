"""The rows of points of a visit."""

from __future__ import annotations

import pytest

from clinic.presets import load_rows
from courses.models import Needling, Point
from courses.presets import DATA
from courses.sessions.points.catalogue import PointCatalogue
from courses.sessions.points.fields import MOST_ROWS, NeedlingFormSet, copied_rows, planned_rows
from tests.factories import log_visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def catalogue(clinic):
    return PointCatalogue(tuple(Point.objects.for_clinic(clinic)))


@pytest.fixture
def sent(catalogue):
    """The rows of a form as they were sent."""

    def send(*rows, **more):
        values = {"needling-TOTAL_FORMS": len(rows), "needling-INITIAL_FORMS": 0}
        for number, row in enumerate(rows):
            one = {
                "side": "both",
                "stimulation": "none",
                **more,
                **(row if isinstance(row, dict) else {"where": row}),
            }
            values |= {f"needling-{number}-{name}": value for name, value in one.items()}
        return NeedlingFormSet(values, prefix="needling", form_kwargs={"catalogue": catalogue})

    return send


@pytest.fixture
def rows(sent):
    """The rows of a form as entries."""

    def take(*where, **more):
        forms = sent(*where, **more)
        assert forms.is_valid(), forms.errors
        return forms.entries()

    return take


@pytest.fixture
def asked(sent):
    """What one row asks: the field, its words, and its choices."""

    def ask(**row):
        forms = sent(row)
        assert not forms.is_valid()
        (shown,) = forms.rows(with_errors=True)
        ((field, (words,)),) = forms.errors[0].items()
        return field, str(words), [value for value, _label in shown.choices], shown

    return ask


@pytest.mark.parametrize(
    "where", ["GB20", "gb20", " Fengchi ", "Gb 20", "VB20", "fēng chí", "風池", "GB20 (Fengchi)"]
)
def test_point_is_found_however_it_is_written(rows, where):
    (entry,) = rows(where)
    assert (entry.point.code, entry.ashi_site, entry.unlisted, entry.side) == ("GB20", "", "", "both")


def test_every_point_of_the_shipped_list_is_found_by_each_of_its_own_names(rows, catalogue):
    for row in load_rows(DATA / "points.json"):
        names = [row["code"], *row["other_names"], row["pinyin"], row["chinese_name"]]
        own = [name for name in names if catalogue.read(name).code]
        assert {entry.point.code for entry in rows(*own)} == {row["code"]}


class TestNotInTheList:
    def test_is_never_saved_unless_somebody_says_so(self, asked):
        field, words, offered, shown = asked(where="left shoulder blade")
        assert (field, offered) == ("listed", ["", "tender", "other"])
        assert "“left shoulder blade” is not in the point list" in words
        assert shown.is_asked

    def test_needs_a_body_site(self, asked):
        for listed in ("tender", "other"):
            assert asked(where="PC6", listed=listed)[0] == "site"

    def test_tender_point_is_its_site(self, rows):
        spots = rows(
            {"where": "ashi", "listed": "tender", "site": "left trapezius"},
            {"where": "left trapezius", "listed": "tender", "site": "left trapezius"},
            {"where": "infraspinatus trigger", "listed": "tender", "site": "left"},
        )
        assert [(spot.point, spot.unlisted) for spot in spots] == [(None, "")] * 3
        assert [spot.ashi_site for spot in spots] == [
            "left trapezius",
            "left trapezius",
            "infraspinatus trigger, left",
        ]

    def test_other_point_keeps_its_name_beside_its_site(self, rows):
        (entry,) = rows({"where": "PC 6", "listed": "other", "site": "inner left wrist"})
        assert (entry.point, entry.unlisted, entry.ashi_site) == (None, "PC 6", "inner left wrist")
        assert entry.place_words == "PC 6, inner left wrist"

    def test_text_that_says_tender_offers_that_and_its_site(self, asked):
        *_rest, shown = asked(where="ashi, left trapezius")
        assert shown.values["site"] == "ashi, left trapezius"

    @pytest.mark.parametrize("site", ["LI 4", "Hegu", "合谷"])
    def test_site_that_names_a_point_of_the_list_is_no_way_round_the_checks(self, asked, site):
        field, words, *_rest = asked(where="ashi", listed="tender", site=site)
        assert (field, "LI4 Hegu" in words) == ("site", True)

    @pytest.mark.parametrize("listed", ["tender", "other"])
    def test_point_of_the_list_is_never_taken_for_one_outside_it(self, asked, listed):
        field, words, *_rest = asked(where="LI 4", listed=listed, site="hand")
        assert (field, "is LI4 Hegu in the point list" in words) == ("listed", True)

    def test_site_without_a_point_is_not_dropped(self, asked):
        assert asked(where="", listed="tender", site="left trapezius")[0] == "where"


class TestUnclear:
    def test_several_points_are_offered(self, asked):
        field, words, offered, _shown = asked(where="Jiaji")
        assert offered == ["", *(f"EX-B2 C{n}" for n in range(3, 8)), "tender", "other"]
        assert (field, "can mean" in words) == ("listed", True)

    def test_one_of_them_is_chosen(self, rows):
        (entry,) = rows({"where": "Jiaji", "listed": "EX-B2 C5"})
        assert entry.point.code == "EX-B2 C5"

    def test_choice_that_belonged_to_other_text_is_asked_again(self, asked):
        assert asked(where="Jiaji", listed="GB20")[0] == "listed"

    def test_typing_error_is_never_corrected_unasked(self, asked, rows):
        _field, words, offered, _shown = asked(where="Fengchii")
        assert (offered[1], "GB20" in words) == ("GB20", True)
        assert rows({"where": "Fengchii", "listed": "GB20"})[0].point.code == "GB20"

    def test_name_shared_with_a_point_outside_the_list_is_asked_about(self, asked):
        _field, words, offered, _shown = asked(where="Futu")
        assert (offered[1], "LI18, ST32" in words) == ("LI18", True)


class TestSide:
    def test_letter_that_says_what_the_list_says_is_taken(self, rows):
        assert rows({"where": "LI4 L", "side": "left"})[0].side == Needling.Side.LEFT
        assert rows({"where": "LI 4 (bilateral)", "side": "both"})[0].side == Needling.Side.BOTH

    def test_letter_that_says_something_else_is_asked_about(self, asked):
        field, words, *_rest = asked(where="LI4 L", side="both")
        assert (field, "left" in words, "both" in words) == ("side", True, True)

    def test_point_of_the_midline_has_no_side(self, rows):
        (entry,) = rows("DU 14")
        assert (entry.side, entry.n_needles) == (Needling.Side.MIDLINE, 1)

    @pytest.mark.parametrize(("where", "side"), [("GV14", "left"), ("CV22", "right"), ("LI4", "midline")])
    def test_side_that_a_point_cannot_have_is_refused(self, asked, where, side):
        assert asked(where=where, side=side)[0] == "side"


def test_empty_rows_are_left_out(rows):
    assert len(rows("GB20", "", "LI4")) == 2


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


@pytest.mark.parametrize(("more", "is_refused"), [(0, False), (1, True)])
def test_more_rows_than_a_page_could_mean_are_refused(catalogue, more, is_refused):
    n_rows = MOST_ROWS + more
    forms = NeedlingFormSet(
        {"needling-TOTAL_FORMS": n_rows, "needling-INITIAL_FORMS": 0},
        prefix="needling",
        form_kwargs={"catalogue": catalogue},
    )
    assert bool(forms.non_form_errors()) is is_refused
    assert len(forms.forms) == MOST_ROWS


def test_copied_rows_are_understood_as_what_they_were(rows, course, at):
    typed = rows(
        "Hegu",
        {"where": "ashi", "listed": "tender", "site": "left trapezius"},
        {"where": "PC6", "listed": "other", "site": "wrist"},
        "GV14",
    )
    session = log_visit(course, at, needlings=typed).session
    again = rows(
        *({name: value for name, value in row.items() if value is not None} for row in copied_rows(session))
    )
    assert again == typed


def test_planned_rows_are_points_of_the_list_and_assume_no_depth(rows, course, catalogue):
    planned = planned_rows(course.protocol, catalogue)
    taken = rows(*({name: value for name, value in row.items() if value is not None} for row in planned))
    assert [one.point.code for one in taken] == ["EX-B2 C5", "GB20", "GV14", "SI3", "TE5"]
    assert {(one.depth_mm, one.retention_minutes, one.stimulation) for one in taken} == {(None, 30, "none")}


def test_database_refuses_a_point_of_the_list_with_another_name(course, at, refused, catalogue):
    session = log_visit(course, at).session
    with refused("courses_needling_listed_point_has_no_other_name"):
        Needling.objects.create(
            clinic=course.clinic, session=session, point=catalogue.by_code["LI4"], unlisted="LI 4", side="left"
        )
