"""System checks: what is missing or nonsensical stops web, worker and beat with a message that names it."""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register, run_checks
from django.core.checks import Warning as CheckWarning
from django.utils.module_loading import import_string

from clinic import env

KIND_METHODS = ("still_due", "render", "settled")


@register("settings")
def check_environment(**_kwargs: Any) -> Iterable[CheckMessage]:
    """Every problem found while the environment was read."""
    return [Error(problem.message, id=f"clinic.{problem.name}") for problem in env.problems]


@register("settings")
def check_registries(**_kwargs: Any) -> Iterable[CheckMessage]:
    """Message kinds and presets resolve to what the outbox and new clinics expect."""
    errors: list[CheckMessage] = []
    for name, path in settings.MESSAGE_KINDS.items():
        try:
            kind = import_string(path)
        except ImportError as error:
            errors.append(Error(f"MESSAGE_KINDS[{name!r}]: {error}", id="clinic.E001"))
            continue
        missing = [method for method in KIND_METHODS if not callable(getattr(kind, method, None))]
        if missing:
            errors.append(Error(f"MESSAGE_KINDS[{name!r}]: {path} lacks {', '.join(missing)}.", id="clinic.E002"))
    return errors


@register("settings", deploy=True)
def check_https(**_kwargs: Any) -> Iterable[CheckMessage]:
    """Patients' data travels encrypted outside a demo."""
    if settings.BASE_URL.startswith("https://") or settings.DEMO:
        return []
    return [CheckWarning("BASE_URL does not start with https://.", id="clinic.W001")]


def refuse_to_start_unless_sound() -> None:
    """End the process with the reasons when a setting is missing or wrong."""
    errors = [message for message in run_checks(tags=["settings"]) if message.is_serious()]
    if errors:
        sys.exit("\n".join(["Healing Curve cannot start:", *(f"  {error.msg}" for error in errors)]))
