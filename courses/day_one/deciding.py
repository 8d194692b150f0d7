"""What managers decide about the setup; each decision is an event that stays."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clinic.models import Clinic, Membership, SetupEvent
from clinic.outbox.queue import mail_member
from courses.day_one.checklist import checklist
from courses.day_one.setup_steps import BY_CODE, NUMBER, TEST_MAIL

MESSAGE_KIND = "setup_mail"
Kind = SetupEvent.Kind
# Within this time a second press of the button is a second click.
ONE_CLICK = timedelta(minutes=1)


@transaction.atomic
def confirm_number(number: str, *, by: Membership, at: datetime) -> None:
    """The emergency number is right; ValidationError where it changed since the page was opened."""
    clinic = Clinic.objects.select_for_update().get(pk=by.clinic_id)
    if number != clinic.emergency_number:
        raise ValidationError(
            _("The emergency number was changed to %(number)s while the page was open. Check it again.")
            % {"number": clinic.emergency_number}
        )
    Clinic.objects.filter(pk=clinic.pk).update(confirmed_emergency_number=number)
    _note(NUMBER, Kind.CONFIRMED, by=by, at=at, reason=number)


@transaction.atomic
def set_aside(code: str, *, reason: str, by: Membership, at: datetime) -> None:
    """Leave a step out on purpose; ValidationError without a reason, or where patients would be harmed."""
    step = BY_CODE[code]
    if not step.may_set_aside:
        raise ValidationError(_("This step cannot be set aside: patients need it."))
    if not reason.strip():
        raise ValidationError(_("Enter why this clinic does not need it."))
    _note(code, Kind.SET_ASIDE, by=by, at=at, reason=reason.strip()[:300])


@transaction.atomic
def take_up(code: str, *, by: Membership, at: datetime) -> None:
    """Put a step that was set aside back on the list."""
    _note(code, Kind.TAKEN_UP, by=by, at=at)


@transaction.atomic
def ask_for_mail(*, by: Membership, at: datetime) -> None:
    """A test email to the person who asks; a second click sends no second one."""
    Clinic.objects.select_for_update().get(pk=by.clinic_id)
    asked = SetupEvent.objects.for_clinic(by.clinic).filter(kind=Kind.MAIL_ASKED, by=by)
    if asked.filter(happened_at__gt=at - ONE_CLICK).exists():
        return
    event = _note(TEST_MAIL, Kind.MAIL_ASKED, by=by, at=at)
    mail_member(
        by.pk, clinic=by.clinic, kind=MESSAGE_KIND, subject_id=event.pk, dedup_key=f"setup-mail:{event.pk}", at=at
    )


@transaction.atomic
def note_mail_received(*, by: Membership, at: datetime) -> None:
    """Somebody opened the link of a test email."""
    _note(TEST_MAIL, Kind.MAIL_RECEIVED, by=by, at=at)


@transaction.atomic
def close_list(*, by: Membership, at: datetime) -> None:
    """The setup is finished; ValidationError while a step is open."""
    clinic = Clinic.objects.select_for_update().get(pk=by.clinic_id)
    if checklist(clinic, at=at).n_open:
        raise ValidationError(_("Do each step or set it aside first."))
    Clinic.objects.filter(pk=clinic.pk, set_up_at=None).update(set_up_at=at)


def _note(code: str, kind: SetupEvent.Kind, *, by: Membership, at: datetime, reason: str = "") -> SetupEvent:
    return SetupEvent.objects.create(clinic=by.clinic, step=code, kind=kind, reason=reason, by=by, happened_at=at)
