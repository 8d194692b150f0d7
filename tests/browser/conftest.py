"""A real Chromium on the live site; any error that it reports about the page fails the test."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, expect, sync_playwright

from clinic.models import Membership
from tests.processes import Worker, environment, own_broker

# A busy machine is no error of the page.
expect.set_options(timeout=20_000)
FLAGS = [
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One Chromium for the tests of a file: until it is closed, Playwright's loop runs in this thread."""
    path = os.environ.get("CHROMIUM") or "/usr/bin/chromium"
    with pytest.MonkeyPatch.context() as patch, sync_playwright() as playwright:
        # Django's guard against queries inside a loop would stop the fixtures.
        patch.setenv("DJANGO_ALLOW_ASYNC_UNSAFE", "true")
        running = playwright.chromium.launch(executable_path=path, args=FLAGS)
        yield running
        running.close()


@pytest.fixture
def page(browser: Browser, live_server, settings) -> Iterator[Page]:
    """A fresh page; a content-security violation or a script error fails the test."""
    settings.BASE_URL = live_server.url
    settings.CSRF_TRUSTED_ORIGINS = [live_server.url]
    complaints: list[str] = []
    context = browser.new_context(base_url=live_server.url, viewport={"width": 1440, "height": 900})
    fresh = context.new_page()
    fresh.on("console", lambda message: complaints.extend(_complaints(fresh.url, message)))
    fresh.on("pageerror", lambda error: complaints.append(str(error)))
    fresh.complaints = complaints  # type: ignore[attr-defined]
    yield fresh
    context.close()
    assert not complaints, "\n".join(complaints)


@pytest.fixture
def sign_in(page: Page) -> Callable[[Membership], Page]:
    """Sign somebody in through the form."""

    def through_the_form(member: Membership) -> Page:
        member.user.set_password("a password of the tests")
        member.user.save()
        page.goto("/accounts/login/")
        page.get_by_label("Username").fill(member.user.username)
        page.get_by_label("Password").fill("a password of the tests")
        page.get_by_role("button", name="Sign in").click()
        page.wait_for_url("**/admin/")
        return page

    return through_the_form


@pytest.fixture
def worker(live_server, smtp) -> Iterator[Worker]:
    """A worker whose mail links to the live site."""
    with own_broker() as broker_url:
        running = Worker(environment(smtp, broker_url, live_server.url))
        try:
            yield running
        finally:
            running.stop()


def _complaints(url: str, message: ConsoleMessage) -> list[str]:
    # A form answered with 422 says what is missing, with 409 that somebody else was faster.
    is_complaint = message.type == "error" and "422" not in message.text and "409" not in message.text
    return [f"{url}: {message.text}"] if is_complaint else []
