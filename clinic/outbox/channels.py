"""For each channel, the transport that `settings.TRANSPORTS` names."""

from __future__ import annotations

from functools import cache
from typing import Any, cast

from django.conf import settings
from django.utils.module_loading import import_string

from clinic.outbox.transports.base import Transport


@cache
def transport_class(channel: str) -> type[Transport[Any]]:
    """The transport of a channel; KeyError or ImportError if the setting is wrong."""
    return cast(type[Transport[Any]], import_string(settings.TRANSPORTS[channel]))
