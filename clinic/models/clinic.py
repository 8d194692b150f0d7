"""A clinic: its place in time, how patients reach help."""

from __future__ import annotations

import uuid
import zoneinfo
from datetime import datetime

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator, URLValidator
from django.db import models
from django.db.models import Q
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from clinic.country.countries import ANYWHERE, CrisisLine, crisis_line_in
from clinic.country.phones import validate_emergency_number, validate_phone
from clinic.models.habits import Habits
from clinic.opening import OpeningCalendar
from clinic.typed.validators import validate_country, validate_zone


class Responder(models.TextChoices):
    """A step of the escalation chain: who is alerted."""

    PRACTITIONER = "practitioner", _("treating practitioner")
    DUTY_LEAD = "duty_lead", _("duty lead")
    MANAGER = "manager", _("manager")
    ALL_MANAGERS = "all_managers", _("all managers")


def default_escalation_chain() -> list[str]:
    """The escalation chain of a new clinic."""
    return [str(step) for step in Responder]


def default_languages() -> list[str]:
    """The languages in which a new clinic writes to patients."""
    return ["en"]


def site_name(url: str) -> str:
    """A web address as people read it: www.example.org."""
    return url.partition("://")[2].removesuffix("/")


class Clinic(Habits):
    """One clinic: its country and time zone, how patients reach help, how many alerts it can answer."""

    name = models.CharField(_("name"), max_length=120)
    slug = models.SlugField(_("short name"), max_length=60, unique=True)
    zone = models.CharField(
        _("time zone"), max_length=64, validators=[validate_zone], help_text=_("For example Europe/Berlin.")
    )
    country = models.CharField(
        _("country"),
        max_length=2,
        blank=True,
        validators=[validate_country],
        help_text=_("ISO 3166 code. It decides the emergency number and how phone numbers are read."),
    )
    phone = models.CharField(_("phone"), max_length=40, help_text=_("Shown to patients as the number to call."))
    address = models.CharField(
        _("address"),
        max_length=300,
        blank=True,
        help_text=_("Street, postcode and town, as patients and doctors should read it."),
    )
    website = models.URLField(
        _("website"),
        blank=True,
        validators=[URLValidator(schemes=["http", "https"])],
        help_text=_("Shown on letters, in emails to patients and on their pages."),
    )
    logo = models.OneToOneField(
        "clinic.ClinicLogo",
        models.SET_NULL,
        null=True,
        blank=True,
        editable=False,
        related_name="+",
        verbose_name=_("logo"),
    )
    reply_to = models.EmailField(
        _("reply address"),
        blank=True,
        help_text=_("A mailbox that somebody reads: patients answer their reminders."),
    )
    emergency_number = models.CharField(_("emergency number"), max_length=20, default=ANYWHERE)
    # What somebody in the clinic looked at and confirmed; until it is the number, emails to patients wait.
    confirmed_emergency_number = models.CharField(
        _("confirmed emergency number"), max_length=20, blank=True, editable=False
    )
    emergency_wording = models.CharField(
        _("emergency wording"),
        max_length=300,
        default="Call the emergency number now. Or ask someone to take you to an emergency department.",
        help_text=_("Shown to a patient at once when an answer points to an emergency."),
    )
    languages = ArrayField(models.CharField(max_length=12), verbose_name=_("languages"), default=default_languages)
    alert_budget_per_100 = models.DecimalField(
        _("alert budget"),
        max_digits=5,
        decimal_places=1,
        default=5,
        validators=[MinValueValidator(0), MaxValueValidator(100)],
        help_text=_("How many pain alerts per 100 sessions the clinic can answer. Red flags do not count."),
    )
    escalation_chain = ArrayField(
        models.CharField(max_length=20, choices=Responder),
        verbose_name=_("escalation chain"),
        default=default_escalation_chain,
        help_text=_("Who is emailed first, and who next while nobody answers."),
    )
    is_day3_asked = models.BooleanField(
        _("check-in on day 3"),
        default=True,
        help_text=_("Patients are asked again on day 3. Staff look into it if they are still worse then."),
    )
    idle_minutes = models.PositiveSmallIntegerField(
        _("sign out after"),
        default=30,
        validators=[MinValueValidator(5), MaxValueValidator(720)],
        help_text=_("Minutes without any activity, 5 to 720. What was typed is kept in the browser."),
    )
    two_factor_grace_days = models.PositiveSmallIntegerField(
        _("days to set up two-factor sign-in"),
        default=14,
        validators=[MaxValueValidator(90)],
        help_text=_("0 to 90. After that, leads and managers set it up when they sign in."),
    )
    # Changes whenever a row changes in a list that the session form uses; a database trigger sets it.
    lists_stamp = models.UUIDField(default=uuid.uuid4, editable=False)
    # The clinic beside which this one is for practice: everybody in it is invented, and nothing of it is emailed.
    practice_of = models.ForeignKey(
        "self",
        models.PROTECT,
        null=True,
        blank=True,
        editable=False,
        related_name="practice_clinics",
        verbose_name=_("practice clinic of"),
    )
    set_up_at = models.DateTimeField(_("set up"), null=True, blank=True, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)

    class Meta:
        verbose_name = _("clinic")
        verbose_name_plural = _("clinics")
        constraints = [
            models.CheckConstraint(
                condition=Q(alert_budget_per_100__gte=0, alert_budget_per_100__lte=100),
                name="clinic_clinic_budget_is_per_100",
            ),
            models.CheckConstraint(
                condition=Q(idle_minutes__range=(5, 720)), name="clinic_clinic_idle_minutes_make_sense"
            ),
        ]

    def __str__(self) -> str:
        return self.name

    def clean(self) -> None:
        """Check that the numbers on patients' pages can be dialled from the clinic's country."""
        refused: dict[str, ValidationError] = {}
        for field, validate in (("phone", validate_phone), ("emergency_number", validate_emergency_number)):
            try:
                if getattr(self, field):
                    validate(getattr(self, field), region=self.country)
            except ValidationError as error:
                refused[field] = error
        if refused:
            raise ValidationError(refused)

    @property
    def zone_info(self) -> zoneinfo.ZoneInfo:
        """The clinic's time zone."""
        return zoneinfo.ZoneInfo(self.zone)

    @property
    def is_number_confirmed(self) -> bool:
        """Whether somebody confirmed the emergency number that patients read today."""
        return bool(self.emergency_number) and self.confirmed_emergency_number == self.emergency_number

    @property
    def is_practice(self) -> bool:
        """Whether everybody in it is invented."""
        return self.practice_of_id is not None

    @property
    def logo_path(self) -> str:
        """The public path of its logo; empty where it has none."""
        return reverse("logo", args=[self.logo_id]) if self.logo_id else ""

    @property
    def website_words(self) -> str:
        """Its website as people read it."""
        return site_name(self.website)

    @property
    def crisis_line(self) -> CrisisLine | None:
        """The line in this country for patients with thoughts of self-harm."""
        return crisis_line_in(self.country)

    def local(self, at: datetime) -> datetime:
        """The wall time in the clinic at an instant."""
        return at.astimezone(self.zone_info)

    def calendar(self) -> OpeningCalendar:
        """When it is open: the one reading of its hours and holidays."""
        return OpeningCalendar.of(self.zone_info, self.opening_hours.all(), self.holidays.all())
