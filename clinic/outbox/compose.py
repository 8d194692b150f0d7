"""Mail made from templates: a text part, an HTML part with inlined styles, and headers from the row."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlsplit

import css_inline
from django.conf import settings
from django.template.loader import render_to_string

from clinic.country.conventions import at_clinic
from clinic.logo.kept_logo import logo_of
from clinic.models import ClinicSender, Message
from clinic.outbox.transports.base import InlinePicture, Mail
from clinic.sender.from_header import from_header

# In points of a mail reader's window.
LARGEST_IN_MAIL = (240, 72)

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
    face = _face(message)
    values = {
        "clinic": message.clinic,
        "subject": subject,
        "base_url": settings.BASE_URL,
        "face": face,
        **context,
    }
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
        sender=face.sender,
        usual_sender=face.usual_sender,
        picture=face.picture,
    )


@dataclass(frozen=True)
class Face:
    """How a mail shows whose it is; the picture's size is the one in which it is shown."""

    sender: str
    usual_sender: str
    picture: InlinePicture | None = None
    width: int = 0
    height: int = 0
    is_for_patient: bool = False


def _face(message: Message) -> Face:
    """Of a mail to a patient, as the clinic set it up.

    Mails to staff never depend on it: they come from the installation's address, whatever a clinic entered.
    """
    usual = from_header(message.clinic.name, settings.DEFAULT_FROM_EMAIL)
    if not message.recipient.startswith("patient:"):
        return Face(usual, usual)
    own = ClinicSender.objects.for_clinic(message.clinic).in_use().first()
    sender = from_header(message.clinic.name, own.address) if own else usual
    logo = logo_of(message.clinic)
    if logo is None:
        return Face(sender, usual, is_for_patient=True)
    picture = InlinePicture(f"{logo.pk}@{urlsplit(settings.BASE_URL).hostname}", bytes(logo.png))
    width, height = logo.size_within(*LARGEST_IN_MAIL)
    return Face(sender, usual, picture, width, height, is_for_patient=True)


def message_id(message: Message) -> str:
    """The Message-ID header, made from the row so that a duplicate has the same id."""
    return f"<{message.uuid}@{urlsplit(settings.BASE_URL).hostname}>"


def absolute(path: str) -> str:
    """The public address of a path."""
    return f"{settings.BASE_URL}{path}"
