"""The page of the sender address: what it says to enter, and what it says of each record."""

from __future__ import annotations

import time

import pytest
from bs4 import BeautifulSoup

from clinic.models import ClinicSender
from clinic.sender.verifying import enter_address, own_sender

pytestmark = pytest.mark.django_db
PAGE, CHECK = "/admin/clinic/clinic/sender/", "/admin/clinic/clinic/sender/check/"


def words(response) -> str:
    return BeautifulSoup(response.content, "html.parser").select_one("#content").get_text(" ", strip=True)


@pytest.fixture
def browser(signed_in, manager, name_server):
    return signed_in(manager)


def test_says_from_whom_emails_come(browser, clinic):
    said = words(browser.get(PAGE))
    assert said.count("Linden <mail@host.example>") == 3
    assert "DNS records" not in said


def test_a_saved_address_is_not_used_and_says_what_to_enter(browser, clinic):
    said = words(browser.post(PAGE, {"address": "desk@linden.example"}, follow=True))
    sender = own_sender(clinic)
    assert "desk@linden.example is not used yet." in said
    assert "Emails to patients are sent from Linden <mail@host.example>" in said
    for record in (
        f"TXT Name _healing-curve.linden.example Value healing-curve-verify={sender.token}",
        "TXT Name linden.example Value v=spf1 include:host.example ~all",
        "CNAME Name hc1._domainkey.linden.example Value hc1._domainkey.host.example.",
        "TXT Name _dmarc.linden.example Value v=DMARC1; p=none",
    ):
        assert record in said
    assert said.count("Not checked yet") == 4


def test_the_button_says_record_by_record_what_is_missing(browser, sender, publish, name_server):
    publish(sender)
    name_server.txt["linden.example"] = ["v=spf1 mx -all"]
    name_server.txt.pop("_healing-curve.linden.example")
    response = browser.post(CHECK, follow=True)
    said = words(response)
    assert "2 of 4 records could not be confirmed." in response.content.decode()
    assert said.count("Missing: no such record was found.") == 1
    assert "Add the “include:” part." in said
    assert "Found now v=spf1 mx -all" in said


def test_once_all_are_there_it_is_used_and_says_since_when(browser, sender, publish, clinic):
    publish(sender)
    said = words(browser.post(CHECK, follow=True))
    assert own_sender(clinic).is_in_use
    assert "Emails to patients are sent from Linden <desk@linden.example>" in said
    assert "desk@linden.example was verified on" in said
    assert "Emails to staff are always sent from Linden <mail@host.example>" in said


def test_what_a_record_holds_is_shown_as_text(browser, sender, name_server):
    name_server.txt["_healing-curve.linden.example"] = ["<script>alert(1)</script>"]
    page = browser.post(CHECK, follow=True).content.decode()
    assert "&lt;script&gt;alert(1)" in page


def test_frozen_name_servers_do_not_hold_the_page(browser, sender, name_server, settings):
    name_server.is_frozen, settings.DNS_SECONDS = True, 1
    began = time.monotonic()
    said = words(browser.post(CHECK, follow=True))
    assert time.monotonic() - began < 8
    assert said.count("the name server did not answer in time") == 4


def test_a_second_press_waits(browser, sender):
    browser.post(CHECK)
    assert "Wait 10 seconds" in browser.post(CHECK, follow=True).content.decode()


@pytest.mark.parametrize("address", ["linden", "desk@gmail.com", "x" * 300 + "@linden.example"])
def test_a_refused_address_is_shown_as_typed(browser, clinic, address):
    response = browser.post(PAGE, {"address": address})
    assert response.status_code == 422
    assert f'value="{address}"' in response.content.decode()
    assert own_sender(clinic) is None


def test_what_a_colleague_entered_meanwhile_is_not_overwritten(browser, clinic, lead, at):
    opened = BeautifulSoup(browser.get(PAGE).content, "html.parser").select_one("input[name=opened]")["value"]
    enter_address(clinic, "info@ash.example", by=lead, at=at)
    response = browser.post(PAGE, {"address": "desk@linden.example", "opened": opened})
    assert response.status_code == 422
    assert "info@ash.example" in words(response)
    assert ClinicSender.objects.for_clinic(clinic).get().address == "info@ash.example"


def test_an_emptied_field_goes_back_to_the_installations_address(browser, sender, clinic):
    browser.post(PAGE, {"address": ""})
    assert own_sender(clinic) is None


def test_checking_is_a_press_of_the_button_alone(browser, sender, clinic, name_server):
    name_server.asked.clear()
    assert browser.get(CHECK).status_code == 302
    assert name_server.asked == []
