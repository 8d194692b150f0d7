"""What a patient agreed to, by stream."""

from __future__ import annotations

from typing import Self

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from clinic.models import Clinic, ClinicScopedQuerySet, Membership, Voidable, VoidableQuerySet, void_says_why
from patients.models.consent_text import ConsentText
from patients.models.patient import Patient


class ConsentQuerySet(VoidableQuerySet["Consent"]):
    """Consents, given and withdrawn."""

    def latest_each(self) -> Self:
        """The latest answer for each stream of each patient."""
        return self.order_by("patient_id", "stream", "-recorded_at", "-pk").distinct("patient_id", "stream")


class Consent(Voidable):
    """A patient's answer for one stream at one time. The latest counts; none is changed or deleted."""

    class Stream(models.TextChoices):
        """What a patient can agree to, each separately."""

        TREATMENT = "treatment", _("treatment")
        ELECTRO = "electro", _("electro-acupuncture")
        MOXA = "moxa", _("moxibustion")
        CUPPING = "cupping", _("cupping")
        REMINDERS = "reminders", _("reminder mails")
        CHECK_INS = "check_ins", _("check-in mails")
        RESEARCH = "research", _("research and dashboards")

    class How(models.TextChoices):
        """How it was given or withdrawn."""

        SIGNED = "signed", _("signed on paper")
        SPOKEN = "spoken", _("in person or by phone")
        LINK = "link", _("through a link in a mail")
        MERGE = "merge", _("two records merged: ask the patient again")

    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="+", verbose_name=_("clinic"))
    patient = models.ForeignKey(Patient, models.PROTECT, related_name="consents", verbose_name=_("patient"))
    stream = models.CharField(_("agrees to"), max_length=12, choices=Stream)
    is_given = models.BooleanField(_("given"))
    how = models.CharField(_("how"), max_length=10, choices=How)
    text_version = models.CharField(_("text version"), max_length=40)
    # None: given before the clinic had texts of its own, or by a link in a mail.
    text = models.ForeignKey(
        ConsentText, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("text")
    )
    language = models.CharField(_("language"), max_length=12)
    recorded_by = models.ForeignKey(
        Membership, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("recorded by")
    )
    recorded_at = models.DateTimeField(_("recorded"))

    objects = ConsentQuerySet.as_manager()
    # Includes void rows, for pages that show what is on file.
    every = ClinicScopedQuerySet["Consent"].as_manager()

    class Meta:
        verbose_name = _("consent")
        verbose_name_plural = _("consents")
        ordering = ["-recorded_at", "-pk"]
        constraints = [
            void_says_why("patients_consent_void_says_why"),
            models.CheckConstraint(
                condition=Q(how="link") | Q(recorded_by__isnull=False),
                name="patients_consent_says_who_recorded_it",
            ),
        ]
        indexes = [models.Index(fields=["patient", "stream", "-recorded_at"], name="patients_consent_latest")]

    def __str__(self) -> str:
        return f"{self.get_stream_display()}: {_('given') if self.is_given else _('withdrawn')}"
