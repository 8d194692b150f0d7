"""What was typed survives a lost connection, a reload and a second tab, only on this device."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.utils import timezone
from playwright.sync_api import expect

from courses.models import Course

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

KEPT = "Object.entries(localStorage).filter(([key]) => key.startsWith('draft:'))"


@pytest.fixture
def form(course, sign_in, practitioner):
    """The session form with a note typed in."""
    now = timezone.now()
    Course.objects.filter(pk=course.pk).update(starts_on=(now - timedelta(days=4)).date())
    page = sign_in(practitioner)
    page.goto(f"/admin/courses/course/{course.pk}/log/")
    page.keyboard.press("6")
    page.get_by_role("textbox", name="Note").fill("slept badly")
    return page


def is_back(page):
    expect(page.get_by_role("status").filter(has_text="is back in the form")).to_be_visible()
    expect(page.get_by_role("textbox", name="Note")).to_have_value("slept badly")
    assert page.locator("input[name=before]:checked").get_attribute("value") == "6"


def test_reload_brings_it_back_and_says_so(form):
    form.reload()
    is_back(form)


def test_points_are_restored_with_their_rows(form):
    for number in range(4):
        form.locator(f"#id_needling-{number}-where").fill("LI4")
    form.reload()
    expect(form.locator("#id_needling-3-where")).to_have_value("LI4")


def test_it_can_be_discarded(form):
    form.reload()
    form.get_by_role("button", name="Discard").click()
    expect(form.get_by_role("textbox", name="Note")).to_have_value("")
    assert form.evaluate(KEPT) == []


def test_lost_connection_keeps_everything_and_saves_later(form, course):
    form.keyboard.press("Tab")
    form.locator("#id_no_red_flag").check()
    form.locator("#id_is_needled_no").check()
    form.context.set_offline(True)
    form.get_by_role("button", name="Save session").click()
    expect(form.locator("#draft-notice")).to_contain_text("No connection")
    form.context.set_offline(False)
    form.get_by_role("button", name="Save session").click()
    expect(form.get_by_text("Saved.", exact=True)).to_be_visible()
    assert course.sessions.get().note == "slept badly"
    assert form.evaluate(KEPT) == []


def test_second_tab_gets_it_and_the_first_shows_a_notice(form, course):
    second = form.context.new_page()
    second.goto(form.url)
    is_back(second)
    second.get_by_role("textbox", name="Note").fill("slept badly, and dreamt")
    expect(form.locator("#draft-notice")).to_contain_text("another tab")
    second.locator("#id_no_red_flag").check()
    second.locator("#id_is_needled_no").check()
    second.get_by_role("button", name="Save session").click()
    expect(second.get_by_text("Saved.", exact=True)).to_be_visible()
    expect(form.locator("#draft-notice")).to_contain_text("saved or discarded")
    assert course.sessions.get().note == "slept badly, and dreamt"


def test_key_and_content_name_nobody(form, course):
    ((key, content),) = form.evaluate(KEPT)
    patient = course.patient
    for private in (patient.family_name, str(patient.uuid), str(course.uuid), f"/{course.pk}/"):
        assert private not in key + content
    assert str(course.pk) not in key.removeprefix("draft:").split("-")


def test_sign_out_removes_it(form):
    form.get_by_role("button", name="Sign out").click()
    form.wait_for_url("**/accounts/login/**")
    assert form.evaluate(KEPT) == []


def test_a_day_later_it_is_gone(form):
    form.goto("/admin/")
    form.evaluate(
        f"{KEPT}.forEach(([key, text]) => localStorage.setItem(key,"
        " JSON.stringify({...JSON.parse(text), at: Date.now() - 25 * 3600 * 1000})))"
    )
    form.reload()
    assert form.evaluate(KEPT) == []
