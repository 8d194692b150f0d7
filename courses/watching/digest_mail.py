"""The digest as a mail: numbers and links. No name, no score, no complaint."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from django.db import models
from django.urls import reverse
from django.utils.translation import gettext as _

from clinic.country.conventions import at_clinic
from clinic.models import Message
from clinic.outbox.compose import absolute, compose
from clinic.outbox.recipients import member_of, reachable_member
from clinic.outbox.refusals import note_delivery
from clinic.outbox.transports.base import Mail
from courses.alerts.worse import worse_notes
from courses.models import Alert, Digest
from courses.watching.digest import contents_for


class DigestMail:
    """Owner of the message kind `daily_digest`; its subject is the Digest row."""

    def still_due(self, message: Message, *, at: datetime) -> bool:
        """On its own day, while there is something to report."""
        digest = self._digest(message)
        is_today = digest.clinic.local(at).date() == digest.on
        return is_today and not contents_for(member_of(message), digest).is_empty

    def render(self, message: Message) -> Mail:
        """The mail to one reader, with the current content."""
        digest, member = self._digest(message), reachable_member(message)
        contents = contents_for(member, digest)
        listed = [*contents.matters, *contents.late_entries]
        with at_clinic(digest.clinic, language=digest.clinic.languages[0]):
            worse = worse_notes(listed, clinic=digest.clinic)
            context = {
                "matters": [(alert, _link(alert), worse.get(alert.pk, "")) for alert in contents.matters],
                "late_entries": [
                    (alert, _link(alert), worse.get(alert.pk, "")) for alert in contents.late_entries
                ],
                "watch_list": _links(contents.watch_list),
                "refused_addresses": _links(contents.refused_addresses),
                "n_unknown_reminders": contents.n_unknown_reminders,
                "alerts_url": absolute(reverse("admin:courses_alert_changelist")),
            }
            subject = _("This morning - %(clinic)s") % {"clinic": digest.clinic.name}
            return compose(message, "daily_digest", context, to=member.address, subject=subject)

    def settled(self, message: Message, *, at: datetime) -> None:
        """Note a refused address."""
        note_delivery(message, at=at)

    def _digest(self, message: Message) -> Digest:
        return Digest.objects.for_clinic(message.clinic).select_related("clinic").get(pk=message.subject_id)


def _what(words: str, worse: str | None) -> str:
    """What an alert is about, and how much worse its course is, once."""
    if worse is None:
        return words
    is_said = words == str(Alert.Rule.WORSE_THAN_START.label)
    return worse if is_said else f"{words} ({worse})"


def _link(row: models.Model) -> str:
    meta = row._meta
    return absolute(reverse(f"admin:{meta.app_label}_{meta.model_name}_change", args=[row.pk]))


def _links(rows: Iterable[models.Model]) -> list[str]:
    return [_link(row) for row in rows]


digest_mail = DigestMail()
