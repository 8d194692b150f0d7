"""Heartbeats of the processes that run in the background."""

from __future__ import annotations

from datetime import datetime

from django.db import models
from django.utils.translation import gettext_lazy as _


class Heartbeat(models.Model):
    """When a process was last known to work; one row for each name."""

    name = models.CharField(_("process"), max_length=40, unique=True)
    beaten_at = models.DateTimeField(_("last heartbeat"))

    class Meta:
        verbose_name = _("heartbeat")
        verbose_name_plural = _("heartbeats")

    def __str__(self) -> str:
        return self.name

    @classmethod
    def beat(cls, name: str, *, at: datetime) -> None:
        """Record a heartbeat."""
        cls.objects.update_or_create(name=name, defaults={"beaten_at": at})
