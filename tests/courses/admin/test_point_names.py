"""Every place that takes a point knows the ways people write it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from django import forms

from courses import admin as screens
from courses.models import Needling, Point
from courses.sessions.correction_form import needling_rows
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


@pytest.mark.parametrize("field", ["unlisted", "ashi_site"])
@pytest.mark.parametrize("text", ["LI 4", "Hegu", "合谷"])
def test_correction_takes_no_point_of_the_list_for_one_outside_it(course, at, field, text):
    session = log_visit(course, at, needlings=(NeedlingEntry(None, Needling.Side.LEFT, "left shoulder"),)).session
    saved = session.needlings.get()
    prefix = f"needling-{saved.pk}"
    data = {f"{prefix}-side": "left", f"{prefix}-stimulation": "none", f"{prefix}-ashi_site": "hand"}
    row, *_rest = needling_rows(session, {**data, f"{prefix}-{field}": text})
    assert not row.is_valid()
    assert "is LI4 Hegu in the point list" in str(row.errors[field])


# Every form that takes a point, and how it knows which: a new one that is not here fails.
TAKEN = {
    ("NeedlingForm", "where"): "read from text",
    ("NeedlingForm", "site"): "refused where it names a point of the list",
    ("NeedlingForm", "listed"): "chosen from what the text may mean",
    ("NeedlingRow", "point"): "chosen from the list",
    ("NeedlingRow", "unlisted"): "refused where it names a point of the list",
    ("NeedlingRow", "ashi_site"): "refused where it names a point of the list",
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
