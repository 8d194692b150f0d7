"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoursesConfig(AppConfig):
    """A course of treatment from plan to outcome."""

    name = "courses"
    verbose_name = _("Courses")

    def ready(self) -> None:
        """Register the screens; not by importing `courses.admin` itself, which contains the admin's site."""
        from courses.admin import registry  # noqa: F401, PLC0415
