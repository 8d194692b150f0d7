"""The web process."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

application = get_wsgi_application()

from django.conf import settings  # noqa: E402

from clinic.checks import refuse_to_start_unless_sound  # noqa: E402 - needs the apps loaded
from clinic.database import hold_to  # noqa: E402

refuse_to_start_unless_sound()
hold_to(settings.DATABASE_PAGE_SECONDS)
