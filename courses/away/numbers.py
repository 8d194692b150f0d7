"""The clinic's phone numbers in a cookie, because no page can read them from a database that is down.

A signed cookie with two phone numbers and nothing else. It stays after sign-out: the device is the clinic's.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpRequest, HttpResponse

from clinic.models import Clinic
from courses.checkins.memory import only_one
from courses.reminders.links import ClinicFacts

COOKIE = "clinic_numbers"
SALT = "courses.away.numbers"
AGE = timedelta(days=365)


def carry(request: HttpRequest, response: HttpResponse, clinic: Clinic) -> None:
    """Set the cookie if the browser does not have these numbers yet."""
    numbers = [clinic.emergency_number, clinic.phone]
    if _carried(request) != numbers:
        response.set_cookie(
            COOKIE,
            signing.dumps(numbers, salt=SALT),
            max_age=AGE,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )


def numbers_of(request: HttpRequest) -> ClinicFacts:
    """The numbers in the cookie, otherwise those this process remembers, otherwise one that works everywhere."""
    carried = _carried(request)
    if carried:
        emergency, phone = carried
        return ClinicFacts(emergency_number=emergency, phone=phone)
    known = only_one()
    return known.clinic if known else ClinicFacts()


def _carried(request: HttpRequest) -> list[str]:
    try:
        found: Any = signing.loads(request.COOKIES.get(COOKIE, ""), salt=SALT)
    except signing.BadSignature:
        return []
    return found if isinstance(found, list) and len(found) == 2 else []
