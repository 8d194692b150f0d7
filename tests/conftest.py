"""Fixtures for every test: staff, a clinic, courses, a mail server that stores its mails."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from django.test import Client
from hypothesis import HealthCheck
from hypothesis import settings as hypothesis_settings

from clinic.models import Clinic, Membership, Role
from courses.checkins import memory
from courses.models import Course
from courses.outlook import time_limit
from demo.private_services.postgres import OWNER, ROLES
from patients.models import Patient
from tests import factories
from tests.clinic.outbox.gateway import gateway, secured  # noqa: F401 - fixtures
from tests.faults.totals import pytest_terminal_summary  # noqa: F401 - a hook: the totals end the run
from tests.smtp_sink import SmtpSink

NOW = datetime(2026, 3, 11, 10, 0, tzinfo=UTC)  # a Wednesday


def pytest_configure() -> None:
    if not os.environ.get("DATABASE_URL"):
        pytest.exit("The tests need PostgreSQL and Valkey: run `make test`.", returncode=2)
    # A busy test machine must not fail a property.
    hypothesis_settings.register_profile("patient", deadline=None, suppress_health_check=[HealthCheck.too_slow])
    hypothesis_settings.load_profile("patient")


def pytest_runtest_setup(item: pytest.Item) -> None:
    """A loop left running by a browser test would fail a later test for no reason of its own: name its owner."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return
    if "browser" not in item.keywords:
        pytest.fail("A browser's event loop still runs: its fixture must end with its file.", pytrace=False)


@pytest.fixture(scope="session")
def django_db_setup(django_db_setup, django_db_blocker) -> None:
    """The tests' database grants the application's role what an installation grants."""
    with django_db_blocker.unblock():
        if connection.settings_dict["USER"] == OWNER:
            with connection.cursor() as cursor:
                cursor.execute(ROLES.read_text())


@pytest.fixture(scope="session")
def empty_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty folder."""
    return tmp_path_factory.mktemp("empty")


@pytest.fixture(scope="session")
def media_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of the tests' documents."""
    return tmp_path_factory.mktemp("media")


@pytest.fixture
def spool_folder(tmp_path: Path) -> Path:
    """The folder where a test's answers wait while its database is down."""
    return tmp_path / "spool"


@pytest.fixture(autouse=True)
def quick_and_plain(settings, empty_folder: Path, media_folder: Path, spool_folder: Path) -> None:
    """Documents in a folder of the tests, no hashing and no collecting of static files, no slow passwords."""
    settings.STATIC_ROOT = empty_folder
    settings.MEDIA_ROOT = media_folder
    settings.SPOOL_ROOT = spool_folder
    settings.STORAGES = {
        **settings.STORAGES,
        "staticfiles": {"BACKEND": "django.contrib.staticfiles.storage.StaticFilesStorage"},
    }
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.MD5PasswordHasher"]


@pytest.fixture(autouse=True)
def fresh_memory() -> None:
    """Forget what pages remember of another test's clinic."""
    memory.forget()


@pytest.fixture(autouse=True)
def patient_guard(monkeypatch: pytest.MonkeyPatch) -> None:
    """A busy test machine is no hanging curve."""
    monkeypatch.setattr(time_limit, "SECONDS", 20.0)
    # Nor a frozen database.
    monkeypatch.setattr("courses.checkins.views.DATABASE_SECONDS", 30.0)


@pytest.fixture(autouse=True)
def tokens_that_spell_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    """A random token on a page must not contain a word that a test looks for."""
    monkeypatch.setattr("django.middleware.csrf.CSRF_ALLOWED_CHARS", "QJ")


@pytest.fixture(autouse=True)
def silent_bell(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only tests with real services notify a real worker."""
    if "services" not in request.keywords:
        monkeypatch.setattr("clinic.outbox.queue.ring", lambda: None)


@pytest.fixture
def at() -> datetime:
    """The time of a test."""
    return NOW


@pytest.fixture
def clinic(db) -> Clinic:
    """The clinic in which most of the staff work."""
    return factories.make_clinic("Linden")


@pytest.fixture
def practitioner(clinic: Clinic) -> Membership:
    """Treats the patients."""
    return factories.MembershipFactory(clinic=clinic, role=Role.PRACTITIONER, user__username="practitioner")


@pytest.fixture
def lead(clinic: Clinic) -> Membership:
    """Answers the alerts."""
    return factories.MembershipFactory(clinic=clinic, role=Role.LEAD, user__username="lead")


@pytest.fixture
def manager(clinic: Clinic) -> Membership:
    """Sees the results."""
    return factories.MembershipFactory(clinic=clinic, role=Role.MANAGER, user__username="manager")


@pytest.fixture
def front_desk(clinic: Clinic) -> Membership:
    """Books, and takes calls."""
    return factories.MembershipFactory(clinic=clinic, role=Role.FRONT_DESK, user__username="frontdesk")


@pytest.fixture
def stranger(db) -> Membership:
    """A practitioner of another clinic."""
    other = factories.make_clinic("Harbour")
    return factories.MembershipFactory(clinic=other, role=Role.PRACTITIONER, user__username="stranger")


@pytest.fixture
def patient(clinic: Clinic, practitioner: Membership) -> Patient:
    """A patient who may be needled."""
    return factories.cleared_patient(clinic, by=practitioner, at=NOW - timedelta(days=60))


@pytest.fixture
def course(patient: Patient, practitioner: Membership) -> Course:
    """An open course of that patient, without sessions."""
    return factories.CourseFactory(
        patient=patient, practitioner=practitioner, starts_on=(NOW - timedelta(days=50)).date()
    )


@pytest.fixture
def smtp(settings) -> Iterator[SmtpSink]:
    """A real SMTP server on this machine; Django sends through it."""
    with SmtpSink() as sink:
        settings.EMAIL_BACKEND = "clinic.outbox.transports.smtp.SmtpBackend"
        settings.EMAIL_HOST, settings.EMAIL_PORT = sink.host, sink.port
        yield sink


@pytest.fixture
def signed_in(client: Client):
    """Sign a member of staff in."""

    def sign_in(membership: Membership) -> Client:
        client.force_login(membership.user, backend="clinic.account.sign_in.MembershipBackend")
        return client

    return sign_in


@pytest.fixture
def refused(db) -> Callable[[str], AbstractContextManager[None]]:
    """The database refuses what is done inside, by the rule with this name; the test continues afterwards."""

    @contextmanager
    def by(rule: str) -> Iterator[None]:
        with pytest.raises(IntegrityError, match=rule), transaction.atomic():
            yield

    return by


@pytest.fixture
def at_once() -> Callable[..., list[Any]]:
    """Run acts that start together, each on a connection of its own; returns their answers or exceptions."""

    def run_all(*acts: Callable[[], Any]) -> list[Any]:
        start = Barrier(len(acts))

        def run(act: Callable[[], Any]) -> Any:
            start.wait()
            try:
                return act()
            except Exception as error:  # noqa: BLE001 - the test says which ones it expects
                return error
            finally:
                connection.close()

        with ThreadPoolExecutor(len(acts)) as pool:
            return list(pool.map(run, acts))

    return run_all
