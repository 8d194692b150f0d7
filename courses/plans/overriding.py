"""A lead allows one needling despite reasons that can be overridden."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clinic.access import permissions_of
from clinic.models import Membership
from courses.models import ClearanceOverride, Course, Session
from courses.plans.course_state import unaided_clearance
from patients.locking import lock_patients
from patients.wording import reason_text

# An override is for one planned visit, not for any time.
MOST_DAYS_AHEAD = 14


def may_override(by: Membership, *, course: Course | None, on: date) -> bool:
    """Whether somebody is a lead with a licence and not the practitioner who treats."""
    is_lead = "patients.override_clearance" in permissions_of(by)
    return is_lead and by.is_licensed(on) and (course is None or course.practitioner_id != by.pk)


@transaction.atomic
def give_override(
    course: Course, *, reason: str, valid_on: date, by: Membership, at: datetime
) -> ClearanceOverride:
    """Override all of today's reasons for one session on one day; ValidationError says why if refused."""
    lock_patients([course.patient_id])
    today = course.clinic.local(at).date()
    if not may_override(by, course=course, on=valid_on):
        raise ValidationError(
            _("Only a lead with a valid licence who does not treat this patient can override a clearance.")
        )
    if not reason.strip():
        raise ValidationError({"reason": _("Enter why needling is justified.")})
    if not today <= valid_on <= today + timedelta(days=MOST_DAYS_AHEAD):
        message = _("Choose today or a day within the next %(n)d days.")
        raise ValidationError({"valid_on": message % {"n": MOST_DAYS_AHEAD}})
    clearance = unaided_clearance(course, on=valid_on, practitioner=course.practitioner)
    if not clearance.reasons:
        raise ValidationError(_("Nothing blocks needling. No override is needed."))
    fixed = [reason_text(one) for one in clearance.reasons if not one.is_overridable]
    if fixed:
        raise ValidationError([_("Nobody may override this:"), *fixed])
    codes = sorted({one.code for one in clearance.reasons})
    if course.overrides.unused_on(valid_on).exists():
        raise ValidationError(_("There is already an override for that day."))
    return ClearanceOverride.objects.create(
        clinic=course.clinic,
        course=course,
        codes=codes,
        valid_on=valid_on,
        reason=reason.strip(),
        given_by=by,
        given_at=at,
    )


def spend_override(session: Session, *, on: date) -> None:
    """Mark the override as used by the session that was needled under it."""
    session.course.overrides.unused_on(on).exclude(given_by=session.practitioner).update(session=session)
