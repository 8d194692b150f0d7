"""Which preset suits a patient, and how a typed plan is read."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from courses.models import Protocol
from patients.models import Patient
from patients.patient_file import needs_specialised_plan

STANDARD = "standard"
MOST_A_WEEK = 7


@dataclass(frozen=True)
class Offer:
    """One preset, and whether it suits this patient's types."""

    protocol: Protocol
    is_suggested: bool


def offers(patient: Patient, *, on: date) -> list[Offer]:
    """The clinic's presets, suitable ones first, the standard one before others; only specialised plans suit
    mixed type with vertigo.
    """
    is_special = needs_specialised_plan(patient, on=on)
    types = set(patient.pain_types.on(on).values_list("pain_type__code", flat=True))
    rows = [
        Offer(one, one.is_specialised if is_special else _suits(one, types))
        for one in Protocol.objects.for_clinic(patient.clinic).offered()
    ]
    return sorted(
        rows, key=lambda offer: (not offer.is_suggested, offer.protocol.code != STANDARD, offer.protocol.name)
    )


def refuse_unsuited(patient: Patient, protocol: Protocol, *, on: date) -> None:
    """ValidationError if the types need the specialised plan and another one is chosen."""
    if needs_specialised_plan(patient, on=on) and not protocol.is_specialised:
        raise ValidationError({"protocol": _("Mixed type with vertigo needs the specialised plan.")})


def parse_weeks(text: str) -> list[int]:
    """Sessions in each week from “3, 3, 2, 2”; ValidationError says what is wrong."""
    weeks = _numbers(text)
    if not sum(weeks):
        raise ValidationError(_("Say how many sessions there are in at least one week, for example 3, 3, 2, 2."))
    if max(weeks) > MOST_A_WEEK:
        raise ValidationError(_("At most %(n)d sessions a week.") % {"n": MOST_A_WEEK})
    return weeks


def parse_reviews(text: str, *, n_sessions: int) -> list[int]:
    """Review points from “5, 10”, in order; none after the plan's end."""
    reviews = sorted(set(_numbers(text)))
    if any(not 1 <= one <= n_sessions for one in reviews):
        raise ValidationError(_("A review comes after one of the sessions 1 to %(n)d.") % {"n": n_sessions})
    return reviews


def _suits(protocol: Protocol, types: set[str]) -> bool:
    if protocol.is_specialised or not types:
        return False
    return not protocol.for_types or bool(types & set(protocol.for_types))


def _numbers(text: str) -> list[int]:
    words = text.replace(",", " ").split()
    if not all(word.isascii() and word.isdigit() and len(word) <= 3 for word in words):
        raise ValidationError(_("Write whole numbers with commas between, for example 3, 3, 2, 2."))
    return [int(word) for word in words]
