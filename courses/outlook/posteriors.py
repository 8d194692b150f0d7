"""A course under the Prior that its clinic uses."""

from __future__ import annotations

import structlog
from django.db import Error

from courses.curve import CoursePosterior, condition
from courses.priors.adopted import InForce
from courses.priors.course_records import Record

log = structlog.stdlib.get_logger(__name__)


def posterior_of(record: Record, now: InForce) -> CoursePosterior | None:
    """The posterior of a record; None, with a log line, if the Prior or the scores are unusable.

    A database error is raised, because nothing else could be read either.
    """
    try:
        return condition(now.prior, record.scores())
    except Error:
        raise
    except Exception as error:  # noqa: BLE001 - the caller must continue whatever the curve does
        log.error("curve failed", course=record.course, error=type(error).__name__)
        return None
