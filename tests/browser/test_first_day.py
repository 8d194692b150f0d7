"""The first day of a real clinic, in the United States and in Germany: from the owner's mail to a red flag and a
letter, with every click and every field up to the first needled session counted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from io import BytesIO

import pytest
from django.core.management import call_command
from django.utils import timezone
from playwright.sync_api import Locator, Page, expect
from pypdf import PdfReader

from clinic.models import Clinic, Message
from clinic.outbox.kinds import kind_of
from courses.models import Alert, Letter, Session
from tests.conventions.reading import COUNTRIES, Country, foreign_in, read, stored_words

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.browser]

PASSWORD = "Wood pigeon 7"
MOST_CLICKS, MOST_FIELDS = 22, 30
PATIENTS = (("Ana", "Kingfisher", "1971-02-03"), ("Ben", "Heron", "1960-11-30"), ("Cleo", "Dunlin", "1985-07-14"))


@dataclass
class Hand:
    """Somebody at a page: each thing they press or fill in counts, and each page they see is read."""

    page: Page
    country: Country
    clicks: list[str] = field(default_factory=list)
    fields: list[str] = field(default_factory=list)
    wrong: dict[str, list[str]] = field(default_factory=dict)

    def press(self, what: Locator) -> None:
        """A click that leads on."""
        self.look()
        self.clicks.append(what.first.text_content() or what.first.get_attribute("value") or "?")
        what.first.click()
        self.page.wait_for_load_state()

    def button(self, name: str, **options: bool) -> None:
        self.press(self.page.get_by_role("button", name=name, **options))

    def link(self, name: str, **options: bool) -> None:
        self.press(self.page.get_by_role("link", name=name, **options))

    def fill(self, label: str, value: str, *, within: Locator | None = None) -> None:
        self.fields.append(label)
        (within or self.page).get_by_label(label).first.fill(value)

    def type(self, selector: str, value: str) -> None:
        self.fields.append(selector)
        self.page.locator(selector).first.fill(value)

    def select(self, label: str, value: str) -> None:
        self.fields.append(label)
        self.page.get_by_label(label).first.select_option(value)

    def check(self, what: Locator, name: str) -> None:
        self.fields.append(name)
        what.first.check()

    def look(self) -> None:
        """Read the page as it is now."""
        if foreign := foreign_in(
            read(self.page.content()), self.country, stored=stored_words(Clinic.objects.get())
        ):
            self.wrong.setdefault(self.page.url, []).extend(foreign)


@pytest.mark.parametrize("code", ["US", "DE"])
def test_first_day(page, code):
    """No more clicks and fields than were allowed, and no page with another country's dates."""
    page.set_default_timeout(5000)
    hand = Hand(page, COUNTRIES[code])
    choose_a_password(hand)
    set_up(hand)
    hand.link("Today")
    intake(hand, *PATIENTS[0])
    start_course(hand)
    log(hand, before="6", after="4")
    expect(page.get_by_text("none listed")).to_have_count(0)
    assert len(hand.clicks) <= MOST_CLICKS, hand.clicks
    assert len(hand.fields) <= MOST_FIELDS, hand.fields
    for patient in PATIENTS[1:]:
        hand.link("Today")
        intake(hand, *patient)
        start_course(hand)
        log(hand, before="5", after="4", flag="New swelling in the neck" if patient == PATIENTS[2] else "")
    assert Session.objects.filter(is_needled=True).count() == 3
    answer_the_alert(hand)
    write_the_letter(hand)
    assert not hand.wrong


def choose_a_password(hand):
    country = hand.country
    call_command(
        "create_clinic",
        "Linden Street",
        country=country.code,
        zone=country.zone,
        phone=country.phone,
        manager="you@example.org",
        manager_name="Mona Maple",
    )
    mail = kind_of("staff_invitation").render(Message.objects.get(kind="staff_invitation"))
    [link] = re.findall(r"/accounts/password/reset/key/\S+", mail.text)
    hand.clicks.append("the link in the mail")
    hand.page.goto(link)
    hand.type("[name=password1]", PASSWORD)
    hand.type("[name=password2]", PASSWORD)
    hand.button("Save")
    hand.page.wait_for_url("**/admin/")


def set_up(hand):
    """What patients and needling wait for; the rest of the list can wait."""
    page = hand.page
    hand.link("Confirm the emergency number")
    hand.button(f"Confirm {hand.country.emergency_number}")
    hand.link("Edit my own roles")
    hand.check(page.get_by_label("practitioner"), "practitioner")
    hand.check(page.get_by_label("duty lead"), "duty lead")
    hand.type("[name=licence_number]", "NY-1")
    hand.button("Save", exact=True)
    hand.link("Edit consent text")
    hand.type("[name=retention]", "10 years after the last visit")
    hand.press(page.locator("main form").get_by_role("button").last)
    expect(page.locator("#step-content")).to_be_visible()


def intake(hand, given_name, family_name, born_on):
    page = hand.page
    hand.link("New patient")
    hand.fill("Given name", given_name)
    hand.fill("Family name", family_name)
    hand.fill("Date of birth", born_on)
    hand.button("Save", exact=True)
    hand.fill("Diagnosed by", "Dr. Yew")
    hand.fill("License" if hand.country.code == "US" else "Licence", "GMC 2")
    hand.select("Origin", "structural")
    hand.fill("Examined on", timezone.localdate().isoformat())
    hand.select("Result", "normal")
    hand.button("Save and continue")
    hand.check(page.get_by_role("checkbox", name="Radiculopathy"), "type")
    hand.select("Radiculopathy is", "confirmed")
    hand.button("Save and continue")
    flags = page.get_by_role("group", name="Red flags")
    hand.check(flags.get_by_role("checkbox", name="None of these"), "no red flags")
    hand.check(page.get_by_role("checkbox", name="None of these in any"), "nothing else")
    hand.button("Save and continue")
    hand.check(page.get_by_role("group", name="Treatment").get_by_label("agrees", exact=True), "agrees")
    hand.button("Save and continue")


def start_course(hand):
    hand.link("Start a course")
    hand.link("Intensive")
    hand.button("Start, then book")
    hand.button("Book all of them")


def log(hand, *, before, after, flag=""):
    """A session with the points of the plan."""
    page = hand.page
    hand.link("Log session")
    hand.check(page.get_by_role("group", name="Pain before").get_by_label(before, exact=True), "before")
    hand.check(page.get_by_role("group", name="Pain after").get_by_label(after, exact=True), "after")
    if flag:
        hand.check(page.get_by_label(flag), "red flag")
        hand.check(page.locator("[name=answer_swelling_neck][value=yes]"), "its question")
    else:
        hand.check(page.get_by_role("checkbox", name="None of these"), "no red flags")
    hand.check(page.locator("#id_is_needled_yes"), "needled")
    hand.button("Fill in the plan's")
    hand.type("[name=needles_in]", "9")
    hand.type("[name=needles_out]", "9")
    hand.button("Save session")
    expect(page.get_by_text("Saved.")).to_be_visible()


def answer_the_alert(hand):
    """The page after saving says the number of this country; the alert is acknowledged."""
    page, number = hand.page, hand.country.emergency_number
    expect(page.get_by_role("alert")).to_contain_text("Emergency")
    expect(page.get_by_role("link", name=number).first).to_be_visible()
    hand.look()
    alert = Alert.objects.get(flag_code="swelling_neck")
    page.goto(f"/admin/courses/alert/{alert.pk}/change/")
    hand.button("Acknowledge")
    alert.refresh_from_db()
    assert alert.state == Alert.State.ACKNOWLEDGED


def write_the_letter(hand):
    """On the country's paper, with its dates."""
    page = hand.page
    page.goto(f"/admin/courses/course/{Session.objects.last().course_id}/change/")
    hand.link("Write to the doctor")
    hand.type("[name=addressee]", "Dr. Yew, Yew Lane")
    hand.button("Make the letter")
    hand.look()
    letter = Letter.objects.get()
    pdf = PdfReader(BytesIO(bytes(letter.pdf)))
    assert not foreign_in("\n".join(one.extract_text() for one in pdf.pages), hand.country)
