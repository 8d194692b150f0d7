"""Signed links in patients' mail: to a check-in or to unsubscribe. Each is for one thing and one patient.

The link of a check-in carries what its page needs while the database is down: the clinic's name and the numbers to
call, the language. Nothing about the patient.
"""

from __future__ import annotations

import zoneinfo
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any, ClassVar

from django.conf import settings
from django.core import signing
from django.urls import reverse

from clinic.country.countries import ANYWHERE
from clinic.country.phones import dialled
from clinic.models import Clinic
from clinic.models.clinic import site_name
from courses.models import CheckIn
from patients.models import Consent, Patient

CHECK_IN_SALT = "check-in"
UNSUBSCRIBE_SALT = "unsubscribe"
USUAL_WORDING = str(Clinic._meta.get_field("emergency_wording").default)


class BadLink(Exception):
    """Not a link of ours."""


@dataclass(frozen=True)
class ClinicFacts:
    """The clinic's data on a patient's page."""

    slug: str = ""
    name: str = ""
    phone: str = ""
    emergency_number: str = ANYWHERE
    emergency_wording: str = USUAL_WORDING
    country: str = ""
    zone: str = "UTC"
    clock_hours: int | None = None
    # A patient's page has no calendar and is not printed.
    first_weekday: ClassVar[None] = None
    paper: ClassVar[str] = ""
    # Not in the link: a page that is made without the database goes without them.
    address: str = ""
    website: str = ""
    logo_path: str = ""

    def __str__(self) -> str:
        return self.name

    @property
    def phone_dial(self) -> str:
        """The clinic's number as a phone dials it."""
        return dialled(self.phone)

    @property
    def website_words(self) -> str:
        """The website as people read it."""
        return site_name(self.website)

    @property
    def emergency_dial(self) -> str:
        """The emergency number as a phone dials it."""
        return dialled(self.emergency_number)

    @property
    def zone_info(self) -> zoneinfo.ZoneInfo:
        """The clinic's time zone."""
        return zoneinfo.ZoneInfo(self.zone)


@dataclass(frozen=True)
class CheckInLink:
    """The data in a link; no clinic in links from before they carried one."""

    uuid: str
    language: str
    clinic: ClinicFacts | None = None
    is_test: bool = False


_FACTS = [one.name for one in fields(ClinicFacts)]


def facts_of(clinic: Clinic) -> ClinicFacts:
    """A clinic's data for its patients' pages."""
    return ClinicFacts(**{name: getattr(clinic, name) for name in _FACTS})


def check_in_path(check_in: CheckIn) -> str:
    """The path of a check-in page."""
    carried = {
        "c": str(check_in.uuid),
        "l": check_in.session.course.patient.language,
        **({"t": "1"} if check_in.session.course.patient.is_training else {}),
        **{letter: value for letter, value in _carried(facts_of(check_in.clinic)).items() if value},
    }
    return reverse("check-in", args=[signing.dumps(carried, salt=CHECK_IN_SALT, compress=True)])


def open_check_in(token: str) -> CheckInLink:
    """The data in a link, without the database; BadLink for any other link."""
    try:
        found = signing.loads(token, salt=CHECK_IN_SALT)
    except (signing.BadSignature, ValueError) as error:
        raise BadLink from error
    if isinstance(found, str):
        return CheckInLink(found, settings.LANGUAGE_CODE)
    if not isinstance(found, dict) or "c" not in found:
        raise BadLink
    return CheckInLink(found["c"], found.get("l") or settings.LANGUAGE_CODE, _facts(found), "t" in found)


def row_of_link(link: CheckInLink) -> CheckIn:
    """The check-in of a link, open or not, void or not: its patient may report a red flag."""
    rows = CheckIn.every.select_related(
        "clinic", "session__course__patient", "session__course__clinic", "session__clinic"
    )
    try:
        return rows.get(uuid=link.uuid)
    except (ValueError, CheckIn.DoesNotExist) as error:
        raise BadLink from error


def unsubscribe_path(patient: Patient, stream: Consent.Stream) -> str:
    """The path to unsubscribe from one stream of mail."""
    return reverse("unsubscribe", args=[signing.dumps([str(patient.uuid), stream], salt=UNSUBSCRIBE_SALT)])


def read_unsubscribe(token: str) -> tuple[Patient, Consent.Stream]:
    """The patient and the stream of a link; BadLink for any other link."""
    try:
        uuid, stream = signing.loads(token, salt=UNSUBSCRIBE_SALT)
        return Patient.objects.select_related("clinic").get(uuid=uuid), Consent.Stream(stream)
    except (signing.BadSignature, ValueError, Patient.DoesNotExist) as error:
        raise BadLink from error


def _carried(facts: ClinicFacts) -> dict[str, str]:
    """Short names, so that no mail program breaks the link."""
    return {
        "k": facts.slug,
        "n": facts.name,
        "p": facts.phone,
        "e": facts.emergency_number,
        "w": "" if facts.emergency_wording == USUAL_WORDING else facts.emergency_wording,
        "r": facts.country,
        "z": facts.zone,
        "h": str(facts.clock_hours or ""),
    }


def _facts(found: Mapping[str, Any]) -> ClinicFacts:
    return ClinicFacts(
        slug=found.get("k", ""),
        name=found.get("n", ""),
        phone=found.get("p", ""),
        emergency_number=found.get("e") or ANYWHERE,
        emergency_wording=found.get("w") or USUAL_WORDING,
        country=found.get("r", ""),
        zone=found.get("z") or "UTC",
        clock_hours=int(found["h"]) if found.get("h") else None,
    )
