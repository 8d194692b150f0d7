"""The note in an alert's mail on how many points the course is worse than at the start, as on every page."""

from __future__ import annotations

from collections.abc import Sequence

import structlog
from django.db import Error

from clinic.models import Clinic
from courses.models import Alert
from courses.outlook.wording import worse_note
from courses.priors.course_records import worse_by_course

log = structlog.stdlib.get_logger(__name__)


def worse_notes(alerts: Sequence[Alert], *, clinic: Clinic) -> dict[int, str]:
    """A note by alert, for courses worse than at the start; one query, and none if all are red flags.

    The mail of a red flag waits for nothing, and every mail is sent even if the note fails.
    """
    wanted = {alert.pk: alert.course_id for alert in alerts if alert.course_id and not alert.is_red_flag}
    if not wanted:
        return {}
    try:
        worse = worse_by_course(set(wanted.values()), clinic=clinic)
        return {pk: worse_note(worse[course]) for pk, course in wanted.items() if course in worse}
    except Error:
        raise
    except Exception as error:  # noqa: BLE001 - whatever goes wrong here, the mail leaves
        log.error("note failed", alerts=sorted(wanted), error=type(error).__name__)
        return {}
