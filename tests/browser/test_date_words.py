"""The words beside a date: one table for script and server, and what a form shows while somebody types."""

from __future__ import annotations

import re
import zoneinfo
from datetime import UTC, datetime
from pathlib import Path

import pytest
import time_machine
from bs4 import BeautifulSoup
from django.urls import reverse
from django.utils import timezone
from playwright.sync_api import expect

from clinic.country.conventions import conventions
from clinic.country.date_order import order_in
from clinic.country.region import Region, region_override
from clinic.models import Clinic
from clinic.typed.dates import SAID, DayInput, MomentInput
from clinic.typed.text import without_unseen
from patients.identity.fields import BirthInput
from patients.identity.words import birth_sentences

pytestmark = [pytest.mark.browser]

SCRIPT = Path(__file__).parents[2] / "static" / "js" / "dates.js"
WIDGETS = {one.kind: one for one in (DayInput(), MomentInput(), BirthInput())}
COUNTRIES = ("DE", "US", "")
# Text, kind of field, country ("*": each), day; and the words.
TABLE = [
    ("2026-12-03", "day", "*", "2026-11-29", "Thursday 3 Dec 2026, in 4 days"),
    ("3/12/2026", "day", "DE", "2026-11-29", "Thursday 3 Dec 2026, in 4 days"),
    ("3/12/2026", "day", "US", "2026-11-29", "Thursday 12 Mar 2026, 8 months ago"),
    ("3/12/2026", "day", "", "2026-11-29", ""),
    ("12/13/2026", "day", "US", "2026-11-29", "Sunday 13 Dec 2026, in 2 weeks"),
    ("12/13/2026", "day", "DE", "2026-11-29", ""),
    ("12/13/2026", "day", "", "2026-11-29", "Sunday 13 Dec 2026, in 2 weeks"),
    ("12.13.2026", "day", "", "2026-11-29", "Sunday 13 Dec 2026, in 2 weeks"),
    ("3.12.2026", "day", "*", "2026-11-29", "Thursday 3 Dec 2026, in 4 days"),
    ("3-3-2026", "day", "*", "2026-11-29", "Tuesday 3 Mar 2026, 8 months ago"),
    ("Thu, 3rd December 2026", "day", "*", "2026-11-29", "Thursday 3 Dec 2026, in 4 days"),
    ("3 Dec 2026 (Thursday)", "day", "*", "2026-11-29", "Thursday 3 Dec 2026, in 4 days"),
    ("Thurs. 2026-12-03", "day", "*", "2026-11-29", "Thursday 3 Dec 2026, in 4 days"),
    ("Mon 3 Dec 2026", "day", "*", "2026-11-29", ""),
    ("Foo 3 Dec 2026", "day", "*", "2026-11-29", ""),
    ("Thu 3 Dec 2026 14:30", "moment", "*", "2026-11-29", "Thursday 3 Dec 2026, 14:30, in 4 days"),
    ("Mon 3 Dec 2026 14:30", "moment", "*", "2026-11-29", ""),
    ("Sept 5, 2026", "day", "*", "2026-09-06", "Saturday 5 Sep 2026, yesterday"),
    ("２０２６年９月５日", "day", "*", "2026-09-05", "Saturday 5 Sep 2026, today"),
    ("٢٠٢٦-٠٩-٠٥", "day", "*", "2026-09-04", "Saturday 5 Sep 2026, tomorrow"),
    ("2026\u200b-12-03", "day", "*", "2026-11-29", "Thursday 3 Dec 2026, in 4 days"),
    ("2026-12-13", "day", "*", "2026-11-30", "Sunday 13 Dec 2026, in 13 days"),
    ("2026-01-31", "day", "*", "2026-04-02", "Saturday 31 Jan 2026, 2 months ago"),
    ("2024-02-29", "day", "*", "2026-02-28", "Thursday 29 Feb 2024, 23 months ago"),
    ("2024-02-29", "day", "*", "2026-03-01", "Thursday 29 Feb 2024, 2 years ago"),
    ("2026-02-30", "day", "*", "2026-11-29", ""),
    ("①.12.2026", "day", "*", "2026-11-29", ""),
    ("0202-12-03", "day", "*", "2026-11-29", ""),
    ("3 Foo 2026", "day", "*", "2026-11-29", ""),
    ("2026-12-03T14:30", "moment", "*", "2026-11-29", "Thursday 3 Dec 2026, 14:30, in 4 days"),
    ("3/12/2026 2:30 pm", "moment", "DE", "2026-11-29", "Thursday 3 Dec 2026, 14:30, in 4 days"),
    ("3/12/2026, 9.05", "moment", "US", "2026-11-29", "Thursday 12 Mar 2026, 09:05, 8 months ago"),
    ("3 Dec 2026 12:00 a.m.", "moment", "*", "2026-11-29", "Thursday 3 Dec 2026, 00:00, in 4 days"),
    ("2026-12-03", "moment", "*", "2026-11-29", ""),
    ("2026-12-03 25:00", "moment", "*", "2026-11-29", ""),
    ("3/12/1980", "birth", "DE", "2026-11-29", "born 3 Dec 1980 (45)"),
    ("3/12/1980", "birth", "US", "2026-11-29", "born 12 Mar 1980 (46)"),
    ("3/12/1980", "birth", "", "2026-11-29", ""),
    ("12 31 1980", "birth", "", "2026-11-29", "born 31 Dec 1980 (45)"),
    ("19801203", "birth", "*", "2026-12-03", "born 3 Dec 1980 (46)"),
    ("3. März 1980", "birth", "*", "2026-11-29", "born 3 Mar 1980 (46)"),
    ("29 feb 2024", "birth", "*", "2026-02-28", "born 29 Feb 2024 (1)"),
    ("1950", "birth", "*", "2026-11-29", "born 1950 (75 or 76)"),
    ("2026", "birth", "*", "2026-11-29", "born 2026 (0)"),
    (" Unknown ", "birth", "*", "2026-11-29", "birth date unknown"),
    ("1899", "birth", "*", "2026-11-29", ""),
    ("2027", "birth", "*", "2026-11-29", ""),
    ("30 Nov 2026", "birth", "*", "2026-11-29", ""),
]


def by_server(typed: str, kind: str, country: str, today: str) -> str:
    """The words in the returned form."""
    noon = datetime.fromisoformat(today).replace(hour=12, tzinfo=UTC)
    with (
        time_machine.travel(noon, tick=False),
        timezone.override(zoneinfo.ZoneInfo("UTC")),
        region_override(Region(country=country)),
    ):
        return str(WIDGETS[kind].get_context("on", without_unseen(typed), {})["widget"]["said"])


def cases() -> list[tuple[str, str, str, str]]:
    """The table, and each of its texts in every kind of field and country, on each of its days."""
    texts = sorted({row[0] for row in TABLE} | {f"{row[0]} 9:15" for row in TABLE} | {"", " ", "x" * 500, "?"})
    days = sorted({row[3] for row in TABLE})
    return [
        (typed, kind, country, day) for typed in texts for kind in WIDGETS for country in COUNTRIES for day in days
    ]


def format_in(country: str, kind: str) -> str:
    """How a page in this country writes what a field of a kind holds."""
    with region_override(Region(country=country)):
        return conventions().formats[SAID[kind]]


def as_in(words: str, country: str) -> str:
    """The words of the table, which are as in Germany, as another country writes them."""
    if country != "US":
        return words
    words = re.sub(r"(day )?(\d{1,2}) ([A-Z][a-z]{2}) (\d{4})", _month_first, words)
    return re.sub(r"\b(\d{2}):(\d{2})\b", _twelve_hours, words)


def _month_first(found: re.Match[str]) -> str:
    return f"{'day, ' if found[1] else ''}{found[3]} {found[2]}, {found[4]}"


def _twelve_hours(found: re.Match[str]) -> str:
    return f"{int(found[1]) % 12 or 12}:{found[2]} {'AM' if int(found[1]) < 12 else 'PM'}"


@pytest.fixture
def by_script(browser):
    """The words of the script for many texts."""
    page = browser.new_page()
    page.set_content('<html lang="en"></html>')
    page.add_script_tag(content=SCRIPT.read_text(encoding="utf-8"))

    def say(rows: list[tuple[str, str, str, str]]) -> list[str]:
        asked = [
            [
                typed,
                {
                    "kind": kind,
                    "order": order_in(country),
                    "today": day,
                    "sentences": birth_sentences(),
                    "format": format_in(country, kind),
                },
            ]
            for typed, kind, country, day in rows
        ]
        said: list[str] = page.evaluate("(asked) => asked.map((one) => window.dateWords(...one))", asked)
        return said

    yield say
    page.close()


def test_script_and_server_say_what_the_table_says(by_script):
    rows = [
        (typed, kind, country, day, as_in(words, country))
        for typed, kind, place, day, words in TABLE
        for country in (COUNTRIES if place == "*" else (place,))
    ]
    said = by_script([row[:4] for row in rows])
    wrong = [
        (row, server, script)
        for row, script in zip(rows, said, strict=True)
        if not (server := by_server(*row[:4])) == script == row[4]
    ]
    assert wrong == []


def test_script_and_server_agree_on_every_text_in_every_field(by_script):
    rows = cases()
    differs = [
        (row, script, server)
        for row, script in zip(rows, by_script(rows), strict=True)
        if script != (server := by_server(*row))
    ]
    assert differs == []
    assert len(rows) > 3000


def live(page, name: str) -> str:
    """The words beside a field while typing."""
    return page.locator(f".dated:has([name={name}]) .date-said").inner_text()


# In a browser without a date picker, the field takes text.
NO_PICKER = "document.querySelectorAll('.dated input').forEach((one) => { one.type = 'text'; })"
SEND = "(input) => { input.form.noValidate = true; input.form.requestSubmit(); }"


def returned(page, name: str) -> tuple[str, str]:
    """Send a form with something missing; the words of the response itself, and those of the page."""
    with page.expect_response(lambda answer: answer.request.method == "POST") as sent:
        page.locator(f"[name={name}]").evaluate(SEND)
    answer = BeautifulSoup(sent.value.text(), "html.parser")
    page.wait_for_load_state()
    return answer.select_one(f".dated:has([name={name}]) .date-said").get_text(), live(page, name)


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("country", "zone", "born", "written"),
    [
        ("DE", "Europe/Berlin", "born 3 Dec 1980 (", "Monday 9 Mar 2026, "),
        ("US", "America/New_York", "born Mar 12, 1980 (", "Thursday, Sep 3, 2026, "),
        ("", "UTC", "", ""),
    ],
)
def test_words_while_typing_are_those_of_the_returned_form(
    country, zone, born, written, sign_in, practitioner, patient
):
    Clinic.objects.update(country=country, zone=zone)
    page = sign_in(practitioner)
    page.goto("/admin/patients/patient/add/")
    for typed, words in (("3/12/1980", born), ("1950", "born 1950 ("), ("unknown", "birth date unknown")):
        page.locator("[name=born_on]").fill("")
        page.locator("[name=born_on]").press_sequentially(typed)
        said = live(page, "born_on")
        assert said.startswith(words)
        assert bool(said) == bool(words)
        assert returned(page, "born_on") == (said, said)
        expect(page.locator("[name=born_on]")).to_have_value(typed)

    page.goto(reverse("admin:patients_patient_record", args=[patient.pk, "letter"]))
    page.evaluate(NO_PICKER)
    page.locator("[name=written_on]").fill("")
    page.locator("[name=written_on]").press_sequentially("9/3/2026")
    said = live(page, "written_on")
    assert said.startswith(written)
    assert bool(said) == bool(written)
    assert returned(page, "written_on") == (said, said)
    # The browser's own picker, which needs no order.
    picked = page.locator("[name=expires_on]")
    picked.fill("2027-03-09")
    said = live(page, "expires_on")
    assert said.startswith(as_in("Tuesday 9 Mar 2027, ", country))
    assert returned(page, "expires_on") == (said, said)
