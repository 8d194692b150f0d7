"""What one must know of a patient at the couch: the screening, age, and what forbids aftercare."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from courses.models import AftercareMeasure, Alert, Course
from courses.sessions.aftercare import Measure
from courses.sessions.point_notes import ScreenedItem
from patients.models import Consent, Screening, ScreeningFinding, ScreeningItem
from patients.standing import consents_by_stream

PREGNANCY = "pregnancy"
WEEKS_OF_CAUTION, WEEKS_OF_BLOCK = 20, 30
MODALITIES = (Consent.Stream.ELECTRO, Consent.Stream.MOXA, Consent.Stream.CUPPING)
# Ages the measures know; a proposal that needs clinical sign-off.
UNDER = (2, 12, 14)
ELDERLY_FROM = 75


@dataclass(frozen=True)
class TreatmentFacts:
    """The screening's yeses, in words with their values, and the conditions of aftercare."""

    items: tuple[ScreenedItem, ...]
    conditions: dict[str, str]
    no_consent_to: frozenset[str]
    is_flag_open: bool

    @property
    def cautions(self) -> list[str]:
        """Everything the screening found, as one reads it beside the form."""
        return [one.wording for one in self.items]

    def with_events(self, events: dict[str, str]) -> dict[str, str]:
        """The conditions with what was unwanted at this very session."""
        return {**self.conditions, **events}


def treatment_facts(course: Course, *, on: date) -> TreatmentFacts:
    """Read in a fixed number of queries."""
    patient = course.patient
    latest = Screening.objects.filter(patient=patient).values("pk")[:1]
    found = list(
        ScreeningFinding.objects.filter(screening__in=latest).select_related("item", "screening").order_by("item")
    )
    conditions = {one.item.code: one.item.wording for one in found}
    conditions |= _by_age(patient.age(on)) | _by_weeks(found, on=on)
    given = consents_by_stream(patient)
    missing = frozenset(str(stream) for stream in MODALITIES if not given.get(stream))
    if Consent.Stream.MOXA in missing:
        conditions["no_moxa_consent"] = _("no consent to moxibustion on file")
    return TreatmentFacts(
        items=tuple(_item(one) for one in found),
        conditions=conditions,
        no_consent_to=missing,
        is_flag_open=Alert.objects.unresolved().red_flags().filter(patient=patient).exists(),
    )


def measure_of(row: AftercareMeasure) -> Measure:
    """A row of the clinic's list as the rules take it."""
    return Measure(row.code, row.way, tuple(row.blocked_by), tuple(row.cautioned_by))


def _item(finding: ScreeningFinding) -> ScreenedItem:
    wording = finding.item.wording
    return ScreenedItem(
        finding.item.code,
        f"{wording} ({finding.value})" if finding.value else wording,
        tuple(finding.item.tags),
        is_limit=finding.item.effect == ScreeningItem.Effect.LIMITS,
    )


def _by_age(years: int) -> dict[str, str]:
    words = {f"under_{age}": _("under %(age)d years old") % {"age": age} for age in UNDER if years < age}
    return words | ({"elderly": _("elderly")} if years >= ELDERLY_FROM else {})


def _by_weeks(findings: Iterable[ScreeningFinding], *, on: date) -> dict[str, str]:
    """How far a pregnancy is today; where no week was written down, as far as it can be."""
    for one in findings:
        if one.item.code == PREGNANCY:
            weeks = _weeks_today(one, on=on)
            return {
                f"{PREGNANCY}_{limit}": _("pregnant, week %(limit)d or later, or week unknown") % {"limit": limit}
                for limit in (WEEKS_OF_CAUTION, WEEKS_OF_BLOCK)
                if weeks is None or weeks >= limit
            }
    return {}


def _weeks_today(finding: ScreeningFinding, *, on: date) -> int | None:
    written = re.search(r"\d{1,2}", finding.value)
    if written is None:
        return None
    since = finding.valid_on or finding.screening.screened_at.date()
    return int(written.group()) + max((on - since).days, 0) // 7
