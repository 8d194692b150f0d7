"""Webhooks: made, changed, given a new secret. The secret is shown only once, to its author."""

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

# A clinic tests one webhook at a time, so that nobody uses this server to call an address repeatedly.
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
    """Save the webhook after checking it, and trust it again; ValidationError names the wrong field."""
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
    """Set a new secret; the old one is no longer used."""
    endpoint.secret = new_secret()
    endpoint.save(update_fields=["secret"])
    return endpoint.secret


@dataclass(frozen=True)
class TestResult:
    """The result of a test, in words for staff."""

    is_taken: bool
    words: str


def send_test(endpoint: Endpoint, *, at: datetime) -> TestResult:
    """Send one signed test notice now, which belongs to no alert, and return the result.

    A webhook that accepts it is trusted again. ValidationError if the clinic tested one a moment ago.
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
    """A notice with the same shape as an alert's, but with the number 0."""
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
