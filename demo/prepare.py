"""`python -m demo.prepare`: prepares database, demo clinic and static files in one process.

One process, because loading Django and the numbers takes longer than checking that everything exists.
"""

import os
import sys

import django
from django.core.management import call_command
from django.db.utils import ProgrammingError

from demo.private_services.session import OWNER_VARIABLE

COLLECT_STATIC = "--static"
OF_ANOTHER_VERSION = "The data of this demo was made by another version. Remove the folder .demo to start again."


def main() -> None:
    """Prepare what is missing; static files only on request."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")
    # The owner makes the tables; the other processes read and write rows.
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
