"""What people change about their own account."""

from __future__ import annotations

from datetime import datetime

from allauth.account.models import EmailAddress
from django.db import transaction

from clinic.account.events import note_event
from clinic.account.finding import refuse_taken_address
from clinic.models import AccountEvent, Membership, User


@transaction.atomic
def change_own_address(user: User, *, email: str, at: datetime) -> AccountEvent:
    """Use another address for the account from now on, and inform the old address.

    ValidationError where another account has the address. Links that were sent before
    stop working.
    """
    refuse_taken_address(email, but=user)
    user = User.objects.select_for_update().get(pk=user.pk)
    before, user.email = user.email, email
    user.save(update_fields=["email"])
    EmailAddress.objects.filter(user=user).delete()
    # A refusal by the old address does not count against the new one.
    Membership.objects.all_clinics().filter(user=user, own_email="").update(email_failed_at=None)
    kind = AccountEvent.Kind.ADDRESS_CHANGED
    return note_event(user, kind, at=at, address_before=before, address_after=email)
