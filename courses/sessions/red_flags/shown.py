"""Which version of each red flag a form showed: what is answered is reported under the words that were read."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping

from django.db import DatabaseError
from django.db.models import Q

from courses.models import RedFlag

# The hidden field of every form with red flags.
ASKED = "asked_flags"
ONE = re.compile(r"([a-z0-9_-]{1,40})\.([0-9]{1,4})")


def asked_words(flags: Iterable[RedFlag]) -> str:
    """The versions of some flags, for a form to carry."""
    return " ".join(f"{flag.code}.{flag.version}" for flag in flags)


def asked_versions(text: str) -> dict[str, int]:
    """What a form carries, by code; what cannot be read is left out."""
    found = (ONE.fullmatch(part) for part in text[:4000].split())
    return {one[1]: int(one[2]) for one in found if one}


def as_shown(flags: Iterable[RedFlag], text: str) -> tuple[list[RedFlag], Mapping[str, RedFlag]]:
    """Each flag in the version that the form showed, and those in force that are another version by now.

    A version that the clinic never had, or that cannot be read now, counts as the one in force.
    """
    current = list(flags)
    asked = asked_versions(text)
    other = {
        flag.code: asked[flag.code]
        for flag in current
        if flag.clinic_id and asked.get(flag.code, flag.version) != flag.version
    }
    if not other:
        return current, {}
    shown = _versions(current[0].clinic_id, other)
    return (
        [shown.get(flag.code, flag) for flag in current],
        {flag.code: flag for flag in current if flag.code in shown},
    )


def _versions(clinic_id: int, wanted: Mapping[str, int]) -> dict[str, RedFlag]:
    ways = Q()
    for code, version in wanted.items():
        ways |= Q(code=code, version=version)
    try:
        return {flag.code: flag for flag in RedFlag.objects.filter(ways, clinic_id=clinic_id)}
    except DatabaseError:
        return {}
