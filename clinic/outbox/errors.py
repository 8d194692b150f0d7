"""What this software itself says of a message that did not leave: stored as a code, worded where it is shown.

What a mail server or a webhook answered is stored as its codes (“SMTPDataError 554”) and shown as that.
"""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _


class Failure(models.TextChoices):
    """Each by its code."""

    NO_ADDRESS = "no_address", _("nobody active has this address")
    SENDER_DIED = "sender_died", _("sending was interrupted")
    NOT_IN_USE = "not_in_use", _("the webhook is not in use")
    NOT_PERMITTED = "not_permitted", _("the webhook's address is not allowed")
    PAUSED = "paused", _("the webhook failed a moment ago")


def error_words(stored: str) -> str:
    """A stored error as it is read."""
    return str(Failure(stored).label) if stored in Failure.values else stored
