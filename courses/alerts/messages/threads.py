"""Groups mails about one alert as a thread in the reader's mail program."""

from __future__ import annotations

from clinic.models import Message
from clinic.outbox.compose import message_id


def thread_headers(message: Message) -> dict[str, str]:
    """Headers that make a mail a reply to the first one to this person about the alert; empty for the first."""
    of_alert = Message.objects.for_clinic(message.clinic).filter(group_key=message.group_key)
    first = of_alert.filter(recipient=message.recipient, channel=message.channel).order_by("pk").first()
    if not message.group_key or first is None or first.pk >= message.pk:
        return {}
    root = message_id(first)
    return {"In-Reply-To": root, "References": root}
