"""A practice clinic is made beside a real one by whoever asks first, and others join it."""

from __future__ import annotations

from datetime import datetime

from django.core.exceptions import ValidationError
from django.db import transaction
from django.shortcuts import get_object_or_404
from django.utils.translation import gettext as _

from clinic.models import Clinic, Membership, Role, User
from clinic.presets import install_all
from courses.models import Course
from courses.practice.invented import invent_patients
from patients.models import ConsentText

COPIED = (
    "zone", "country", "phone", "address", "website", "emergency_number", "confirmed_emergency_number",
    "emergency_wording", "languages", "escalation_chain", "idle_minutes", "two_factor_grace_days",
)  # fmt: skip
LICENCE = "PRACTICE"


@transaction.atomic
def practise(*, by: Membership, at: datetime) -> Membership:
    """Somebody's place in the practice clinic of the clinic they work in; made where there is none yet."""
    real = Clinic.objects.select_for_update().get(pk=by.clinic_id)
    if real.is_practice:
        raise ValidationError(_("You are in the practice clinic already."))
    # As they are now: their access may have ended while the page was open.
    by = get_object_or_404(Membership.objects.for_clinic(real).active().select_related("user"), pk=by.pk)
    clinic = Clinic.objects.filter(practice_of=real).order_by("-pk").first() or _make(real, at=at)
    return _with_patients(_join(clinic, by), at=at)


@transaction.atomic
def start_again(*, by: Membership, at: datetime) -> Membership:
    """A new practice clinic in place of the one somebody is in; the old one is kept, and nobody works there.

    Everybody in it moves, so that only a lead or manager does it.
    """
    old = Clinic.objects.select_for_update().get(pk=by.clinic_id)
    if old.practice_of is None:
        raise ValidationError(_("This is not a practice clinic."))
    if not by.is_leading:
        raise ValidationError(
            _("Only a duty lead or manager can restart the practice clinic: everybody in it moves to a new one.")
        )
    newest = Clinic.objects.filter(practice_of=old.practice_of).order_by("-pk").first()
    if newest is not None and newest != old:
        # A second click, or a colleague was quicker.
        return _join(newest, by)
    clinic = _make(old.practice_of, at=at)
    left = Membership.objects.for_clinic(old).active().select_related("user")
    for member in left.exclude(user__username__startswith=_username("")):
        _join(clinic, member)
    Membership.objects.for_clinic(old).update(deactivated_at=at)
    return _with_patients(_join(clinic, by), at=at)


def _make(real: Clinic, *, at: datetime) -> Clinic:
    number = Clinic.objects.filter(practice_of=real).count() + 1
    clinic = Clinic.objects.create(
        name=_("Practice: %(clinic)s") % {"clinic": real.name[:100]},
        slug=f"{real.slug[:40]}-practice-{number}",
        practice_of=real,
        set_up_at=at,
        **{name: getattr(real, name) for name in COPIED},
    )
    install_all(clinic)
    ConsentText.objects.filter(clinic=clinic).update(retention=_("0 years: this is practice"))
    for row in real.opening_hours.all():
        row.pk, row.clinic, row._state.adding = None, clinic, True
        row.save()
    invent_patients(_invented_practitioner(clinic), at=at)
    return clinic


def _with_patients(member: Membership, *, at: datetime) -> Membership:
    """Whoever treats practises on patients of their own, made once."""
    if member.is_clinician and not Course.objects.for_clinic(member.clinic).filter(practitioner=member).exists():
        invent_patients(member, at=at)
    return member


def _join(clinic: Clinic, member: Membership) -> Membership:
    """With the roles they have beside it, and a licence that is good for practice."""
    values = {
        **member.role_columns,
        "licence_number": LICENCE,
        "deactivated_at": None,
        "is_pending": False,
    }
    joined, _made = Membership.objects.update_or_create(clinic=clinic, user=member.user, defaults=values)
    return joined


def _invented_practitioner(clinic: Clinic) -> Membership:
    """Who treated the invented patients; nobody signs in as them."""
    user = User(username=_username(str(clinic.pk)), first_name=_("Invented"), last_name=_("Practitioner"))
    user.set_unusable_password()
    user.save()
    return Membership.objects.create(clinic=clinic, user=user, role=Role.PRACTITIONER, licence_number=LICENCE)


def _username(number: str) -> str:
    return f"practice-clinic-{number}"
