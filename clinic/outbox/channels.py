"""The ways out: for each channel the transport that `settings.TRANSPORTS` names."""

from __future__ import annotations

from functools import cache
from typing import Any, cast

from django.conf import settings
from django.utils.module_loading import import_string

from clinic.outbox.transports.base import Transport


@cache
def transport_class(channel: str) -> type[Transport[Any]]:
    """The transport of a channel; KeyError or ImportError where the setting is wrong."""
    return cast(type[Transport[Any]], import_string(settings.TRANSPORTS[channel]))


class Channels:
    """The transports of one run, each opened with its first message."""

    def __init__(self) -> None:
        self._opened: dict[str, Transport[Any]] = {}
        # Channels that are away: nothing more is tried on them in this run.
        self.down: set[str] = set()

    def transport(self, channel: str) -> Transport[Any]:
        """The one of a channel."""
        if channel not in self._opened:
            self._opened[channel] = transport_class(channel)()
        return self._opened[channel]

    def close(self) -> None:
        """Let go of all of them."""
        for transport in self._opened.values():
            transport.close()
