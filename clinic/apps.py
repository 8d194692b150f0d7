"""App configurations of the foundation."""

from django.apps import AppConfig
from django.contrib.admin.apps import SimpleAdminConfig
from django.utils.translation import gettext_lazy as _

from clinic import logs
from clinic.typed.lost_text import refuse_lost_letters


class ClinicConfig(AppConfig):
    """Who works where."""

    name = "clinic"
    verbose_name = _("Clinic")

    def ready(self) -> None:
        """Register the system checks, route the log, and hold every field of text to what can be read."""
        from clinic import checks, production  # noqa: F401, PLC0415

        logs.configure()
        refuse_lost_letters()


class StaffAdminConfig(SimpleAdminConfig):
    """The admin is the staff's workplace: it shows our own screens, registered by the apps, and no others."""

    default_site = "courses.admin.site.StaffAdminSite"
