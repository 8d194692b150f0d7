"""`python -m demo.prepare`: database, demo clinic and static files, made ready by one process.

One, because loading Django and the numbers takes longer than finding that all is there already.
"""

import os
import sys

import django
from django.core.management import call_command
from django.db.utils import ProgrammingError

from demo.private_services.session import OWNER_VARIABLE

COLLECT_STATIC = "--static"
OF_ANOTHER_VERSION = "The data of this demo was made by another version. Remove the folder .demo to start anew."


def main() -> None:
    """Prepare what is missing; static files only when asked to."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    # Tables are made by their owner; what runs afterwards reads and writes rows.
    os.environ["DATABASE_URL"] = os.environ.get(OWNER_VARIABLE) or os.environ["DATABASE_URL"]
    django.setup()
    try:
        call_command("migrate", interactive=False, verbosity=0)
        call_command("seed_demo", if_empty=True)
    except ProgrammingError as error:
        reason = str(error).splitlines()[0]
        sys.exit(f"{OF_ANOTHER_VERSION} ({reason})")
    if COLLECT_STATIC in sys.argv:
        call_command("collectstatic", interactive=False, clear=True, verbosity=0)


if __name__ == "__main__":
    main()
