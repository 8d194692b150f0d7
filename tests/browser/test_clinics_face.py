"""Logo and sender address as a manager sets them up, and the logo as a patient's browser loads it."""

from __future__ import annotations

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.utils import timezone

from courses.models import CheckIn
from courses.reminders.links import check_in_path
from tests.dns_server import DnsServer
from tests.factories import log_visit
from tests.pictures import picture

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]
RULES = {"runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]}


def violations(page) -> list[str]:
    return [one["id"] for one in Axe().run(page, options=RULES).response["violations"]]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_logo_and_sender_are_set_up(sign_in, manager, course, settings, tmp_path, scheme):
    (tmp_path / "logo.png").write_bytes(picture())
    page = sign_in(manager)
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto("/admin/clinic/clinic/logo/")
    page.set_input_files("input[type=file]", tmp_path / "logo.png")
    page.get_by_role("button", name="Save logo").click()
    page.wait_for_load_state("load")
    shown = page.get_by_alt_text("Current logo")
    assert shown.evaluate("one => one.complete && one.naturalWidth") == 300
    found = violations(page)
    with DnsServer() as server:
        settings.DNS_SERVERS, settings.DNS_SECONDS = [server.address], 30
        page.goto("/admin/clinic/clinic/sender/")
        page.get_by_label("Your own sender address").fill("desk@linden.example")
        page.get_by_role("button", name="Save address").click()
        page.get_by_role("button", name="Check records now").click()
        page.get_by_text("records could not be confirmed").wait_for()
    found += violations(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    assert found == []


def test_a_patients_browser_loads_the_logo(sign_in, manager, course, tmp_path):
    test_logo = tmp_path / "logo.png"
    test_logo.write_bytes(picture())
    page = sign_in(manager)
    page.goto("/admin/clinic/clinic/logo/")
    page.set_input_files("input[type=file]", test_logo)
    page.get_by_role("button", name="Save logo").click()
    page.wait_for_load_state("load")
    log_visit(course, timezone.now())
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text))
    page.goto(check_in_path(CheckIn.objects.filter(kind="day1").latest("pk")))
    assert page.locator(".page-logo").evaluate("one => one.complete && one.naturalWidth") == 300
    assert [one for one in said if "Content Security Policy" in one] == []
    assert violations(page) == []
