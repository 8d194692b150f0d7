"""All shipped content signed off by one lead, on one page, by keyboard, in under 15 minutes.

How the time is counted: a key takes 0.28 s (average typist of the keystroke-level model; Card, Moran, Newell
1980), a group one decision of 1.35 s. Reading is counted at 4 s a row, as for somebody who knows the content
and checks.
Also printed is a first reading of every word at 238 a minute (Brysbaert 2019), which takes longer.
"""

from __future__ import annotations

import re
from io import BytesIO

import pytest
from axe_playwright_python.sync_playwright import Axe
from pypdf import PdfReader

from clinic.models import SignOffEvent
from clinic.signing.content import kinds
from clinic.signing.ledger import states_of

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGE = "/admin/clinic/signoffevent/"
KEY_SECONDS, DECISION_SECONDS, ROW_SECONDS = 0.28, 1.35, 4.0
WORDS_A_MINUTE = 238
LIMIT_SECONDS = 15 * 60


class Keyboard:
    """Presses keys and counts them."""

    def __init__(self, page) -> None:
        self.page, self.n = page, 0

    def press(self, key: str) -> None:
        self.page.keyboard.press(key)
        self.n += 1

    def focused(self) -> str:
        return self.page.evaluate(
            "() => { const one = document.activeElement; return one.name || one.className || one.tagName; }"
        )

    def tab_to(self, name: str) -> None:
        for _press in range(12):
            self.press("Tab")
            if name in self.focused():
                return
        raise AssertionError(f"{name} is not near: {self.focused()}")


@pytest.fixture
def waiting(clinic):
    def count() -> int:
        return sum(one.needs for kind in kinds() for one in states_of(clinic, kind))

    return count


def test_one_lead_signs_all_shipped_content_by_keyboard_in_under_15_minutes(sign_in, lead, waiting, capsys):
    n_rows = waiting()
    page = sign_in(lead)
    page.goto(PAGE)
    n_groups = page.locator("input[name=group]").count()
    n_words = len(re.findall(r"\w+", " ".join(page.locator(".sign-off-item .what").all_inner_texts())))
    # Where a lead comes in: the first group's head.
    page.locator("input[name=group]").first.focus()
    keys = Keyboard(page)
    for number in range(n_groups):
        keys.press("Space")
        if number < n_groups - 1:
            keys.tab_to("next-group")
            keys.press("Enter")
            keys.tab_to("group")
            while "next-group" in keys.focused():
                keys.press("Enter")
                keys.tab_to("group")
    page.locator("input[name=group]").last.focus()
    keys.tab_to("next-group")
    keys.press("Enter")
    keys.tab_to("comment")
    page.keyboard.type("Read in full")
    keys.n += len("Read in full")
    keys.press("Enter")
    page.get_by_text(f"{n_rows} items signed off.").wait_for()
    assert waiting() == 0
    assert SignOffEvent.objects.filter(action="signed", by=lead, comment="Read in full").count() == n_rows
    handling = keys.n * KEY_SECONDS + n_groups * DECISION_SECONDS
    seconds = handling + n_rows * ROW_SECONDS
    with capsys.disabled():
        print(
            f"\nsign-off of {n_rows} rows in {n_groups} groups: {keys.n} keys, {handling:.0f} s of handling, "
            f"{seconds / 60:.1f} min with {ROW_SECONDS:g} s a row; first reading of {n_words} words "
            f"at {WORDS_A_MINUTE} a minute: {(handling + 60 * n_words / WORDS_A_MINUTE) / 60:.1f} min"
        )
    assert keys.n <= 120
    assert seconds < LIMIT_SECONDS


def test_a_group_tick_ticks_its_rows_and_one_row_less_unticks_it(sign_in, lead):
    page = sign_in(lead)
    page.goto(PAGE)
    group = page.locator(".sign-off-group").first
    rows = group.locator("input[name=piece]")
    group.locator("input[name=group]").check()
    assert rows.evaluate_all("all => all.every((one) => one.checked)")
    rows.first.uncheck()
    assert not group.locator("input[name=group]").is_checked()


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("width", [1440, 820, 390])
def test_the_page_is_accessible_and_fits(sign_in, lead, width, scheme):
    page = sign_in(lead)
    page.set_viewport_size({"width": width, "height": 900})
    page.emulate_media(color_scheme=scheme)
    page.goto(PAGE)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    found = Axe().run(page)
    assert found.violations_count == 0, found.generate_report()


def test_the_printed_list_has_page_numbers_every_row_and_no_buttons(sign_in, lead):
    page = sign_in(lead)
    page.goto(PAGE)
    page.emulate_media(media="print")
    assert page.locator(".sign-off-item .what").first.is_visible()
    for name in (".group-tools", ".sign-bar", ".links", "#header"):
        assert not page.locator(name).first.is_visible(), name
    pages = PdfReader(BytesIO(page.pdf())).pages
    assert f"1 / {len(pages)}" in pages[0].extract_text()
    assert len(pages) <= 25
