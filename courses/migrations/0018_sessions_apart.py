"""Sessions of one course that were saved for the same instant are put a second apart, each with its correction."""

from datetime import timedelta
from typing import Any

from django.db import migrations
from django.db.models import Count

REASON = "Saved for the same time as another session of the course: moved by one second"


def move_apart(apps: Any, schema_editor: Any) -> None:
    """The later rows of each instant move on; what stood there before is kept as a correction."""
    sessions_of, corrections = (apps.get_model("courses", name).objects for name in ("Session", "Correction"))
    shared = sessions_of.order_by().values("course", "held_at").annotate(n=Count("pk")).filter(n__gt=1)
    for row in list(shared):
        sessions = sessions_of.filter(course=row["course"], held_at=row["held_at"]).order_by("pk")
        for session in sessions[1:]:
            held_at = session.held_at
            while sessions_of.filter(course=session.course_id, held_at=held_at).exists():
                held_at += timedelta(seconds=1)
            corrections.create(
                clinic_id=session.clinic_id,
                session=session,
                field="held_at",
                before=session.held_at.isoformat(),
                after=held_at.isoformat(),
                reason=REASON,
                corrected_by_id=session.logged_by_id,
                corrected_at=session.logged_at,
            )
            session.scores.filter(scored_at=session.held_at).update(scored_at=held_at)
            sessions_of.filter(pk=session.pk).update(held_at=held_at)


class Migration(migrations.Migration):
    dependencies = [("courses", "0017_void_and_reopen")]

    operations = [migrations.RunPython(move_apart, migrations.RunPython.noop)]
