"""Server time of the pages that practitioners wait for, on the demo's data."""

from __future__ import annotations

import statistics
import time
import uuid
from collections.abc import Callable, Iterator
from http import HTTPStatus
from itertools import cycle
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.db.models import Max, Q
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.utils import timezone

from clinic.models import Membership, User
from courses.models import Course
from courses.rules.red_flag import SEVERE_PAIN, USUAL
from courses.sessions.entry import SessionEntry
from courses.sessions.log import log_session

N_RUNS = 60
FEWEST_SESSIONS = 4


def measure() -> list[dict[str, Any]]:
    """A row for each page: median milliseconds of the server alone, and its queries."""
    call_command("migrate", verbosity=0)
    call_command("seed_demo", if_empty=True, verbosity=0)
    storages = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    with override_settings(STORAGES=storages, ALLOWED_HOSTS=["testserver"], SECURE_SSL_REDIRECT=False):
        return _measure()


def _measure() -> list[dict[str, Any]]:
    client, courses = Client(), cycle(_courses())
    who = User.objects.get(username="practitioner")
    client.force_login(who, backend="clinic.account.sign_in.MembershipBackend")
    # Requests that change no course come first; the others go through all courses in turn.
    pages: dict[str, Callable[[Course], object]] = {
        "Today": lambda _course: client.get("/admin/"),
        "course page": lambda course: client.get(f"/admin/courses/course/{course.pk}/change/"),
        "session form": lambda course: client.get(f"/admin/courses/course/{course.pk}/log/"),
        "session form, saved": lambda course: client.post(
            f"/admin/courses/course/{course.pk}/log/", _filled_in(course)
        ),
        "log_session alone": _log,
    }
    return [_row(name, work, courses) for name, work in pages.items()]


def _courses() -> list[Course]:
    """One practitioner's courses with clearance for needling and enough sessions for a chart and a fit."""
    rows: Any = Course.objects.filter(status=Course.Status.ACTIVE, practitioner__user__username="practitioner")
    last_number = Max("sessions__number", filter=Q(sessions__voided_at=None))
    found = rows.select_related("clinic").with_held().annotate(last_number=last_number)
    return list(found.filter(n_held__gte=FEWEST_SESSIONS).order_by("pk"))


def _filled_in(course: Any) -> dict[str, object]:
    held_at, seen = course.clinic.local(timezone.now()), course.last_number
    course.last_number += 1
    return {
        "form_key": uuid.uuid4(),
        "seen_number": seen,
        "before": 4,
        "after": 3,
        "no_red_flag": "on",
        "is_needled": "no",
        # Asked only if scores cannot show worsening.
        f"answer_{SEVERE_PAIN}": USUAL,
        "held_at": held_at.strftime("%Y-%m-%dT%H:%M"),
        "practitioner": course.practitioner_id,
        "needling-TOTAL_FORMS": 0,
        "needling-INITIAL_FORMS": 0,
    }


def _log(course: Course) -> None:
    by, at = Membership.objects.all_clinics().get(pk=course.practitioner_id), timezone.now()
    entry = SessionEntry(uuid.uuid4(), at, by, is_needled=False, before=4, after=3)
    log_session(course, entry=entry, by=by, at=at)


def _refuse_failure(name: str, response: object) -> None:
    """Refuse to count a page that was not shown or a session that was not saved."""
    status = getattr(response, "status_code", HTTPStatus.OK)
    if status >= HTTPStatus.BAD_REQUEST:
        raise RuntimeError(f"{name}: answered {status}")


def _row(name: str, work: Callable[[Course], object], courses: Iterator[Course]) -> dict[str, Any]:
    work(next(courses))
    with CaptureQueriesContext(connection) as queries:
        work(next(courses))
        n_queries = len(queries)
    taken = []
    for _run in range(N_RUNS):
        course, started = next(courses), time.perf_counter()
        response = work(course)
        taken.append((time.perf_counter() - started) * 1000)
        _refuse_failure(name, response)
    return {
        "name": f"{name}: server time",
        "value": statistics.median(taken),
        "unit": "ms",
        "versus": f"{n_queries} queries",
        "ratio": None,
        "n": N_RUNS,
    }
