"""System checks: a missing or invalid setting stops web, worker and beat with a message that names it."""

from __future__ import annotations

import os
import sys
import tempfile
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register, run_checks
from django.core.checks import Warning as CheckWarning
from django.utils.module_loading import import_string

from clinic import env
from clinic.models import Message

KIND_METHODS = ("still_due", "render", "settled")
# The exit code that makes gunicorn stop; after any other it would restart the worker for ever.
CANNOT_START = 3
TRANSPORT_METHODS = ("send", "close")


@register("settings")
def check_environment(**_kwargs: Any) -> Iterable[CheckMessage]:
    """Every problem found while the environment was read."""
    return [Error(problem.message, id=f"clinic.{problem.name}") for problem in env.problems]


@register("settings")
def check_registries(**_kwargs: Any) -> Iterable[CheckMessage]:
    """Paths in the settings resolve to objects of the expected kind."""
    errors: list[CheckMessage] = []
    for name, path in settings.MESSAGE_KINDS.items():
        errors += _named(f"MESSAGE_KINDS[{name!r}]", path, methods=KIND_METHODS)
    for name, path in settings.TRANSPORTS.items():
        errors += _named(f"TRANSPORTS[{name!r}]", path, methods=TRANSPORT_METHODS)
    for name, path in settings.HEALTH_CHECKS.items():
        errors += _named(f"HEALTH_CHECKS[{name!r}]", path)
    for path in settings.METRICS:
        errors += _named("METRICS", path)
    for path in settings.FALLBACK_WORK:
        errors += _named("FALLBACK_WORK", path)
    for path in settings.AFTER_RESTORE:
        errors += _named("AFTER_RESTORE", path)
    if set(settings.TRANSPORTS) != set(Message.Channel.values):
        channels = ", ".join(Message.Channel.values)
        errors.append(Error(f"TRANSPORTS must name one for each of {channels}.", id="clinic.E003"))
    return errors


def _named(setting: str, path: str, *, methods: Sequence[str] = ("__call__",)) -> list[CheckMessage]:
    try:
        found = import_string(path)
    except ImportError as error:
        return [Error(f"{setting}: {error}", id="clinic.E001")]
    missing = [method for method in methods if not callable(getattr(found, method, None))]
    if missing:
        return [Error(f"{setting}: {path} lacks {', '.join(missing)}.", id="clinic.E002")]
    return []


@register("settings", deploy=True)
def check_https(**_kwargs: Any) -> Iterable[CheckMessage]:
    """Outside a demo, patients' data is always encrypted in transit."""
    if settings.BASE_URL.startswith("https://") or settings.DEMO:
        return []
    return [CheckWarning("BASE_URL does not start with https://.", id="clinic.W001")]


@register("settings")
def check_spool(**_kwargs: Any) -> Iterable[CheckMessage]:
    """Answers can be stored on disk while the database is down."""
    folder = Path(settings.SPOOL_ROOT)
    try:
        folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=folder):
            return []
    except OSError as error:
        message = f"SPOOL_ROOT={folder} cannot be written: {error.strerror}. Patients' answers wait there."
        return [Error(message, id="clinic.SPOOL_ROOT")]


def refuse_to_start_unless_sound() -> None:
    """End the process with the reasons when a setting is missing or wrong."""
    errors = [message for message in run_checks(tags=["settings"]) if message.is_serious()]
    if errors:
        reasons = ["Healing Curve cannot start:", *(f"  {error.msg}" for error in errors)]
        # Celery's beat redirects sys.stderr to a log that shows nothing.
        os.write(2, "\n".join([*reasons, ""]).encode())
        sys.exit(CANNOT_START)
