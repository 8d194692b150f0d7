"""Invented people with obviously invented names, and addresses at example.org, which reach nobody."""

from __future__ import annotations

GIVEN = [
    "Ada",
    "Bela",
    "Carlo",
    "Dilek",
    "Emil",
    "Fatma",
    "Goran",
    "Hanna",
    "Ivo",
    "Jana",
    "Kofi",
    "Lena",
    "Milo",
    "Nadia",
    "Otto",
    "Petra",
    "Quirin",
    "Rosa",
    "Samir",
    "Tilda",
    "Ugo",
    "Vera",
    "Wim",
    "Xenia",
    "Yara",
    "Zeno",
    "Anouk",
    "Bo",
    "Celia",
    "Dario",
    "Elin",
    "Fedor",
    "Greta",
    "Hugo",
    "Ines",
    "Joris",
    "Kaja",
    "Leon",
    "Mira",
    "Noor",
]
FAMILY = [
    "Amsel",
    "Birke",
    "Curlew",
    "Dunlin",
    "Elmtree",
    "Finch",
    "Goldcrest",
    "Heron",
    "Ibis",
    "Jackdaw",
    "Kestrel",
    "Linden",
    "Magpie",
    "Nightjar",
    "Osprey",
    "Plover",
    "Quail",
    "Robin",
    "Swallow",
    "Teal",
    "Umbrellabird",
    "Vireo",
    "Wagtail",
    "Xenops",
    "Yewtree",
    "Zander",
    "Alder",
    "Bunting",
    "Crane",
    "Dotterel",
]


def name(number: int) -> tuple[str, str]:
    """Given and family name of the invented person with a number; 1,200 different ones."""
    # The lists have 40 and 30 names: steps of 1 and 7 repeat a pair only after all pairs were used.
    return GIVEN[number % len(GIVEN)], FAMILY[(number * 7 + number // len(GIVEN)) % len(FAMILY)]


def phone(number: int) -> str:
    """A number from the range reserved for fiction."""
    return f"+44 1632 96{number % 10_000:04d}"


def email(number: int) -> str:
    """An address that reaches nobody."""
    given, family = name(number)
    return f"{given}.{family}.{number}@example.org".lower()
