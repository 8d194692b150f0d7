"""Worse than at the start, as an alert's mail says it: how many points, from the same scores as every page."""

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
    """A note by alert, for those whose course is worse than at its start; in one query, none for red flags alone.

    The mail of a red flag waits for nothing, and none goes unsent for want of a note.
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
