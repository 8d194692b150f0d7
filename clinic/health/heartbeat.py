"""The dead man's switch: an outside address that we call while all is well; it raises an alarm if we do not."""

from __future__ import annotations

import http.client
import ssl
from datetime import datetime, timedelta
from urllib.parse import urlsplit

import structlog
from django.conf import settings

from clinic.health.checks import examine

log = structlog.stdlib.get_logger(__name__)

EVERY = timedelta(minutes=1)
SECONDS = 5.0


class DeadMansSwitch:
    """Calls HEARTBEAT_URL once a minute, only after the full check, and never through Celery."""

    def __init__(self) -> None:
        self._tried_at: datetime | None = None

    def tick(self, *, at: datetime) -> bool:
        """Whether the call was due, allowed and answered."""
        if not settings.HEARTBEAT_URL or (self._tried_at and timedelta(0) <= at - self._tried_at < EVERY):
            return False
        self._tried_at = at
        unwell = sorted(name for name, health in examine(at=at).items() if not health.is_well)
        if unwell:
            log.warning("no heartbeat: not all is well", unwell=",".join(unwell))
            return False
        return _call(settings.HEARTBEAT_URL)


def _call(url: str) -> bool:
    """Call the address. A failure is logged only by its type, because the address is a secret."""
    parts = urlsplit(url)
    connection: http.client.HTTPConnection
    if parts.scheme == "https":
        context = ssl.create_default_context()
        connection = http.client.HTTPSConnection(parts.netloc.rpartition("@")[2], timeout=SECONDS, context=context)
    else:
        connection = http.client.HTTPConnection(parts.netloc.rpartition("@")[2], timeout=SECONDS)
    try:
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        connection.request("GET", path, headers={"User-Agent": "healing-curve"})
        status = connection.getresponse().status
    except (OSError, http.client.HTTPException, ValueError) as error:
        log.warning("heartbeat call failed", error=type(error).__name__)
        return False
    finally:
        connection.close()
    if status >= http.client.BAD_REQUEST:
        log.warning("heartbeat call failed", status=status)
        return False
    return True
