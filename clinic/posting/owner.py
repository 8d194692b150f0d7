"""Marks whose form it is, in unreadable form: for drafts on the device and for forms that are returned."""

from __future__ import annotations

from typing import Any

from django.http import HttpRequest
from django.utils.crypto import constant_time_compare, salted_hmac

from clinic.country.conventions import conventions

# Hidden fields of every staff form, beside the CSRF token.
OWNER = "form_of"
SENT_KEY = "sent_key"
OPENED = "opened"
# Added by the page's script: the key under which the device stores the draft.
DRAFT = "draft"
TOKEN = "csrfmiddlewaretoken"  # noqa: S105 - the name of a field
# A form's technical fields; the rest is what somebody typed or chose.
# Which version of its questions and texts a page showed.
SHOWN_VERSIONS = frozenset({"asked_flags", "shown_text", "member_version"})
MACHINERY = frozenset({OWNER, SENT_KEY, OPENED, DRAFT, TOKEN, "form_key"}) | SHOWN_VERSIONS


def owner_of(user: Any) -> str:
    """The mark of a person in drafts and forms."""
    return _hidden("clinic.posting.owner", str(user.pk))


def salt_of(membership: Any) -> str:
    """The salt for the names of a member's drafts in the browser; it is never stored there."""
    return _hidden("clinic.posting.salt", str(membership.uuid))


def draft_context(request: HttpRequest) -> dict[str, object]:
    """For templates: whose drafts a page may store and show; empty on public pages."""
    membership = getattr(getattr(request, "user", None), "active_membership", None)
    if membership is None:
        return {}
    hours = 24 if conventions().is_24_hours else 12
    return {"drafts": {"owner": owner_of(request.user), "salt": salt_of(membership), "hours": hours}}


def is_by_somebody_else(request: HttpRequest) -> bool:
    """Whether a form was opened by another person than the one signed in now."""
    named = request.POST.get(OWNER, "")
    return bool(named) and not constant_time_compare(named, owner_of(request.user))


def _hidden(purpose: str, text: str) -> str:
    return salted_hmac(purpose, text, algorithm="sha256").hexdigest()[:32]
