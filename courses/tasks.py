"""Celery entry points of the courses."""

from celery import shared_task
from django.utils import timezone

from clinic.database import unhurried
from courses.alerts import steps
from courses.alerts.audit import auditor
from courses.alerts.reached.late import note_unreached
from courses.alerts.settling import sweep_closed_courses
from courses.bringing import running
from courses.checkins.spooled_answers import replay_answers
from courses.priors.fitting import fit_every_clinic
from courses.reminders import planning
from courses.sessions.check_in_answers import settle_open_questions
from courses.watching import digest
from courses.watching.findings import watch_courses


@shared_task(name="courses.tasks.sweep_alerts")
def sweep_alerts() -> None:
    """Take every due step; record alerts that reached nobody; close alerts of courses that ended."""
    auditor.note_failures(at=timezone.now())
    steps.sweep(at=timezone.now())
    note_unreached(at=timezone.now())
    sweep_closed_courses(at=timezone.now())


@shared_task(name="courses.tasks.take_in_answers")
def take_in_answers() -> None:
    """Take in patients' answers from while the database was down; settle unanswered questions."""
    replay_answers(at=timezone.now())
    settle_open_questions(at=timezone.now())


@shared_task(name="courses.tasks.audit_alerts")
def audit_alerts() -> None:
    """Check that every alert is on its way."""
    auditor.audit_alerts(at=timezone.now())


@shared_task(name="courses.tasks.make_digests")
def make_digests() -> None:
    """Make the digests of the clinics where it is eight in the morning."""
    digest.make_digests(at=timezone.now())


@shared_task(name="courses.tasks.watch_courses")
def watch() -> None:
    """Find courses that are overdue or off track."""
    watch_courses(at=timezone.now())


@shared_task(name="courses.tasks.plan_reminders")
def plan_reminders() -> None:
    """Plan reminders for upcoming appointments."""
    planning.plan_reminders(at=timezone.now())


@shared_task(name="courses.tasks.fit_curves")
def fit_curves() -> None:
    """Refit every clinic's Prior."""
    with unhurried():
        fit_every_clinic(at=timezone.now())


# A large file on a busy machine takes minutes; the progress it reports keeps the watchdog and the lease.
@shared_task(name="courses.tasks.run_imports", soft_time_limit=1740, time_limit=1800)
def run_imports() -> None:
    """Check and import the files that wait for it; delete those whose time is over."""
    if running.is_due(at=timezone.now()):
        with unhurried():
            running.run_due(clock=timezone.now)
