"""The patient's page on a phone: its length, the taps for a healthy answer, the bytes sent."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone
from playwright.sync_api import Browser, Page, expect

from courses.models import CheckIn, PainScore, RedFlagReport
from courses.reminders.links import check_in_path
from tests.factories import log_run

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

BYTES = 60_000
# It was 3,100 with every sign open.
HEIGHT = 1_600
TAPS = 3


@pytest.fixture
def url(live_server, course, practitioner, settings) -> str:
    """The address of a waiting check-in."""
    settings.ALLOWED_HOSTS = ["*"]
    log_run(course, [(6, 5), (5, 4)], until=timezone.now() - timedelta(days=1))
    check_in = CheckIn.objects.filter(kind="day1").latest("pk")
    return f"{live_server.url}{check_in_path(check_in)}"


@pytest.fixture(params=[True, False], ids=["script", "no script"])
def phone(request, browser: Browser) -> Iterator[Page]:
    """A phone, with and without script."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, java_script_enabled=request.param)
    yield context.new_page()
    context.close()


def test_is_short_small_and_answered_in_three_taps(phone, url, record_property):
    answer = phone.goto(url)
    n_bytes = len(answer.body())
    height = phone.locator("html").bounding_box()["height"]
    shut = phone.locator("form.check-in").bounding_box()["height"]
    phone.locator("input[name=score][value='2']").check()
    phone.get_by_label("None of these", exact=True).check()
    phone.get_by_role("button", name="Send").click()
    expect(phone.get_by_role("heading", name="Thank you")).to_be_visible()
    print(f"\n{n_bytes:,} bytes, page {height:.0f} px, form {shut:.0f} px at 390 px, {TAPS} taps")
    record_property("page", f"{n_bytes} bytes, {height:.0f} px")
    assert n_bytes < BYTES
    assert height < HEIGHT
    assert PainScore.objects.filter(check_in__isnull=False).count() == 1
    assert not RedFlagReport.objects.exists()


def test_high_score_asks_its_question_at_once(phone, url):
    phone.goto(url)
    question = phone.locator("form.check-in > .severe")
    expect(question).to_be_hidden()
    phone.locator("input[name=score][value='9']").check()
    expect(question).to_be_visible()
    question.get_by_label("No, it is my usual pain").check()
    phone.get_by_label("None of these", exact=True).check()
    phone.get_by_role("button", name="Send").click()
    expect(phone.get_by_role("heading", name="Thank you").or_(phone.locator(".emergency"))).to_be_visible()
    assert RedFlagReport.objects.get().answer == "usual"


def test_sign_opens_its_own_question_alone(phone, url):
    phone.goto(url)
    phone.get_by_text("Swelling, bleeding, a burn").click()
    more = phone.locator(".sign", has_text="New swelling in the neck").locator(".sign-more")
    expect(more).to_be_hidden()
    phone.get_by_label("New swelling in the neck").check()
    expect(more).to_be_visible()


@pytest.mark.parametrize("width", [390, 820, 1440])
def test_can_be_used_by_everybody(browser, url, width):
    """The form, the second page, an emergency, the thanks."""
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    for values in (
        [],
        ["input[name=score][value='9']"],
        ["input[name=score][value='3']", "input[name=flag_mood]"],
    ):
        page.goto(url + "?again=1")
        page.locator("details").evaluate_all("all => all.forEach(one => { one.open = true; })")
        for one in values:
            page.locator(one).check()
        if values:
            page.get_by_role("button", name="Send").click()
            page.locator("h1").first.wait_for()
        found = Axe().run(page, options={"runOnly": ["wcag2a", "wcag2aa"]})
        assert not found.response["violations"], found.generate_report()
        assert page.evaluate("document.documentElement.scrollWidth") <= width
    expect(page.locator(".emergency")).to_contain_text("TelefonSeelsorge")
    context.close()
