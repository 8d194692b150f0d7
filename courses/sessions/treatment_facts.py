"""What the practitioner must know during treatment: the screening, age, and what rules out aftercare."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date

from django.utils.translation import gettext as _

from courses.models import AftercareMeasure
from courses.plans.course_state import PatientState
from courses.sessions.aftercare import Measure
from courses.sessions.points.notes import ScreenedItem
from patients.models import Consent, Screening, ScreeningFinding, ScreeningItem

PREGNANCY = "pregnancy"
WEEKS_OF_CAUTION, WEEKS_OF_BLOCK = 20, 30
MODALITIES = (Consent.Stream.ELECTRO, Consent.Stream.MOXA, Consent.Stream.CUPPING)
# Ages that aftercare measures use; a proposal that needs clinical sign-off.
UNDER = (2, 12, 14)
ELDERLY_FROM = 75


@dataclass(frozen=True)
class TreatmentFacts:
    """The screening's yeses in words with their values, and the conditions for aftercare."""

    items: tuple[ScreenedItem, ...]
    conditions: dict[str, str]
    no_consent_to: frozenset[str]
    is_flag_open: bool

    @property
    def cautions(self) -> list[str]:
        """Everything the screening found, in words for the form."""
        return [one.wording for one in self.items]

    def with_events(self, events: dict[str, str]) -> dict[str, str]:
        """The conditions, with this session's side effects."""
        return {**self.conditions, **events}


def treatment_facts(state: PatientState, *, on: date) -> TreatmentFacts:
    """What the file and the alerts say about a patient for treatment on a day."""
    file = state.file
    conditions = {one.item.code: one.item.wording for one in file.findings}
    conditions |= _by_age(file.patient.ages(on)) | _by_weeks(file.findings, screening=file.screening, on=on)
    missing = frozenset(str(stream) for stream in MODALITIES if not file.consents.get(stream))
    if Consent.Stream.MOXA in missing:
        conditions["no_moxa_consent"] = _no_moxa_words()
    return TreatmentFacts(
        items=tuple(_item(one) for one in file.findings),
        conditions=conditions,
        no_consent_to=missing,
        is_flag_open=bool(state.open_flags),
    )


def computed_conditions() -> dict[str, str]:
    """The conditions for aftercare that nobody asks about, because they follow from the file; with their words."""
    return {
        **{f"under_{age}": _("under %(age)d years old") % {"age": age} for age in UNDER},
        "elderly": _("elderly"),
        **{f"{PREGNANCY}_{limit}": _week_words(limit) for limit in (WEEKS_OF_CAUTION, WEEKS_OF_BLOCK)},
        "no_moxa_consent": _no_moxa_words(),
    }


def measure_of(row: AftercareMeasure) -> Measure:
    """A row of the clinic's list as input for the rules."""
    return Measure(row.code, row.way, tuple(row.blocked_by), tuple(row.cautioned_by), tuple(row.doctor_first_if))


def _item(finding: ScreeningFinding) -> ScreenedItem:
    wording = finding.item.wording
    return ScreenedItem(
        finding.item.code,
        f"{wording} ({finding.value})" if finding.value else wording,
        tuple(finding.item.tags),
        is_limit=finding.item.effect == ScreeningItem.Effect.LIMITS,
    )


def _by_age(ages: tuple[int, int] | None) -> dict[str, str]:
    """Conditions that apply at the patient's age, or may apply if the birth date is not exactly known."""
    if ages is None:
        doubt = {f"under_{age}": _("may be under %(age)d: birth date unknown") % {"age": age} for age in UNDER}
        return {**doubt, "elderly": _("may be elderly: birth date unknown")}
    youngest, oldest = ages
    words = {f"under_{age}": _("under %(age)d years old") % {"age": age} for age in UNDER if youngest < age}
    return words | ({"elderly": _("elderly")} if oldest >= ELDERLY_FROM else {})


def _by_weeks(findings: Iterable[ScreeningFinding], *, screening: Screening | None, on: date) -> dict[str, str]:
    """The week of a pregnancy today; without a recorded week, the latest possible one."""
    for one in findings:
        if screening and one.item.code == PREGNANCY:
            weeks = _weeks_today(one, screened_on=screening.screened_at.date(), on=on)
            return {
                f"{PREGNANCY}_{limit}": _week_words(limit)
                for limit in (WEEKS_OF_CAUTION, WEEKS_OF_BLOCK)
                if weeks is None or weeks >= limit
            }
    return {}


def _week_words(limit: int) -> str:
    return _("pregnant, week %(limit)d or later, or week unknown") % {"limit": limit}


def _no_moxa_words() -> str:
    return _("no consent to moxibustion on file")


def _weeks_today(finding: ScreeningFinding, *, screened_on: date, on: date) -> int | None:
    written = re.search(r"\d{1,2}", finding.value)
    if written is None:
        return None
    return int(written.group()) + max((on - (finding.valid_on or screened_on)).days, 0) // 7
