"""What an operator should look at soon although all works: shown by /healthz, never a reason for its 503."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import Error, connection

from clinic.backups.write import SIGN
from clinic.database import within
from clinic.models import Heartbeat, Message

# A backup runs every night and may be two hours late.
LONGEST_WITHOUT_BACKUP = timedelta(hours=26)
# The checks already waited for the database, so warnings that need it get little time.
SECONDS = 0.5


def warnings(*, at: datetime) -> dict[str, str]:
    """Warnings by name; none if the database does not answer, because the checks report that."""
    try:
        with within(SECONDS):
            found = {"backup": _backup(at), "login": _login()}
    except Error:
        return {}
    return {name: words for name, words in found.items() if words}


def _backup(at: datetime) -> str:
    taken_at = Heartbeat.objects.filter(name=SIGN).values_list("beaten_at", flat=True).first()
    if taken_at is None:
        return "no backup was ever taken"
    age = at - taken_at
    return (
        ""
        if age <= LONGEST_WITHOUT_BACKUP
        else f"the last backup was taken {int(age.total_seconds() // 3600)} h ago"
    )


def _login() -> str:
    """Whether the application's database role could switch off the triggers that protect history."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT pg_has_role(current_user, relowner, 'USAGE') FROM pg_class WHERE oid = %s::regclass",
            [Message._meta.db_table],
        )
        (is_owner,) = cursor.fetchone()
    return "DATABASE_URL signs in as the owner of the tables: use healing_curve_app" if is_owner else ""
