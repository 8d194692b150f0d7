"""Two-factor sign-in in Chromium: an authenticator app, and a passkey of a virtual authenticator."""

from __future__ import annotations

import time
from datetime import timedelta

import pytest
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value
from axe_playwright_python.sync_playwright import Axe
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

PASSWORD = "Wood pigeon 7"
AUTHENTICATOR = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture(autouse=True)
def overdue(manager, settings):
    """A manager whose grace days are over."""
    reverse("demo-mail")  # the addresses of a demo are made when addresses are first resolved
    settings.DEMO = False
    manager.user.two_factor_asked_at = timezone.now() - timedelta(days=100)
    manager.user.set_password(PASSWORD)
    manager.user.save()


def give_password(page):
    page.goto("/accounts/login/")
    page.get_by_label("Username").fill("manager")
    page.get_by_label("Password").fill(PASSWORD)
    page.get_by_role("button", name="Sign in", exact=True).click()


def sign_out(page):
    page.goto("/accounts/logout/")
    page.get_by_role("button", name="Sign out").click()


def code_of(secret: str, *, steps: int = 0) -> str:
    return format_hotp_value(hotp_value(secret, int(time.time()) // 30 + steps))


def accessible(page):
    found = Axe().run(page).response["violations"]
    assert found == [], [(one["id"], one["nodes"][0]["html"]) for one in found]
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_app_is_set_up_at_sign_in_and_asked_for_afterwards(page):
    give_password(page)
    page.wait_for_url("**/two-factor/needed/**")
    accessible(page)
    page.get_by_role("link", name="Use an authenticator app").click()
    secret = page.locator("code.secret").text_content().strip()
    accessible(page)
    page.get_by_label("Code from the app").fill(code_of(secret, steps=-1))
    page.get_by_role("button", name="Add app").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    accessible(page)
    recovery = page.locator(".codes code").first.text_content()
    page.get_by_role("link", name="I have saved them: continue").click()
    page.wait_for_url("**/admin/")
    sign_out(page)
    give_password(page)
    expect(page.get_by_role("heading", name="Second step")).to_be_visible()
    accessible(page)
    page.get_by_label("Code").fill(code_of(secret))
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/admin/")
    sign_out(page)
    give_password(page)
    page.get_by_label("Code").fill(recovery)
    page.get_by_role("button", name="Sign in").click()
    page.wait_for_url("**/admin/")


def test_passkey_is_added_and_signs_in(page):
    tools = page.context.new_cdp_session(page)
    tools.send("WebAuthn.enable")
    tools.send("WebAuthn.addVirtualAuthenticator", {"options": AUTHENTICATOR})
    give_password(page)
    page.wait_for_url("**/two-factor/needed/**")
    page.get_by_role("link", name="Use a passkey").click()
    accessible(page)
    page.get_by_label("Sign in without a password").check()
    page.get_by_role("button", name="Add passkey").click()
    expect(page.get_by_role("heading", name="Recovery codes")).to_be_visible()
    page.get_by_role("link", name="I have saved them: continue").click()
    page.wait_for_url("**/admin/")
    sign_out(page)
    give_password(page)
    page.get_by_role("button", name="Use a passkey").click()
    page.wait_for_url("**/admin/")
    sign_out(page)
    page.goto("/accounts/login/")
    page.get_by_role("button", name="Sign in with a passkey").click()
    page.wait_for_url("**/admin/")
    page.goto("/accounts/")
    accessible(page)
    page.get_by_role("link", name="Manage passkeys").click()
    accessible(page)
    assert Authenticator.objects.filter(type="webauthn").count() == 1
