"""Correcting a session through its page."""

from __future__ import annotations

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from courses.corrections.voiding import void_session
from courses.models import AdverseEventItem, AftercareMeasure, Alert, AlertEvent, Correction, Needling, Point
from courses.sessions.entry import NeedlingEntry
from patients.intake import record_screening
from patients.models import ScreeningItem
from tests.factories import flag, log_visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def session(course, at):
    point = Point.objects.for_clinic(course.clinic).get(code="GB20")
    needlings = (NeedlingEntry(point=point, side=Needling.Side.BOTH, depth_mm=15),)
    return log_visit(course, at, before=5, after=4, needlings=needlings).session


@pytest.fixture
def url(session):
    return reverse("admin:courses_session_correct", args=[session.pk])


@pytest.fixture
def typed():
    """What a browser would send back from a page, with changes."""

    def of(page, **changes):
        form, rows = page.context["form"], page.context["rows"]
        values = {}
        for one in (form, *rows):
            for bound in one:
                value = bound.value()
                is_empty = value is None or value is False or value in ("", [])
                if not is_empty:
                    values[bound.html_name] = getattr(value, "pk", value)
        # The page uses the clinic's wall time.
        session = page.context["session"]
        values["held_at"] = session.clinic.local(session.held_at).strftime("%Y-%m-%dT%H:%M")
        return {**values, "reason": "read the wrong line", **changes}

    return of


def test_unchanged_page_changes_nothing(signed_in, practitioner, url, typed):
    client = signed_in(practitioner)
    page = client.post(url, typed(client.get(url)))
    assert page.status_code == 422
    assert "Nothing was changed" in page.content.decode()


def test_score_is_corrected_and_the_history_is_on_the_session_page(signed_in, practitioner, url, typed, session):
    client = signed_in(practitioner)
    assert client.post(url, typed(client.get(url), score_after="3")).status_code == 302
    page = client.get(reverse("admin:courses_session_change", args=[session.pk])).content.decode()
    assert "read the wrong line" in page
    assert "<del>4</del> → <ins>3</ins>" in page


def test_depth_and_a_further_point(signed_in, practitioner, url, typed, session):
    client, row = signed_in(practitioner), session.needlings.get()
    changes = {
        f"needling-{row.pk}-depth_mm": 10,
        "needling--2-where": "left shoulder",
        "needling--2-listed": "tender",
        "needling--2-site": "left shoulder",
        "needling--2-side": "left",
    }
    response = client.post(url, typed(client.get(url), **changes))
    assert response.status_code == 302, response.context["form"].errors
    assert [str(one) for one in session.needlings.all()] == [f"{row}", "left shoulder (left)"]
    assert session.needlings.first().depth_mm == 10
    page = client.get(reverse("admin:courses_session_change", args=[session.pk])).content.decode()
    assert "GB20, both, 15 mm" in page


def test_saving_asks_the_same_for_one_and_for_six_points(signed_in, practitioner, url, typed, session):
    client = signed_in(practitioner)
    few = _n_queries(client, url, typed(client.get(url), score_after="3"))
    points = Point.objects.for_clinic(session.clinic).exclude(code="GB20")[:5]
    Needling.objects.bulk_create(
        Needling(clinic=session.clinic, session=session, point=point, side="both", depth_mm=12) for point in points
    )
    assert _n_queries(client, url, typed(client.get(url), score_after="2")) == few


def _n_queries(client, url, values):
    with CaptureQueriesContext(connection) as queries:
        assert client.post(url, values).status_code == 302
    return len(queries)


def test_touched_line_is_checked(signed_in, practitioner, url, typed, session):
    client, row = signed_in(practitioner), session.needlings.get()
    page = client.post(url, typed(client.get(url), **{f"needling-{row.pk}-depth_mm": "deep"}))
    assert (page.status_code, list(page.context["rows"][0].errors)) == (422, ["depth_mm"])


def test_reason_is_asked_and_what_was_typed_kept(signed_in, practitioner, url, typed):
    client = signed_in(practitioner)
    page = client.post(url, typed(client.get(url), score_after="3", reason=""))
    assert (page.status_code, set(page.context["form"].errors)) == (422, {"reason"})
    assert page.context["form"]["score_after"].value() == "3"


def test_score_of_eight_asks_the_severe_pain_question(signed_in, practitioner, url, typed):
    client = signed_in(practitioner)
    page = client.post(url, typed(client.get(url), score_after="8"))
    assert "flag_severe_pain" in page.context["form"].errors


def test_correction_of_what_was_voided_meanwhile_is_shown_and_its_flag_is_sent(
    signed_in, practitioner, lead, url, typed, session, at
):
    client = signed_in(practitioner)
    values = typed(client.get(url), score_after="9", note="Dizzy on the way home", flag_severe_pain="on")
    void_session(session, reason="twice", by=lead, at=at)
    answer = client.post(url, values)
    page = answer.content.decode()
    assert answer.status_code == 409
    assert "Dizzy on the way home" in page
    assert "read the wrong line" in page
    assert str(Alert.objects.get(flag_code="severe_pain").clinic.emergency_number) in page


class TestTwoEditors:
    def test_second_sees_the_change_and_what_they_typed_is_kept(
        self, signed_in, practitioner, lead, url, typed, session
    ):
        client = signed_in(practitioner)
        mine = typed(client.get(url), note="slept badly")
        theirs = typed(client.get(url), score_before="6", reason="asked again")
        signed_in(lead)
        assert client.post(url, theirs).status_code == 302
        signed_in(practitioner)
        page = client.post(url, mine)
        assert page.status_code == 409
        assert "asked again" in page.content.decode()
        form = page.context["form"]
        assert (form["note"].value(), form["score_before"].value()) == ("slept badly", "6")
        assert Correction.objects.count() == 1

    def test_saving_again_does_not_undo_what_they_did_not_touch(
        self, signed_in, practitioner, url, typed, session
    ):
        client = signed_in(practitioner)
        mine = typed(client.get(url), note="slept badly")
        client.post(url, typed(client.get(url), score_before="6"))
        told = client.post(url, mine)
        assert client.post(url, typed(told)).status_code == 302
        session.refresh_from_db()
        assert (session.note, session.scores.get(timing="before").score) == ("slept badly", 6)

    def test_lists_and_points_they_did_not_touch_are_not_undone(
        self, signed_in, practitioner, url, typed, session
    ):
        client, row = signed_in(practitioner), session.needlings.get()
        event = AdverseEventItem.objects.for_clinic(session.clinic).first()
        measure = AftercareMeasure.objects.for_clinic(session.clinic).first()
        further = {
            "needling--2-where": "right shoulder",
            "needling--2-listed": "tender",
            "needling--2-site": "right shoulder",
            "needling--2-side": "right",
        }
        mine = typed(client.get(url), note="slept badly", **further)
        theirs = {
            "adverse_events": [event.pk],
            "aftercare": [measure.pk],
            f"needling-{row.pk}-depth_mm": 10,
            "needling--2-where": "left shoulder",
            "needling--2-listed": "tender",
            "needling--2-site": "left shoulder",
            "needling--2-side": "left",
            "position": "prone",
        }
        assert client.post(url, typed(client.get(url), **theirs)).status_code == 302
        told = client.post(url, mine)
        assert told.status_code == 409
        response = client.post(url, typed(told))
        assert response.status_code == 302, [one.errors for one in response.context["rows"]]
        session.refresh_from_db()
        assert (session.note, session.position) == ("slept badly", "prone")
        assert [one.item for one in session.adverse_events.all()] == [event]
        assert [one.measure for one in session.aftercare_given.all()] == [measure]
        assert [(str(one), one.depth_mm) for one in session.needlings.all()] == [
            (str(row), 10),
            ("left shoulder (left)", None),
            ("right shoulder (right)", None),
        ]
        assert set(session.corrections.values_list("field", flat=True)) == {
            "adverse_events", "aftercare", "needlings", "details", "note",
        }  # fmt: skip


def test_aftercare_that_is_not_for_the_patient_is_kept_and_said(
    signed_in, practitioner, course, at, url, typed, session
):
    allergy = ScreeningItem.objects.for_clinic(course.clinic).get(code="nsaid_allergy")
    record_screening(patient=course.patient, findings={allergy: ""}, by=practitioner, at=at)
    gel = AftercareMeasure.objects.for_clinic(course.clinic).get(code="nsaid_gel")
    client = signed_in(practitioner)
    page = client.post(url, typed(client.get(url), aftercare=[gel.pk]), follow=True)
    assert [str(one) for one in session.aftercare_given.all()] == [gel.name]
    assert f"Saved as given. Not for this patient: {allergy.wording}." in page.content.decode()


def test_not_for_the_manager(signed_in, manager, url):
    assert signed_in(manager).get(url).status_code == 403


def test_red_flag_is_taken_back_through_its_page(signed_in, practitioner, course, at):
    session = log_visit(course, at, flags=(flag(course.clinic, "skin_infect"),)).session
    report = session.red_flag_reports.get()
    client = signed_in(practitioner)
    url = reverse("admin:patients_patient_withdraw", args=[course.patient_id, report.uuid])
    assert client.post(url, {"reason": ""}).status_code == 422
    assert client.post(url, {"reason": "ticked the line above"}).status_code == 302
    assert AlertEvent.objects.filter(kind="withdrawn").count() == 1
    page = client.get(reverse("admin:courses_session_change", args=[session.pk])).content.decode()
    assert "withdrawn: entered by mistake" in page


def test_lead_overrides_through_the_page(signed_in, lead, practitioner, course, at, time_machine):
    time_machine.move_to(at, tick=False)
    url = reverse("admin:courses_course_override", args=[course.pk])
    values = {"valid_on": "2026-03-11", "reason": "seen with the surgeon"}
    assert signed_in(practitioner).get(url).status_code == 403
    page = signed_in(lead).post(url, values)
    assert "Nothing blocks needling" in page.content.decode()
