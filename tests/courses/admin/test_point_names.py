"""Every place that takes a point knows the ways people write it."""

from __future__ import annotations

import pytest

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
