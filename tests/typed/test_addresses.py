"""Every value that a page reads from its address: an invalid one gives a message and breaks no page.

The names a page reads are recorded while it is opened; filters come from the registry of the admin.
"""

from __future__ import annotations

import random
from urllib.parse import quote

import pytest
from bs4 import BeautifulSoup
from django.http import QueryDict
from django.test import Client

from clinic.typed import text
from tests.test_odd_input import filters_of
from tests.test_tenancy import TABLE, _url, cast, rows  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db

ODD = (
    *("2026-02-30", "0001-01-01", "9999", "99999", "①", "-1", "' OR 1=1 --", "\x00x", "\u202ex", "x" * 5000),
    str(2**70),
)
# How many of them each value of each page gets; the same ones in every run.
N_TRIED, SEED = 4, 12
# Bytes that are no text, and one name twice.
RAW = ("{name}=%FF%FE", "{name}=%ED%A0%80", "{name}=%00", "{name}=a&{name}=b")
ROLES = ("lead", "practitioner", "manager", "front_desk")
# Values that change nothing on the page, with the reason.
NOT_SHOWN = {
    "next": "where a sign-in leads; an address of another site is dropped",
    "back": "where a saved form leads; to anywhere else it leads as ever",
    "_to_field": "the stock admin's own, for windows that are never opened here",
    "_popup": "the same",
    "_changelist_filters": "the list one came from; its link back says what it does not understand",
    "_facets": "counts beside filters",
    "_source_model": "the stock admin's own, for windows that are never opened here",
    "is_facets": "counts beside filters",
}


class Noting(QueryDict):
    """An address that records which of its values were read."""

    read: set[str]

    def get(self, key, default=None):
        self.__class__.read.add(key)
        return super().get(key, default)

    def getlist(self, key, default=None):
        self.__class__.read.add(key)
        return super().getlist(key, default)

    def __getitem__(self, key):
        self.__class__.read.add(key)
        return super().__getitem__(key)


@pytest.fixture
def names_read(monkeypatch):
    """The names that were read since the last reset."""
    clean = text._cleaned

    def noting(typed):
        return Noting(clean(typed).urlencode(), mutable=True)

    Noting.read = set()
    monkeypatch.setattr(text, "_cleaned", noting)
    return Noting.read


def queries(name: str) -> list[str]:
    """Odd values for a name, as they appear in an address."""
    return [*(f"{name}={quote(odd)}" for odd in ODD), *(raw.format(name=name) for raw in RAW)]


def means_something(query: str) -> bool:
    """The second column from the right is an order; a value of only invisible characters is none."""
    return query == "o=-1" or query.endswith("=%00")


def says_so(answer, odd: str) -> bool:
    """Whether the page refuses, says that a value was ignored, or shows what it searched for."""
    if answer.status_code in {400, 403, 404, 405, 410}:
        return True
    soup = BeautifulSoup(answer.content.decode(), "html.parser")
    shown = {str(one.get("value", "")) for one in soup.select("input[type=search], input[name=q]")}
    return bool(soup.select(".messagelist li, ul.errorlist li")) or any(one and one in odd for one in shown)


def test_what_an_address_asks_for_and_means_nothing_is_said(cast, rows, smtp, names_read):  # noqa: F811
    broken, silent, n_asked, pages = [], [], 0, set()
    chosen = random.Random(SEED)
    clients = {}
    for role in ROLES:
        clients[role] = Client(raise_request_exception=False)
        clients[role].force_login(cast[role].user, backend="clinic.account.sign_in.MembershipBackend")
    for name, row in TABLE.items():
        role = next((one for one in ROLES if one in row.roles), None)
        if role is None or row.is_public:
            continue
        client, url = clients[role], _url(name, rows)
        names_read.clear()
        first = client.get(url)
        if first.status_code != 200 or "html" not in first["Content-Type"]:
            continue
        read, filters = set(names_read), set(filters_of(name))
        for parameter in sorted((read | filters) - NOT_SHOWN.keys()):
            pages.add((name, parameter))
            # Filters of lists get every odd value in tests/test_odd_input.py; here they get one of each sort.
            for query in chosen.sample(queries(parameter), N_TRIED if parameter in read else 1):
                n_asked += 1
                answer = client.get(f"{url}?{query}", follow=True)
                if answer.status_code >= 500:
                    broken.append((name, query[:60]))
                elif not (means_something(query) or says_so(answer, QueryDict(query).get(parameter, ""))):
                    silent.append((name, query[:40]))
    print(f"{n_asked} addresses, {len(pages)} values of pages")
    assert broken == []
    assert sorted(silent) == []
    assert {
        ("admin:courses_appointment_changelist", "day"),
        ("admin:courses_course_measures", "stage"),
        ("admin:courses_course_end", "status"),
    } <= pages
