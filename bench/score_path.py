"""The path of a score: every file and function of the project from the form that is sent to the mail.

Counted at run time with `sys.setprofile` and `threading.setprofile`, so that the curve's own thread counts too. A
function is a `def` of the project that was called, by its file and name; bodies of modules and classes, lambdas
and comprehensions are none of their own. Tests, bench and migrations do not count. Run it in a process of its
own: what an earlier run kept in memory would be missing from the path.
"""

from __future__ import annotations

import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http import HTTPStatus
from itertools import pairwise
from pathlib import Path
from types import CodeType, FrameType
from typing import Any

from django.core import mail
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext, override_settings
from django.utils import timezone

from bench.pages import _courses, _filled_in
from clinic.models import Message, User
from clinic.outbox.deliver import deliver_due
from courses.models import Alert, AlertEvent, Course
from courses.outlook import time_limit

ROOT = Path(__file__).resolve().parent.parent
PROJECT = tuple(f"{ROOT / app}/" for app in ("clinic", "patients", "courses"))
# Far above the score before: the fixed rules raise an alert whatever the curve expects.
RISE = {"before": 3, "after": 7}
Step = tuple[str, str]


class PathTaken:
    """The functions passed, each once, in the order in which they were first called."""

    def __init__(self) -> None:
        self.steps: dict[Step, None] = {}
        self._known: dict[CodeType, Step | None] = {}

    def look(self, frame: FrameType, event: str, _argument: object) -> None:
        """What `sys.setprofile` calls at each call and return."""
        if event != "call":
            return
        code = frame.f_code
        if code not in self._known:
            self._known[code] = _step(code)
        step = self._known[code]
        if step is not None:
            self.steps.setdefault(step)

    @property
    def files(self) -> list[str]:
        """The files passed, each once."""
        return list(dict.fromkeys(file for file, _name in self.steps))

    @property
    def n_steps_back(self) -> int:
        """How often the path comes to a new function in a file that it had left before."""
        seen: set[str] = set()
        back = 0
        for (before, _name), (file, _other) in pairwise(self.steps):
            seen.add(before)
            back += file != before and file in seen
        return back


def _step(code: CodeType) -> Step | None:
    if not code.co_filename.startswith(PROJECT) or "/migrations/" in code.co_filename or "<" in code.co_name:
        return None
    if code.co_name == code.co_qualname and not code.co_flags & 0x02:  # the body of a module or a class
        return None
    return str(Path(code.co_filename).relative_to(ROOT)), code.co_qualname


@contextmanager
def watched() -> Iterator[PathTaken]:
    """Everything called within, in every thread that starts within."""
    path = PathTaken()
    threading.setprofile(path.look)
    sys.setprofile(path.look)
    try:
        yield path
    finally:
        sys.setprofile(None)
        threading.setprofile(None)


def measure() -> list[dict[str, Any]]:
    """A row for files, functions and steps back; prints the path itself."""
    call_command("migrate", verbosity=0)
    call_command("seed_demo", if_empty=True, verbosity=0)
    # Watching slows everything down: the curve's time-out must not change the path.
    time_limit.SECONDS = 30.0
    with override_settings(
        STORAGES={"staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"}},
        EMAIL_BACKEND="django.core.mail.backends.locmem.EmailBackend",
        ALLOWED_HOSTS=["testserver"],
        SECURE_SSL_REDIRECT=False,
    ):
        path, n_queries = _score()
    for number, (file, name) in enumerate(path.steps, start=1):
        print(f"{number:4}  {file}: {name}")
    figures = {
        "files": len(path.files),
        "functions": len(path.steps),
        "steps back": path.n_steps_back,
        "queries": n_queries,
    }
    return [
        {
            "name": f"path of a score, form to mail: {name}",
            "value": value,
            "unit": name,
            "versus": "",
            "ratio": None,
            "n": 1,
        }
        for name, value in figures.items()
    ]


def _score() -> tuple[PathTaken, int]:
    """One session form with a rise, saved by a practitioner, and the mail about it delivered."""
    unresolved = set(Alert.objects.all_clinics().unresolved().values_list("course", flat=True))
    course: Course = next(one for one in _courses() if one.pk not in unresolved)
    client = Client()
    who = User.objects.get(username="practitioner")
    client.force_login(who, backend="clinic.account.sign_in.MembershipBackend")
    last_event = AlertEvent.objects.order_by("pk").values_list("pk", flat=True).last() or 0
    form = {**_filled_in(course), **RISE}
    # What waits already leaves first, and the form was opened before it is sent: the path is that of one score.
    deliver_due(clock=timezone.now)
    _refuse(client.get(f"/admin/courses/course/{course.pk}/log/"), HTTPStatus.OK)
    with CaptureQueriesContext(connection) as queries, watched() as path:
        response = client.post(f"/admin/courses/course/{course.pk}/log/", form)
        _refuse(response, HTTPStatus.FOUND)
        told = Message.objects.filter(kind="staff_alert", subject_id__gt=last_event).order_by("due_at").first()
        if told is None:
            raise RuntimeError("the score raised no alert")
        at = told.due_at + timedelta(seconds=1)
        deliver_due(clock=lambda: at)
    if not any(one.subject.startswith("Alert") for one in getattr(mail, "outbox", [])):
        raise RuntimeError("the mail did not leave")
    return path, len(queries)


def _refuse(response: Any, wanted: HTTPStatus) -> None:
    if response.status_code != wanted:
        raise RuntimeError(f"the form was answered with {response.status_code}")
