"""Mail made from templates: a text part, an HTML part with inlined styles, and headers from the row."""

from __future__ import annotations

from collections.abc import Mapping
from urllib.parse import urlsplit

import css_inline
from django.conf import settings
from django.template.loader import render_to_string

from clinic.country.conventions import at_clinic
from clinic.models import Message
from clinic.outbox.transports.base import Mail

_inliner = css_inline.CSSInliner(keep_style_tags=True, load_remote_stylesheets=False)


def compose(
    message: Message,
    template: str,
    context: Mapping[str, object],
    *,
    to: str,
    subject: str,
    headers: Mapping[str, str] | None = None,
) -> Mail:
    """The mail of a message from `emails/TEMPLATE.txt` and `.html`; the subject holds no health data."""
    values = {"clinic": message.clinic, "subject": subject, "base_url": settings.BASE_URL, **context}
    # A mail is written by the clinic's clock and conventions, not by those of the worker.
    with at_clinic(message.clinic):
        text = render_to_string(f"emails/{template}.txt", values).strip() + "\n"
        html = _inliner.inline(render_to_string(f"emails/{template}.html", values))
    return Mail(
        to=to,
        subject=" ".join(subject.split()),
        text=text,
        html=html,
        reply_to=message.clinic.reply_to,
        headers={"Message-ID": message_id(message), "Auto-Submitted": "auto-generated", **(headers or {})},
    )


def message_id(message: Message) -> str:
    """The Message-ID header, made from the row so that a duplicate has the same id."""
    return f"<{message.uuid}@{urlsplit(settings.BASE_URL).hostname}>"


def absolute(path: str) -> str:
    """The public address of a path."""
    return f"{settings.BASE_URL}{path}"
