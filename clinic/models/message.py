"""The outbox row: one thing to send to one person on one channel."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from typing import Self

from django.db import models
from django.db.models import Q
from django.db.models.functions import Coalesce
from django.utils.translation import gettext_lazy as _

from clinic.models.clinic import Clinic
from clinic.models.scoped import ClinicScopedQuerySet

# No lease is longer than this, including differences between the clocks of several machines.
LONGEST_LEASE = timedelta(minutes=10)


class MessageQuerySet(ClinicScopedQuerySet["Message"]):
    """Rows of the outbox."""

    def pending(self) -> Self:
        """Not settled yet, including those being sent."""
        return self.filter(state__in=[Message.State.PENDING, Message.State.SENDING])

    def due_by(self, at: datetime) -> Self:
        """Waiting and due."""
        return self.filter(state=Message.State.PENDING, due_at__lte=at)

    def waiting_by(self, at: datetime) -> Self:
        """Due by then and neither sent nor given up, with `waits_since`; retries count as waiting."""
        waiting = self.pending().filter(Q(first_due_at__isnull=False) | Q(due_at__lte=at))
        return waiting.annotate(waits_since=Coalesce("first_due_at", "due_at"))

    def lapsed_by(self, at: datetime) -> Self:
        """Claims whose lease has expired, also by a clock that was set back."""
        is_over = Q(lease_until__lte=at) | Q(lease_until__gt=at + LONGEST_LEASE)
        return self.filter(is_over, state=Message.State.SENDING)


class Message(models.Model):
    """One thing to send to one person on one channel. The database is the queue; rows are never deleted."""

    class State(models.TextChoices):
        """The state of a message."""

        PENDING = "pending", _("waiting")
        SENDING = "sending", _("being sent")
        SENT = "sent", _("sent")
        CANCELLED = "cancelled", _("no longer needed")
        FAILED = "failed", _("failed")
        UNKNOWN = "unknown", _("sent or not: unknown")

    class Guarantee(models.TextChoices):
        """What happens when a process dies between sending a message and recording it."""

        AT_LEAST_ONCE = "at_least_once", _("at least once")
        AT_MOST_ONCE = "at_most_once", _("at most once")

    class Channel(models.TextChoices):
        """How a message travels."""

        EMAIL = "email", _("email")
        WEBHOOK = "webhook", _("webhook")

    class Trouble(models.TextChoices):
        """The cause of the last failure."""

        WAY = "way", _("the connection")
        US = "us", _("this installation")
        ADDRESS = "address", _("the address")
        MESSAGE = "message", _("the message itself")

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="messages", verbose_name=_("clinic"))
    kind = models.CharField(_("kind"), max_length=40)
    subject_id = models.BigIntegerField(
        _("about"), help_text=_("The key of the row this message is about. Its kind says which table.")
    )
    recipient = models.CharField(
        _("recipient"),
        max_length=60,
        help_text=_("Who, not where: for example membership:12 or endpoint:3. The address is looked up."),
    )
    channel = models.CharField(_("channel"), max_length=20, choices=Channel, default=Channel.EMAIL)
    guarantee = models.CharField(_("guarantee"), max_length=20, choices=Guarantee)
    is_urgent = models.BooleanField(_("urgent"), default=False)
    group_key = models.CharField(_("group"), max_length=80, blank=True)
    bundle_key = models.CharField(
        _("sent together with"),
        max_length=80,
        blank=True,
        help_text=_("Messages for one recipient with the same key are sent as one mail. Empty: sent alone."),
    )
    dedup_key = models.CharField(_("unique key"), max_length=160)
    state = models.CharField(_("state"), max_length=20, choices=State, default=State.PENDING)
    created_at = models.DateTimeField(_("created"))
    due_at = models.DateTimeField(_("due"))
    first_due_at = models.DateTimeField(
        _("first due"),
        null=True,
        blank=True,
        help_text=_("When it was due before its first retry: a retry moves the time it is due, never this one."),
    )
    lease_until = models.DateTimeField(_("claimed until"), null=True, blank=True)
    claim = models.UUIDField(_("claimed by"), null=True, blank=True, editable=False)
    n_attempts = models.PositiveSmallIntegerField(_("attempts"), default=0)
    n_spoiled = models.PositiveSmallIntegerField(
        _("attempts that failed because of the message"),
        default=0,
        help_text=_("It could not be made, or the process that sent it died."),
    )
    trouble = models.CharField(_("last failure was about"), max_length=10, choices=Trouble, blank=True)
    troubled_at = models.DateTimeField(_("last failure"), null=True, blank=True)
    settled_at = models.DateTimeField(_("settled"), null=True, blank=True)
    is_refused = models.BooleanField(
        _("refused for good"), default=False, help_text=_("The other side refused it and would refuse it again.")
    )
    error = models.CharField(_("last error"), max_length=300, blank=True)

    objects = MessageQuerySet.as_manager()

    class Meta:
        verbose_name = _("message")
        verbose_name_plural = _("messages")
        ordering = ["-created_at", "-pk"]
        constraints = [
            models.UniqueConstraint(fields=["clinic", "dedup_key"], name="clinic_message_made_once"),
            models.CheckConstraint(
                condition=Q(state="sending", lease_until__isnull=False) | ~Q(state="sending"),
                name="clinic_message_sending_has_a_lease",
            ),
            models.CheckConstraint(
                condition=Q(state__in=["pending", "sending"], settled_at=None)
                | Q(state__in=["sent", "cancelled", "failed", "unknown"], settled_at__isnull=False),
                name="clinic_message_settled_has_a_time",
            ),
        ]
        indexes = [
            # Settled rows leave both indexes, so that a sweep costs the same with a million of them.
            models.Index(fields=["-is_urgent", "due_at"], condition=Q(state="pending"), name="clinic_message_due"),
            models.Index(fields=["lease_until"], condition=Q(state="sending"), name="clinic_message_leased"),
            models.Index(
                fields=["recipient", "bundle_key"],
                condition=Q(state="pending") & ~Q(bundle_key=""),
                name="clinic_message_bundle",
            ),
            models.Index(fields=["kind", "subject_id"], name="clinic_message_subject"),
            models.Index(fields=["group_key"], condition=~Q(group_key=""), name="clinic_message_group"),
            # For the waiting time of the oldest retried message.
            models.Index(
                fields=["first_due_at"],
                condition=Q(state__in=["pending", "sending"], first_due_at__isnull=False),
                name="clinic_message_retried",
            ),
            models.Index(
                fields=["trouble", "troubled_at"], condition=~Q(trouble=""), name="clinic_message_trouble"
            ),
            # For the outcome of the last day's messages, without reading those of years.
            models.Index(
                fields=["settled_at"], condition=Q(settled_at__isnull=False), name="clinic_message_settled"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.uuid}"

    @property
    def recipient_id(self) -> int:
        """The number in `recipient`: a membership, an endpoint or a patient."""
        return int(self.recipient.partition(":")[2])

    @property
    def is_settled(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state not in {self.State.PENDING, self.State.SENDING}
