"""Every field for points knows all spellings."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django import forms

from courses import admin as screens
from courses.corrections.points import needling_rows
from courses.models import Needling, Point
from courses.sessions.entry import NeedlingEntry
from tests.factories import log_visit

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("text", ["LI 4", "hé gǔ", "合谷", "Di 4"])
def test_point_is_found_in_the_list_however_it_is_written(signed_in, manager, text):
    html = signed_in(manager).get("/admin/courses/point/", {"q": text}).content.decode()
    assert "Hegu" in html


@pytest.mark.parametrize("code", ["LI 4", "li-4", "Hegu", "合谷"])
def test_point_that_is_in_the_list_is_not_added_again(signed_in, lead, code):
    sent = {"code": code, "risk": "ordinary", "risk_tags": "", "other_names": ""}
    response = signed_in(lead).post("/admin/courses/point/add/", sent)
    assert "is LI4 Hegu already" in response.content.decode()
    assert not Point.objects.filter(code=code).exists()


WRITTEN = (
    *("LI4", "LI 4", "li-4", "Li4", "L.I. 4", "Hegu", "hé gǔ", "He Gu", "合谷", "Di 4"),
    *("GB20 (bilateral)", "UB10", "SJ5", "DU14", "REN 22"),
)
MEANT = dict(
    zip(WRITTEN, (*["LI4"] * 10, "GB20", "BL10", "TE5", "GV14", "CV22"), strict=True),
)


@pytest.fixture
def line(course, at):
    """The line of the correction form for a point that was logged as a tender spot."""
    session = log_visit(course, at, needlings=(NeedlingEntry(None, Needling.Side.BOTH, "left shoulder"),)).session
    prefix = f"needling-{session.needlings.get().pk}"

    def of(**typed):
        sent = {"side": "both", "stimulation": "none", **typed}
        row, *_rest = needling_rows(session, {f"{prefix}-{name}": value for name, value in sent.items()})
        return row

    return of


@pytest.mark.parametrize("text", WRITTEN)
def test_correction_reads_a_point_however_it_is_written(line, text):
    row = line(where=text)
    assert row.is_valid(), row.errors
    values = row.corrected().values
    assert (values["point"].code, values["unlisted"], values["ashi_site"]) == (MEANT[text], "", "")


@pytest.mark.parametrize("text", ["LI 4", "Hegu", "合谷"])
@pytest.mark.parametrize("listed", ["tender", "other"])
def test_correction_takes_no_point_of_the_list_for_one_outside_it(line, listed, text):
    as_point, as_site = line(where=text, listed=listed), line(where="Foo 9", listed=listed, site=text)
    assert "is LI4 Hegu in the point list" in str(as_point.errors["listed"])
    assert "is LI4 Hegu in the point list" in str(as_site.errors["site"])


@pytest.mark.parametrize("text", ["Futu", "LI 99", "GB2O", "somewhere", "LI 4 SI 3", "C5"])
def test_correction_asks_about_text_that_is_no_one_point(line, text):
    row = line(where=text)
    assert f"“{text}”" in str(row.errors["listed"]).replace("&#x27;", "'")
    assert row.is_asked


def test_same_point_in_another_notation_is_no_correction(course, at):
    point = Point.objects.for_clinic(course.clinic).get(code="LI4")
    entry = NeedlingEntry(point, Needling.Side.BOTH)
    session = log_visit(course, at, needlings=(entry,)).session
    prefix = f"needling-{session.needlings.get().pk}"
    row, *_rest = needling_rows(
        session, {f"{prefix}-where": "he gu", f"{prefix}-side": "both", f"{prefix}-stimulation": "none"}
    )
    assert row.is_valid()
    assert row.corrected() is None


# Every form with points, and how it finds the point: a new form that is not listed fails.
TAKEN = {
    ("NeedlingForm", "where"): "read from text",
    ("NeedlingForm", "site"): "refused where it names a point of the list",
    ("NeedlingForm", "listed"): "chosen from what the text may mean",
    ("NeedlingRow", "where"): "read from text",
    ("NeedlingRow", "site"): "refused where it names a point of the list",
    ("NeedlingRow", "listed"): "chosen from what the text may mean",
    ("PointForm", "code"): "refused where another point has it",
    ("PointForm", "other_names"): "refused where another point has it",
}
NAMES = {"where", "site", "listed", "unlisted", "ashi_site", "point", "points", "other_names"}


def test_every_form_field_that_takes_a_point_is_known():
    assert screens
    found = {(form.__name__, name) for form in _forms(forms.BaseForm) for name in _fields(form) if name in NAMES}
    assert found == {key for key in TAKEN if key[1] in NAMES}


def _fields(form: type) -> set[str]:
    picks = {
        name
        for name, field in getattr(form, "base_fields", {}).items()
        if name in NAMES or getattr(getattr(field, "queryset", None), "model", None) is Point
    }
    return picks if form.__module__.startswith(("courses.", "patients.", "clinic.")) else set()


def _forms(kind: type) -> Iterator[type]:
    for one in kind.__subclasses__():
        yield one
        yield from _forms(one)
