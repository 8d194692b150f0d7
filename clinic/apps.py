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
        """Register the system checks, set up the log, and make every text field refuse lost letters."""
        from clinic import checks, production  # noqa: F401, PLC0415

        logs.configure()
        refuse_lost_letters()


class StaffAdminConfig(SimpleAdminConfig):
    """The admin is the workplace of staff. It shows only our own screens, which the apps register."""

    default_site = "courses.admin.site.StaffAdminSite"
