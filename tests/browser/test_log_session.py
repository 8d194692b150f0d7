"""Log a session in the browser, see the verdict, get the alert by mail, acknowledge it."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from courses.models import Alert, Course, Session
from tests.factories import log_run
from tests.processes import wait_until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser, pytest.mark.services]


@pytest.fixture
def running_course(course):
    now = timezone.now()
    Course.objects.filter(pk=course.pk).update(starts_on=(now - timedelta(days=40)).date())
    course.refresh_from_db()
    log_run(course, [(6, 5), (5, 4), (5, 4), (4, 3)], until=now - timedelta(days=3))
    return course


def test_from_the_form_to_the_acknowledged_alert(sign_in, running_course, practitioner, lead, smtp, worker):
    page = sign_in(practitioner)
    page.goto(f"/admin/courses/course/{running_course.pk}/log/")
    page.get_by_role("group", name="Pain before").get_by_label("4", exact=True).check()
    page.get_by_role("group", name="Pain after").get_by_label("9", exact=True).check()
    page.get_by_label("New swelling in the neck").check()
    page.get_by_label("Pain of 8 to 10").check()
    page.get_by_role("button", name="Save session").click()
    expect(page.get_by_text("Saved.")).to_be_visible()
    expect(page.get_by_role("alert")).to_contain_text("Emergency")
    expect(page.get_by_text("Higher than expected")).to_be_visible()
    mail = wait_until(lambda: smtp.to(lead.user.email))[0]
    link = re.search(r"http://\S+/a/\S+", mail.get_body(("plain",)).get_content()).group(0)
    page.context.clear_cookies()
    page.goto(link)
    page.get_by_role("button", name="Acknowledge").click()
    expect(page.get_by_role("status")).to_contain_text("Taken on by")
    assert Alert.objects.filter(state="acknowledged").count() == 1


def test_a_plain_session_by_keyboard_alone(sign_in, running_course, practitioner):
    page = sign_in(practitioner)
    page.goto(f"/admin/courses/course/{running_course.pk}/log/")
    for key in ("4", "Tab", "3", "Tab", "0", "Control+Enter"):
        page.keyboard.press(key)
    expect(page.get_by_text("Saved.")).to_be_visible()
    session = Session.objects.get(course=running_course, number=5)
    assert list(session.scores.values_list("timing", "score")) == [("before", 4), ("after", 3)]


def test_form_keeps_what_was_typed_when_something_is_missing(sign_in, running_course, practitioner):
    page = sign_in(practitioner)
    page.goto(f"/admin/courses/course/{running_course.pk}/log/")
    page.get_by_role("group", name="Pain before").get_by_label("7", exact=True).check()
    page.get_by_label("Note").fill("slept badly")
    page.get_by_role("button", name="Save session").click()
    expect(page.get_by_role("alert")).to_contain_text("Ask about red flags")
    expect(page.get_by_label("Note")).to_have_value("slept badly")
    assert page.locator("input[name=before]:checked").get_attribute("value") == "7"
