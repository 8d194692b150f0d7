"""The alert inbox by keyboard."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone

from courses.models import Alert
from tests.factories import flag, log_visit

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]


@pytest.fixture
def two_flags(course, lead):
    """Two red flags of one patient, open."""
    now = timezone.now()
    course.starts_on = (now - timedelta(days=9)).date()
    course.save()
    flags = (flag(course.clinic, "cardiac"), flag(course.clinic, "trauma"))
    log_visit(course, now, flags=flags, is_needled=False, before=3, after=3)
    return Alert.objects.order_by("pk")


def test_one_key_acknowledges_on_the_page(sign_in, lead, two_flags):
    page = sign_in(lead)
    page.goto(f"/admin/courses/alert/{two_flags[0].pk}/change/")
    page.keyboard.press("a")
    page.get_by_text("No reminder is sent until the acknowledgement expires.").wait_for()
    assert [alert.state for alert in two_flags.all()] == ["acknowledged", "open"]


def test_key_typed_into_a_note_is_a_letter(sign_in, lead, two_flags):
    page = sign_in(lead)
    page.goto(f"/admin/courses/alert/{two_flags[0].pk}/change/")
    page.get_by_label("What was found and done").press_sequentially("a call")
    assert page.get_by_label("What was found and done").input_value() == "a call"
    assert two_flags[0].state == "open"


def test_key_in_the_list_answers_the_row_one_is_in(sign_in, lead, two_flags):
    page = sign_in(lead)
    page.goto("/admin/courses/alert/")
    page.keyboard.press("a")
    assert {alert.state for alert in two_flags.all()} == {"open"}
    page.locator("#result_list tr").nth(2).locator("a").first.focus()
    page.keyboard.press("a")
    page.get_by_text("No reminder is sent until the acknowledgement expires.").wait_for()
    assert [alert.state for alert in two_flags.all()] == ["open", "acknowledged"]
