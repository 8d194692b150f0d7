"""Signed links to acknowledge an alert from a mail: one alert, one person, seven days."""

from __future__ import annotations

from dataclasses import dataclass

from django.core import signing
from django.urls import reverse

from clinic.models import Membership
from courses.models import Alert

SALT = "acknowledge-alert"
DAYS = 7


@dataclass(frozen=True)
class LinkTarget:
    """The alert and the person of a link."""

    alert: Alert
    member: Membership


class BadLink(Exception):
    """Not our link, or too old."""


def acknowledge_path(alert: Alert, member: Membership) -> str:
    """The path of the confirm page."""
    token = signing.dumps([str(alert.uuid), str(member.uuid)], salt=SALT)
    return reverse("acknowledge-alert", args=[token])


def read_link(token: str) -> LinkTarget:
    """The alert and the person of a link; BadLink otherwise.

    Whether the person still may acknowledge is checked when they do.
    """
    try:
        alert_uuid, member_uuid = signing.loads(token, salt=SALT, max_age=DAYS * 24 * 3600)
        alert = Alert.objects.select_related("clinic").get(uuid=alert_uuid)
        member = Membership.objects.for_clinic(alert.clinic).select_related("user").get(uuid=member_uuid)
    except (signing.BadSignature, ValueError, Alert.DoesNotExist, Membership.DoesNotExist) as error:
        raise BadLink from error
    return LinkTarget(alert, member)
