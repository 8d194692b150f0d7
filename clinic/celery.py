"""The Celery app and the whole beat schedule."""

import os
from typing import Any

import django
from celery import Celery
from celery.schedules import crontab
from celery.signals import (
    beat_init,
    heartbeat_sent,
    task_postrun,
    task_prerun,
    worker_init,
    worker_process_shutdown,
    worker_ready,
)
from django.conf import settings
from django.db import close_old_connections

from clinic.database import hold_to
from clinic.worker import broker
from clinic.worker.watchdog import watchdog

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

app = Celery("healing_curve", task_cls="clinic.worker.jobs:CountedTask")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()
app.conf.beat_scheduler = "clinic.worker.beat:Scheduler"

# Times are UTC. Whatever depends on a clinic's wall time is checked often and computed in the clinic's zone.
# A task that no worker picks up in time expires, so that a stopped broker does not pile up tasks.
app.conf.beat_schedule = {
    "deliver": {"task": "clinic.tasks.deliver", "schedule": 10.0, "options": {"expires": 10}},
    "note beat": {"task": "clinic.tasks.note_beat", "schedule": 10.0, "options": {"expires": 30}},
    "sweep alerts": {"task": "courses.tasks.sweep_alerts", "schedule": 10.0, "options": {"expires": 10}},
    "take in answers": {"task": "courses.tasks.take_in_answers", "schedule": 10.0, "options": {"expires": 10}},
    "audit alerts": {"task": "courses.tasks.audit_alerts", "schedule": 120.0, "options": {"expires": 120}},
    "make digests": {"task": "courses.tasks.make_digests", "schedule": 60.0, "options": {"expires": 60}},
    "watch courses": {"task": "courses.tasks.watch_courses", "schedule": 3600.0, "options": {"expires": 1800}},
    "plan reminders": {"task": "courses.tasks.plan_reminders", "schedule": 60.0, "options": {"expires": 60}},
    "check senders": {
        "task": "clinic.tasks.check_senders",
        "schedule": crontab(minute="40"),
        "options": {"expires": 1800},
    },
    "run imports": {"task": "courses.tasks.run_imports", "schedule": 5.0, "options": {"expires": 5}},
    "fit curves": {
        "task": "courses.tasks.fit_curves",
        "schedule": crontab(hour="2", minute="30"),
        "options": {"expires": 4 * 3600},
    },
}
# Tasks that compute for long without intermediate steps are watched only by their time limit.
UNWATCHED = {"courses.tasks.fit_curves", "courses.tasks.watch_courses"}
# When a worker process ends, SMTP conversations with a slow server get this long to finish.
SECONDS_FOR_LAST_WORDS = 5.0


@worker_init.connect
@beat_init.connect
def refuse_to_start_unless_sound(**_kwargs: Any) -> None:
    """Stop a worker or beat at once if a setting is wrong, and print the reason."""
    django.setup()
    from clinic.checks import refuse_to_start_unless_sound as refuse  # noqa: PLC0415 - needs the apps loaded

    refuse()
    hold_to(settings.DATABASE_JOB_SECONDS)


@beat_init.connect
@worker_ready.connect
def watch_the_loop(sender: Any = None, **_kwargs: Any) -> None:
    """Watch the loops of beat and worker: they wait while the broker is down, and must react while it is up."""
    watchdog.start(type(sender).__name__, excuse=lambda: not broker.answers())


@heartbeat_sent.connect
def note_round(**_kwargs: Any) -> None:
    """Record that the worker's loop ran."""
    watchdog.step()


@task_prerun.connect
def look_after_connections(task: Any = None, **_kwargs: Any) -> None:
    """Reuse the database connection, but replace one that is old or was broken by a restart of the database."""
    if not task.request.is_eager:
        close_old_connections()
        seconds = settings.CELERY_TASK_TIME_LIMIT if task.name in UNWATCHED else None
        watchdog.start(task.name, seconds=seconds)


@task_postrun.connect
def stop_watching(task: Any = None, **_kwargs: Any) -> None:
    """Stop the watch between tasks, when no progress is expected."""
    if not task.request.is_eager:
        watchdog.stop()


@worker_process_shutdown.connect
def let_them_finish(**_kwargs: Any) -> None:
    """Let conversations with slow mail servers finish instead of cutting them off."""
    from clinic.outbox.senders import slow_lane  # noqa: PLC0415 - needs the apps loaded

    slow_lane.wait_until_empty(SECONDS_FOR_LAST_WORDS)
