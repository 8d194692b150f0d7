"""How long the server takes for the pages a practitioner waits for, on the demo's data."""

from __future__ import annotations

import statistics
import time
import uuid
from collections.abc import Callable
from typing import Any

from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.utils import timezone

from clinic.models import Membership, User
from courses.models import Course
from courses.sessions.entry import SessionEntry
from courses.sessions.log import log_session

N_RUNS = 30


def measure() -> list[dict[str, Any]]:
    """A row for each page: median milliseconds of the server alone, and its queries."""
    call_command("migrate", verbosity=0)
    call_command("seed_demo", if_empty=True, verbosity=0)
    storages = {"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}}
    with override_settings(STORAGES=storages, ALLOWED_HOSTS=["testserver"], SECURE_SSL_REDIRECT=False):
        return _measure()


def _measure() -> list[dict[str, Any]]:
    client, course = Client(), _course()
    client.force_login(User.objects.get(username="practitioner"), backend="clinic.sign_in.MembershipBackend")
    form = f"/admin/courses/course/{course.pk}/log/"
    pages: dict[str, Callable[[], object]] = {
        "Today": lambda: client.get("/admin/"),
        "session form": lambda: client.get(form),
        "session form, saved": lambda: client.post(form, _filled_in(course)),
        "log_session alone": lambda: _log(course),
        "course page": lambda: client.get(f"/admin/courses/course/{course.pk}/change/"),
    }
    return [_row(name, work) for name, work in pages.items()]


def _course() -> Course:
    """A course that may be needled, with sessions to draw and to learn from."""
    active = Course.objects.filter(status=Course.Status.ACTIVE, practitioner__user__username="practitioner")
    return active.order_by("pk")[0]


def _filled_in(course: Course) -> dict[str, object]:
    held_at = course.clinic.local(timezone.now())
    return {
        "form_key": uuid.uuid4(),
        "before": 4,
        "after": 3,
        "no_red_flag": "on",
        "held_at": held_at.strftime("%Y-%m-%dT%H:%M"),
        "practitioner": course.practitioner_id,
        "needling-TOTAL_FORMS": 0,
        "needling-INITIAL_FORMS": 0,
    }


def _log(course: Course) -> None:
    by, at = Membership.objects.all_clinics().get(pk=course.practitioner_id), timezone.now()
    entry = SessionEntry(uuid.uuid4(), at, by, is_needled=False, before=4, after=3)
    log_session(course, entry=entry, by=by, at=at)


def _row(name: str, work: Callable[[], object]) -> dict[str, Any]:
    work()
    with CaptureQueriesContext(connection) as queries:
        work()
        n_queries = len(queries)
    taken = []
    for _run in range(N_RUNS):
        started = time.perf_counter()
        work()
        taken.append((time.perf_counter() - started) * 1000)
    return {
        "name": f"{name}: server time",
        "value": statistics.median(taken),
        "unit": "ms",
        "versus": f"{n_queries} queries",
        "ratio": None,
        "n": N_RUNS,
    }
