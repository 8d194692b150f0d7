"""Webhooks: made, changed, given a new secret. The secret is shown to the one who made it, once."""

from __future__ import annotations

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils.translation import gettext as _

from clinic.models import Clinic, Endpoint, Membership
from clinic.models.endpoint import new_secret
from clinic.outbox.transports.addresses import BadAddress, target_of


def validate_url(url: str) -> None:
    """Refuse an address to which nothing may be sent."""
    try:
        target_of(url)
    except BadAddress as error:
        raise ValidationError(str(error)) from error


@transaction.atomic
def save_endpoint(
    endpoint: Endpoint, *, clinic: Clinic, name: str, url: str, member: Membership | None, is_on: bool
) -> Endpoint:
    """The webhook, checked and trusted anew; ValidationError names the field at fault."""
    if member is not None and member.clinic_id != clinic.pk:
        raise ValidationError({"member": _("Choose somebody of this clinic.")})
    endpoint.clinic, endpoint.name, endpoint.url = clinic, name, url
    endpoint.member, endpoint.is_on, endpoint.failed_at = member, is_on, None
    try:
        validate_url(url)
    except ValidationError as error:
        raise ValidationError({"url": error.messages}) from error
    endpoint.full_clean()
    endpoint.save()
    return endpoint


def renew_secret(endpoint: Endpoint) -> str:
    """A new secret; the old one signs nothing more."""
    endpoint.secret = new_secret()
    endpoint.save(update_fields=["secret"])
    return endpoint.secret
