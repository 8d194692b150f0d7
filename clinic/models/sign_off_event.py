"""What became of clinical content: who edited it, commented on it or signed it off, in which version."""

from __future__ import annotations

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.models.clinic import Clinic
from clinic.models.membership import Membership
from clinic.models.scoped import ClinicScopedQuerySet


class SignOffEvent(models.Model):
    """One thing that happened to one piece of content. The database refuses to change or delete it."""

    class Action(models.TextChoices):
        """What was done."""

        ADDED = "added", _("added")
        EDITED = "edited", _("edited")
        PROPOSED = "proposed", _("proposed, waits for a second person")
        CONFIRMED = "confirmed", _("confirmed by a second person")
        WITHDRAWN = "withdrawn", _("proposal withdrawn")
        COMMENTED = "commented", _("commented")
        SIGNED = "signed", _("signed off")

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    kind = models.CharField(_("kind"), max_length=60, help_text=_("The table or the text file."))
    code = models.CharField(_("code"), max_length=120, help_text=_("What it is called within its kind."))
    title = models.CharField(_("what"), max_length=300)
    version = models.PositiveIntegerField(_("version"))
    # Shows whether the content was another one then.
    digest = models.CharField(_("digest"), max_length=20)
    action = models.CharField(_("action"), max_length=10, choices=Action)
    changes = models.JSONField(
        _("changes"), default=list, blank=True, help_text=_("What was edited: label, before, after.")
    )
    comment = models.TextField(_("comment"), blank=True)
    by = models.ForeignKey(Membership, models.PROTECT, related_name="+", verbose_name=_("by"))
    at = models.DateTimeField(_("time"))

    objects = ClinicScopedQuerySet["SignOffEvent"].as_manager()

    class Meta:
        verbose_name = _("sign-off event")
        verbose_name_plural = _("clinical sign-off")
        ordering = ["-at", "-pk"]
        constraints = [
            models.CheckConstraint(
                condition=Q(
                    action__in=["added", "edited", "proposed", "confirmed", "withdrawn", "commented", "signed"]
                ),
                name="clinic_signoffevent_known_action",
            ),
            models.CheckConstraint(
                condition=~Q(action="commented", comment=""), name="clinic_signoffevent_comment_is_there"
            ),
        ]
        indexes = [models.Index(fields=["clinic", "kind", "code", "-at"], name="clinic_signoffevent_of_one")]

    def __str__(self) -> str:
        return f"{self.get_action_display()}: {self.title}"
