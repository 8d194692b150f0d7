"""An invited person opens the link in the mail in Chromium, chooses a password and signs in."""

from __future__ import annotations

import re

import pytest
from django.core.management import call_command
from playwright.sync_api import expect

from clinic.models import Clinic, Message
from clinic.people.account_mails import invitation_mail

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

PASSWORD = "Wood pigeon 7"


def test_first_manager_of_a_new_clinic_gets_in(page):
    call_command("create_clinic", "Linden Street", zone="Europe/London", manager="you@example.org")
    mail = invitation_mail.render(Message.objects.get(kind="staff_invitation"))
    [link] = re.findall(r"/accounts/password/reset/key/\S+", mail.text)
    page.goto(link)
    page.locator("[name=password1]").fill(PASSWORD)
    page.locator("[name=password2]").fill(PASSWORD)
    page.get_by_role("button", name="Save").click()
    page.wait_for_url("**/admin/")
    expect(page.get_by_text(Clinic.objects.get().name).first).to_be_visible()
