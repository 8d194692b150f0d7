"""A clinic, its opening hours, and who works there."""

from __future__ import annotations

import uuid
import zoneinfo
from datetime import date, datetime

from django.contrib.postgres.fields import ArrayField
from django.core.exceptions import ValidationError
from django.core.validators import MaxValueValidator, MinValueValidator
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from clinic.country.countries import ANYWHERE, CrisisLine, crisis_line_in
from clinic.country.phones import validate_emergency_number, validate_phone
from clinic.models.scoped import ClinicScopedQuerySet
from clinic.models.user import User
from clinic.typed.validators import validate_country, validate_zone


class Role(models.TextChoices):
    """What a member does in the clinic."""

    PRACTITIONER = "practitioner", _("practitioner")
    LEAD = "lead", _("duty lead")
    MANAGER = "manager", _("manager")
    FRONT_DESK = "front_desk", _("front desk")


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


class Clinic(models.Model):
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
    reply_to = models.EmailField(
        _("reply address"),
        blank=True,
        help_text=_("A mailbox that somebody reads: patients answer their reminders."),
    )
    emergency_number = models.CharField(_("emergency number"), max_length=20, default=ANYWHERE)
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
    def crisis_line(self) -> CrisisLine | None:
        """The line in this country for patients with thoughts of self-harm."""
        return crisis_line_in(self.country)

    def local(self, at: datetime) -> datetime:
        """The wall time in the clinic at an instant."""
        return at.astimezone(self.zone_info)


class OpeningHours(models.Model):
    """A stretch of a weekday in which the clinic is open, in its wall time."""

    class Weekday(models.IntegerChoices):
        """ISO weekdays."""

        MONDAY = 1, _("Monday")
        TUESDAY = 2, _("Tuesday")
        WEDNESDAY = 3, _("Wednesday")
        THURSDAY = 4, _("Thursday")
        FRIDAY = 5, _("Friday")
        SATURDAY = 6, _("Saturday")
        SUNDAY = 7, _("Sunday")

    clinic = models.ForeignKey(Clinic, models.CASCADE, related_name="opening_hours", verbose_name=_("clinic"))
    weekday = models.PositiveSmallIntegerField(_("weekday"), choices=Weekday)
    opens_at = models.TimeField(_("opens at"))
    closes_at = models.TimeField(_("closes at"))

    class Meta:
        verbose_name = _("opening hours")
        verbose_name_plural = _("opening hours")
        ordering = ["weekday", "opens_at"]
        constraints = [
            models.CheckConstraint(
                condition=Q(closes_at__gt=F("opens_at")),
                name="clinic_openinghours_close_after_opening",
                violation_error_message=_("The closing time must be after the opening time."),
            ),
            models.CheckConstraint(condition=Q(weekday__range=(1, 7)), name="clinic_openinghours_weekday"),
        ]

    def __str__(self) -> str:
        return f"{self.get_weekday_display()} {self.opens_at:%H:%M}-{self.closes_at:%H:%M}"


class Holiday(models.Model):
    """A day on which the clinic is closed."""

    clinic = models.ForeignKey(Clinic, models.CASCADE, related_name="holidays", verbose_name=_("clinic"))
    on = models.DateField(_("date"))
    name = models.CharField(_("name"), max_length=80)

    objects = ClinicScopedQuerySet["Holiday"].as_manager()

    class Meta:
        verbose_name = _("holiday")
        verbose_name_plural = _("holidays")
        ordering = ["on"]
        constraints = [models.UniqueConstraint(fields=["clinic", "on"], name="clinic_holiday_once_a_day")]

    def __str__(self) -> str:
        return f"{self.on:%Y-%m-%d} {self.name}"


class MembershipQuerySet(ClinicScopedQuerySet["Membership"]):
    """Members of clinics."""

    def active(self) -> MembershipQuerySet:
        """Those who work here now."""
        return self.filter(deactivated_at=None, is_pending=False, user__is_active=True)

    def invited(self, user: User) -> MembershipQuerySet:
        """Invitations that are not answered yet."""
        return self.filter(user=user, is_pending=True, deactivated_at=None).select_related("clinic")

    def of_user(self, user: User | int) -> MembershipQuerySet:
        """The memberships a user can work under, by clinic name."""
        return self.filter(user=user).active().select_related("clinic", "user").order_by("clinic__name", "pk")

    def with_address(self) -> MembershipQuerySet:
        """Those to whom this clinic can write."""
        return self.exclude(own_email="", user__email="")

    def with_role(self, *roles: Role) -> MembershipQuerySet:
        """Those with one of these roles."""
        return self.filter(role__in=roles)


class Membership(models.Model):
    """A user's role in a clinic, and the licence to needle."""

    uuid = models.UUIDField(default=uuid.uuid4, unique=True, editable=False)
    clinic = models.ForeignKey(Clinic, models.PROTECT, related_name="memberships", verbose_name=_("clinic"))
    user = models.ForeignKey("clinic.User", models.PROTECT, related_name="memberships", verbose_name=_("user"))
    role = models.CharField(_("role"), max_length=20, choices=Role)
    licence_number = models.CharField(_("licence number"), max_length=60, blank=True)
    licence_expires_on = models.DateField(_("licence expires on"), null=True, blank=True)
    practising_since = models.DateField(
        _("practising since"),
        null=True,
        blank=True,
        help_text=_("The years in practice are counted from this date."),
    )
    is_supervised = models.BooleanField(
        _("must be supervised"),
        default=False,
        help_text=_("May needle only under the supervisor named here."),
    )
    supervisor = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, related_name="supervised", verbose_name=_("supervisor")
    )
    own_email = models.EmailField(
        _("address for this clinic's mail"),
        blank=True,
        editable=False,
        help_text=_("Empty: the address of the account. Signing in and passwords always use that one."),
    )
    email_failed_at = models.DateTimeField(_("email refused"), null=True, blank=True, editable=False)
    # Somebody who works elsewhere and has not accepted yet: no access to this clinic, and no mail from it.
    is_pending = models.BooleanField(_("invited"), default=False, editable=False)
    created_at = models.DateTimeField(_("created"), auto_now_add=True)
    deactivated_at = models.DateTimeField(_("deactivated"), null=True, blank=True, editable=False)

    objects = MembershipQuerySet.as_manager()

    class Meta:
        verbose_name = _("member")
        verbose_name_plural = _("staff")
        ordering = ["user__last_name", "user__first_name", "pk"]
        constraints = [
            models.UniqueConstraint(
                fields=["clinic", "user"],
                name="clinic_membership_one_role_a_clinic",
                violation_error_message=_("This user is already a member of the clinic."),
            ),
            models.CheckConstraint(condition=Q(role__in=Role.values), name="clinic_membership_known_role"),
            models.CheckConstraint(
                condition=Q(supervisor=None) | ~Q(supervisor=F("id")),
                name="clinic_membership_not_own_supervisor",
            ),
        ]

    def __str__(self) -> str:
        return str(self.user)

    @property
    def is_active(self) -> bool:
        """Whether this person works here now; needs `user` loaded."""
        return self.deactivated_at is None and not self.is_pending and self.user.is_active

    @property
    def address(self) -> str:
        """The address this clinic writes to; needs `user` loaded."""
        return self.own_email or self.user.email

    @property
    def is_clinician(self) -> bool:
        """Whether people with this role treat patients."""
        return self.role in {Role.PRACTITIONER, Role.LEAD}

    def is_licensed(self, on: date) -> bool:
        """Whether a valid licence is on file for a day."""
        return bool(self.licence_number) and (self.licence_expires_on is None or self.licence_expires_on >= on)

    def may_supervise(self, on: date) -> bool:
        """Whether this person is a licensed clinician who needs no supervision; needs `user` loaded."""
        return self.is_active and self.is_clinician and self.is_licensed(on) and not self.is_supervised
