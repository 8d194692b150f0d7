"""App configuration."""

from django.apps import AppConfig
from django.utils.translation import gettext_lazy as _


class CoursesConfig(AppConfig):
    """A course from plan to outcome."""

    name = "courses"
    verbose_name = _("Courses")

    def ready(self) -> None:
        """Register the screens; not from `courses.admin` itself, in which the admin's site lives."""
        from courses.admin import registry  # noqa: F401, PLC0415
