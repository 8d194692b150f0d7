"""The Celery app and the whole beat schedule."""

import os
from typing import Any

import django
from celery import Celery
from celery.schedules import crontab
from celery.signals import beat_init, task_prerun, worker_init
from django.db import close_old_connections

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "clinic.settings")

app = Celery("healing_curve")
app.config_from_object("django.conf:settings", namespace="CELERY")
app.autodiscover_tasks()

# In UTC. What happens at a clinic's wall time is swept often and computed in the clinic's zone.
# What no worker came to in time expires: a broker that stood still piles up nothing.
app.conf.beat_schedule = {
    "deliver": {"task": "clinic.tasks.deliver", "schedule": 10.0, "options": {"expires": 10}},
    "note beat": {"task": "clinic.tasks.note_beat", "schedule": 30.0, "options": {"expires": 30}},
    "sweep alerts": {"task": "courses.tasks.sweep_alerts", "schedule": 10.0, "options": {"expires": 10}},
    "take in answers": {"task": "courses.tasks.take_in_answers", "schedule": 10.0, "options": {"expires": 10}},
    "audit alerts": {"task": "courses.tasks.audit_alerts", "schedule": 120.0, "options": {"expires": 120}},
    "make digests": {"task": "courses.tasks.make_digests", "schedule": 60.0, "options": {"expires": 60}},
    "watch courses": {"task": "courses.tasks.watch_courses", "schedule": 3600.0, "options": {"expires": 1800}},
    "plan reminders": {"task": "courses.tasks.plan_reminders", "schedule": 60.0, "options": {"expires": 60}},
    "fit curves": {
        "task": "courses.tasks.fit_curves",
        "schedule": crontab(hour="2", minute="30"),
        "options": {"expires": 4 * 3600},
    },
}


@worker_init.connect
@beat_init.connect
def refuse_to_start_unless_sound(**_kwargs: Any) -> None:
    """A worker or a beat with a wrong setting ends at once and says why."""
    django.setup()
    from clinic.checks import refuse_to_start_unless_sound as refuse  # noqa: PLC0415 - needs the apps loaded

    refuse()


@task_prerun.connect
def look_after_connections(task: Any = None, **_kwargs: Any) -> None:
    """A connection serves many tasks; one that is old, or that a restart of the database broke, is made anew."""
    if not task.request.is_eager:
        close_old_connections()
