"""Settings with which a real installation would reach nobody, or let anybody in: each stops the start.

A demo and a developer's machine may use them, but not together with an https address, so that neither can be
mistaken for an installation.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from email.utils import parseaddr
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.exceptions import ImproperlyConfigured

SHORTEST_KEY = 50
FEWEST_CHARACTERS = 5
BACKENDS = "django.core.mail.backends"
SENDS_NOWHERE = {
    f"{BACKENDS}.dummy.EmailBackend": "dummymail:// throws every mail away",
    f"{BACKENDS}.locmem.EmailBackend": "memorymail:// keeps every mail in memory",
    f"{BACKENDS}.console.EmailBackend": "consolemail:// prints every mail into the log",
    f"{BACKENDS}.filebased.EmailBackend": "filemail:// writes every mail into a folder",
}
NOWHERE = ("localhost", "localdomain", "invalid", "test", "local")


@register("settings")
def check_production(**_kwargs: Any) -> Iterable[CheckMessage]:
    """One error for each setting with which patients' mail would reach nobody, or anybody could get in."""
    return [Error(message, id=f"clinic.{name}") for name, message in _faults()]


def _faults() -> Iterator[tuple[str, str]]:
    for name in ("DEMO", "DEBUG"):
        if getattr(settings, name) and settings.BASE_URL.startswith("https://"):
            yield name, f"{name}=1 and an https BASE_URL do not go together: set {name}=0. {_WHY[name]}"
    yield from _folder_faults()
    if settings.DEMO or settings.DEBUG:
        return
    yield from _key_faults()
    yield from _mail_faults()


_WHY = {
    "DEMO": "A demo has known passwords and shows everybody its mail.",
    "DEBUG": "It shows visitors the code and what was being worked on.",
}


def _key_faults() -> Iterator[tuple[str, str]]:
    try:
        key = settings.SECRET_KEY
    except ImproperlyConfigured:
        return  # a missing setting is already reported
    if len(key) < SHORTEST_KEY or len(set(key)) < FEWEST_CHARACTERS:
        make = 'python3 -c "import secrets; print(secrets.token_urlsafe(50))"'
        yield "SECRET_KEY", f"SECRET_KEY must be at least {SHORTEST_KEY} random characters. This makes one: {make}"


def _folder_faults() -> Iterator[tuple[str, str]]:
    """Every file in STATIC_ROOT is public, so it may contain nothing else."""
    served = Path(settings.STATIC_ROOT).resolve()
    private = {
        "the program": settings.ROOT,
        "MEDIA_ROOT": settings.MEDIA_ROOT,
        "SPOOL_ROOT": settings.SPOOL_ROOT,
    }
    for what, folder in private.items():
        if Path(folder).resolve().is_relative_to(served):
            yield (
                "STATIC_ROOT",
                f"STATIC_ROOT={served} holds the folder of {what}, and everybody can download what is in "
                "STATIC_ROOT. Leave it empty or name a folder for nothing else.",
            )
            return


def _mail_faults() -> Iterator[tuple[str, str]]:
    reason = SENDS_NOWHERE.get(settings.EMAIL_BACKEND)
    if reason:
        yield "EMAIL_URL", f"EMAIL_URL: {reason}, so that nobody is reached. Use smtp+tls://user:password@host:587"
    sender = parseaddr(settings.DEFAULT_FROM_EMAIL)[1]
    user, _at, domain = sender.rpartition("@")
    if not user or "." not in domain or domain.lower().rpartition(".")[2] in NOWHERE:
        sender = settings.DEFAULT_FROM_EMAIL
        yield (
            "DEFAULT_FROM_EMAIL",
            f"DEFAULT_FROM_EMAIL={sender} is an address that mail servers refuse. "
            "Set the clinic's own: Linden Clinic <clinic@example.org>",
        )
