"""Clearance in sentences that say what to do next."""

from __future__ import annotations

from datetime import date

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from clinic.access import permissions_of
from clinic.country.shown import shown_day
from clinic.models import Membership
from patients.clearance import Clearance, ClearanceVerdict, Reason, ReasonCode

# Whoever may read a diagnosis may read why a patient is not cleared.
READING_RIGHT = "patients.view_assessment"

VERDICTS = {
    ClearanceVerdict.CLEAR: _("May be needled"),
    ClearanceVerdict.AFTER_CHECK: _("May be needled after today's check"),
    ClearanceVerdict.BLOCKED: _("May not be needled"),
}
REASONS = {
    ReasonCode.NO_DIAGNOSIS: _("No diagnosis by a licensed professional is on file: record an assessment."),
    ReasonCode.NO_TYPE: _("No type of neck pain is recorded: add the working or confirmed type."),
    ReasonCode.NO_CONSENT: _("The patient has not consented to treatment: record the consent."),
    ReasonCode.OPEN_RED_FLAG: _("A red flag is open (%(detail)s): it must be answered and resolved first."),
    ReasonCode.ON_HOLD: _("The course is on hold: a lead resumes it once the patient is cleared."),
    ReasonCode.CORD_WITHOUT_LETTER: _("Cord type: a valid specialist's letter must be on file (%(detail)s)."),
    ReasonCode.SPECIALIST_MISSING: _("This type needs a specialist's letter on file (%(detail)s)."),
    ReasonCode.LETTER_EXPIRED: _("The specialist's letter expired on %(detail)s: ask for a new one."),
    ReasonCode.WITHDRAWN: _(
        "Clearance was withdrawn on %(detail)s: only a specialist's letter dated later restores it."
    ),
    ReasonCode.MIXED_UNNAMED: _("Mixed type without its parts: name at least two component types."),
    ReasonCode.VERTIGO_UNEXPLAINED: _(
        "Vertigo: exclude vascular and vestibular causes in an assessment, then use the specialised plan."
    ),
    ReasonCode.PLAN_NOT_SPECIALISED: _(
        "Mixed type with vertigo needs the specialised plan: start a course on it."
    ),
    ReasonCode.REVIEW_MISSING: _(
        "Severe usual pain was reported: record the medical review when resolving its alert, or a new assessment."
    ),
    ReasonCode.NO_SCREENING: _("Contraindications have not been asked: complete the screening."),
    ReasonCode.CONTRAINDICATED: _("Contraindication: %(detail)s."),
    ReasonCode.CHECK_MISSING: _("A neurological check must be recorded before needling."),
    ReasonCode.CHECK_OVERDUE: _("The neurological re-check is due (%(detail)s sessions since the last)."),
    ReasonCode.CHECK_WORSE: _("The last neurological check was worse: refer before needling."),
    ReasonCode.LICENCE_MISSING: _("The practitioner's licence number is not on file."),
    ReasonCode.LICENCE_EXPIRED: _("The practitioner's licence expired on %(detail)s."),
    ReasonCode.SUPERVISOR_MISSING: _("The practitioner must be supervised: name who supervises."),
}


def reason_text(reason: Reason) -> str:
    """One reason as a sentence."""
    return str(REASONS[reason.code]) % {"detail": _dated(reason.detail)}


def _dated(detail: str) -> str:
    """A date as people read it; anything else unchanged."""
    try:
        return shown_day(date.fromisoformat(detail))
    except ValueError:
        return detail


def set_aside_texts(clearance: Clearance) -> list[str]:
    """The reasons a lead overrode, as sentences."""
    return [reason_text(reason) for reason in clearance.set_aside]


def reason_texts(clearance: Clearance, *, to: Membership, ask: Membership | None = None) -> list[str]:
    """Every reason as a sentence; people who may not read a diagnosis see only whom to ask."""
    if clearance.reasons and READING_RIGHT not in permissions_of(to):
        return [ask_words(ask)]
    return [reason_text(reason) for reason in clearance.reasons]


def ask_words(who: Membership | None) -> str:
    """What the front desk reads instead of the reasons."""
    return gettext("Needs a clinician: ask %(name)s.") % {"name": who or gettext("a practitioner")}
