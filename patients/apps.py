"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class PatientsConfig(AppConfig):
    """Who is treated, and whether they may be."""

    name = "patients"
    verbose_name = _("Patients")
