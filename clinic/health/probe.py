"""`python -m clinic.health.probe web|worker|beat|outbox`: a container's health check; exit 1 on failure."""

from __future__ import annotations

import http.client
import os
import sys
from urllib.parse import urlsplit

import django
from django.utils import timezone


def host() -> str:
    """The host name that the site accepts."""
    return urlsplit(os.environ.get("BASE_URL", "")).hostname or "localhost"


def web() -> bool:
    """Whether the web process answers at all; the state of other processes does not matter here."""
    connection = http.client.HTTPConnection("127.0.0.1", int(os.environ.get("PORT", "8000")), timeout=4)
    try:
        connection.request("GET", "/healthz", headers={"Host": host(), "X-Forwarded-Proto": "https"})
        return connection.getresponse().status in {200, 503}
    except OSError:
        return False


def sign_of(name: str) -> bool:
    """Whether a process had a heartbeat lately."""
    django.setup()
    from clinic.health.checks import examine  # noqa: PLC0415 - needs the apps loaded

    return examine(at=timezone.now())[name].is_well


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    which = sys.argv[1] if len(sys.argv) > 1 else "web"
    sys.exit(not (web() if which == "web" else sign_of(which)))
