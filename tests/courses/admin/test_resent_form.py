"""A session form that is sent a second time: nothing is reported as saved that was not."""

from __future__ import annotations

import uuid

import pytest

from courses.models import RedFlagReport, Session
from courses.sessions.check_in_answers import log_check_in
from courses.sessions.entry import CheckInEntry
from tests.factories import log_run

pytestmark = pytest.mark.django_db


@pytest.fixture
def send(course, practitioner, signed_in, at, time_machine):
    """Send the session form with one key, with changes."""
    log_run(course, [(6, 5)], until=at.replace(hour=8))
    time_machine.move_to(at, tick=False)
    client, key = signed_in(practitioner), str(uuid.uuid4())

    def press(**changes):
        values = {
            "form_key": key,
            "held_at": course.clinic.local(at).strftime("%Y-%m-%dT%H:%M"),
            "practitioner": practitioner.pk,
            "before": "5",
            "after": "4",
            "is_needled": "no",
            "no_red_flag": "on",
            "seen_number": "1",
            "note": "slept well",
            "needling-TOTAL_FORMS": "0",
            "needling-INITIAL_FORMS": "0",
            **changes,
        }
        sent = {name: value for name, value in values.items() if value is not None}
        return client.post(f"/admin/courses/course/{course.pk}/log/", sent)

    return press


def test_same_content_is_said_to_be_saved_before(send):
    assert send().url.endswith("?saved=1")
    assert send().url.endswith("?saved=before")
    assert Session.objects.count() == 2


def test_other_content_is_offered_as_a_correction_with_the_new_values(send):
    send()
    page = send(after="7", note="slept badly")
    assert page.status_code == 409
    html = page.content.decode()
    assert "Pain after: saved 4, sent 7" in html
    assert "saved slept well, sent slept badly" in html
    assert "Save the correction" in html
    assert Session.objects.get(number=2).scores.get(timing="after").score == 4


def test_offered_correction_saves_the_new_values(send, client):
    send()
    page = send(after="7")
    form, session = page.context["form"], Session.objects.get(number=2)
    values = {name: sent for name in form.data if (sent := [one for one in form.data.getlist(name) if one])}
    saved = client.post(
        f"/admin/courses/session/{session.pk}/correct/",
        {**values, "reason": "sent again", "form_key": str(form.key)},
    )
    assert saved.status_code == 302, [saved.context["form"].errors, *(row.errors for row in saved.context["rows"])]
    assert session.scores.get(timing="after").score == 7


def test_flag_added_to_the_second_send_is_reported_of_the_first_ones_session(send):
    send()
    page = send(after="7", no_red_flag=None, flag_cardiac="on")
    report = RedFlagReport.objects.get()
    assert (report.source, report.session) == ("session", Session.objects.get(number=2))
    assert "Emergency" in page.content.decode()


def test_flag_of_a_form_that_was_returned_names_that_form_and_gets_its_session_later(send):
    assert send(before="", no_red_flag=None, flag_pain_72h="on").status_code == 422
    report = RedFlagReport.objects.get()
    assert (report.source, report.session) == ("session", None)
    assert send(no_red_flag=None, flag_pain_72h="on").status_code == 302
    report.refresh_from_db()
    assert report.session == Session.objects.get(number=2)
    assert RedFlagReport.objects.count() == 1


def test_session_page_shows_what_the_patient_answered(send, client, course):
    session = Session.objects.get(number=1)
    check_in = session.check_ins.get(kind="day1")
    log_check_in(check_in, entry=CheckInEntry(uuid.uuid4(), 4), at=session.held_at)
    html = client.get(f"/admin/courses/session/{session.pk}/change/").content.decode()
    assert "not answered" in html
    assert "signs not answered" in client.get(f"/admin/courses/course/{course.pk}/change/").content.decode()
