"""What a clinic does otherwise than its country: clock, week and paper. The rest follows from the country."""

from __future__ import annotations

from django.db import models
from django.utils.translation import gettext_lazy as _

_AS_THE_COUNTRY = _("Leave empty to use what is usual in the country.")


class Weekday(models.IntegerChoices):
    """ISO weekdays."""

    MONDAY = 1, _("Monday")
    TUESDAY = 2, _("Tuesday")
    WEDNESDAY = 3, _("Wednesday")
    THURSDAY = 4, _("Thursday")
    FRIDAY = 5, _("Friday")
    SATURDAY = 6, _("Saturday")
    SUNDAY = 7, _("Sunday")


class ClockHours(models.IntegerChoices):
    """How the hours of the day are counted."""

    TWELVE = 12, _("12 hours (am and pm)")
    TWENTY_FOUR = 24, _("24 hours")


class Paper(models.TextChoices):
    """What letters are printed on."""

    A4 = "a4", "A4"
    LETTER = "letter", _("US Letter")


class Habits(models.Model):
    """The columns of a clinic that stay empty where it does as its country does."""

    clock_hours = models.PositiveSmallIntegerField(
        _("clock"), choices=ClockHours, null=True, blank=True, help_text=_AS_THE_COUNTRY
    )
    first_weekday = models.PositiveSmallIntegerField(
        _("first day of the week"), choices=Weekday, null=True, blank=True, help_text=_AS_THE_COUNTRY
    )
    paper = models.CharField(
        _("paper for letters"), max_length=6, choices=Paper, blank=True, help_text=_AS_THE_COUNTRY
    )

    class Meta:
        abstract = True
