"""Webhooks: made, changed, given a new secret. The secret is shown to the one who made it, once."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext as _

from clinic.models import Clinic, Endpoint, Membership
from clinic.models.endpoint import new_secret
from clinic.outbox.compose import absolute
from clinic.outbox.errors import Failure
from clinic.outbox.transports.base import Notice, TransportError
from clinic.outbox.transports.webhook import WebhookTransport
from clinic.outbox.transports.webhook_targets import BadAddress, target_of

# A clinic tries its webhooks one after another: nobody makes this server knock at a door again and again.
PAUSE_BETWEEN_TESTS = timedelta(seconds=10)


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
    """The webhook, checked and trusted again; ValidationError names the field at fault."""
    if member is not None and member.clinic_id != clinic.pk:
        raise ValidationError({"member": _("Choose a person who works at this clinic.")})
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


@dataclass(frozen=True)
class TestResult:
    """What became of a test, in words for staff."""

    is_taken: bool
    words: str


def send_test(endpoint: Endpoint, *, at: datetime) -> TestResult:
    """Send one signed notice that is about no alert, now, and say what came of it.

    A webhook that takes it is trusted again. ValidationError where one of the clinic was tried a moment ago.
    """
    _take_turn(endpoint, at=at)
    try:
        WebhookTransport().send(_test_notice(endpoint, at=at))
    except TransportError as error:
        return TestResult(False, _failure_words(error))
    Endpoint.objects.for_clinic(endpoint.clinic).filter(pk=endpoint.pk).update(failed_at=None)
    return TestResult(True, _("The webhook accepted the test."))


@transaction.atomic
def _take_turn(endpoint: Endpoint, *, at: datetime) -> None:
    Clinic.objects.select_for_update().get(pk=endpoint.clinic_id)
    endpoints = Endpoint.objects.for_clinic(endpoint.clinic)
    if endpoints.filter(tested_at__gt=at - PAUSE_BETWEEN_TESTS, tested_at__lte=at).exists():
        raise ValidationError(_("A webhook was tested a moment ago. Wait 10 seconds, then try again."))
    endpoints.filter(pk=endpoint.pk).update(tested_at=at)


def _test_notice(endpoint: Endpoint, *, at: datetime) -> Notice:
    """Of the same shape as that of an alert; the number 0 is no alert's."""
    message_id = str(uuid.uuid4())
    return Notice(
        to=endpoint.url,
        secret=endpoint.secret,
        message_id=message_id,
        facts={
            "message": message_id,
            "alert": 0,
            "clinic": endpoint.clinic.name,
            "severity": "test",
            "event": "test",
            "happened_at": at.isoformat(),
            "link": absolute(reverse("admin:index")),
        },
    )


def _failure_words(error: TransportError) -> str:
    reason = str(error)
    known = {
        Failure.NOT_PERMITTED: _("The address is not allowed: it is not valid, or it is in a private network."),
        "SSLCertVerificationError": _("The server's certificate is not trusted. Nothing was sent."),
        "SSLError": _("The encrypted connection (TLS) failed. Nothing was sent."),
        "TimeoutError": _("The server did not answer within 5 seconds."),
        "gaierror": _("No server with this name was found."),
        "ConnectionRefusedError": _("No server answers at this address."),
        "HTTPException": _("The server's answer was not HTTP."),
    }
    if reason in known:
        return known[reason]
    if not reason.startswith("HTTP "):
        return _("The server could not be reached (%(reason)s).") % {"reason": reason}
    if error.permanent:
        return _(
            "The server refused the test (%(reason)s). If it refuses an alert like this, the webhook "
            "is switched off."
        ) % {"reason": reason}
    return _("The test could not be delivered (%(reason)s). An alert would be sent again later.") % {
        "reason": reason
    }
