"""/healthz: 200 when all is well, otherwise 503 with the names of the failed checks."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from threading import Thread

import pytest
from django.db import OperationalError, connection

from clinic.health import checks, probe
from clinic.health.checks import examine
from clinic.models import Clinic, Heartbeat, Message

pytestmark = pytest.mark.django_db

NAMES = {"database", "broker", "worker", "beat", "outbox", "alerts", "reached", "spool"}
# A container's check has a limit of 4 s of its own.
SOON = 3.5


@pytest.fixture
def all_well(at, time_machine):
    """Every process had a heartbeat just now."""
    time_machine.move_to(at, tick=False)
    for name in ("worker", "beat"):
        Heartbeat.beat(name, at=at)


@pytest.fixture
def broker_at(settings):
    """Make the checks look for their broker elsewhere."""
    return lambda url: setattr(settings, "REDIS_URL", url)


def put(clinic: Clinic, at, **values):
    return Message.objects.create(
        clinic=clinic,
        kind="staff_alert",
        subject_id=1,
        recipient="membership:1",
        guarantee="at_least_once",
        dedup_key="one",
        created_at=at,
        **{"due_at": at, **values},
    )


def unwell(at) -> set[str]:
    return {name for name, health in examine(at=at).items() if not health.is_well}


def test_all_well(client, all_well):
    response = client.get("/healthz")
    assert (response.status_code, response.json()["status"]) == (200, "well")
    assert set(response.json()["checks"]) == NAMES
    assert "no-store" in response["Cache-Control"]


def test_unwell_says_which(client, all_well):
    Heartbeat.objects.filter(name="beat").delete()
    response = client.get("/healthz")
    assert (response.status_code, response.json()["status"]) == (503, "unwell")
    assert response.json()["checks"]["beat"] == {"is_well": False, "detail": "never seen"}


@pytest.mark.parametrize("name", ["worker", "beat"])
@pytest.mark.parametrize(("seconds", "is_well"), [(120, True), (121, False)])
def test_sign_of_life_holds_for_two_minutes(all_well, at, name, seconds, is_well):
    Heartbeat.beat(name, at=at - timedelta(seconds=seconds))
    assert (name not in unwell(at)) is is_well
    assert examine(at=at)[name].detail == f"last sign {seconds} s ago"


@pytest.mark.parametrize(("seconds", "is_well"), [(120, True), (121, False)])
def test_message_may_be_due_for_two_minutes(all_well, clinic, at, seconds, is_well):
    put(clinic, at, due_at=at - timedelta(seconds=seconds))
    assert ("outbox" not in unwell(at)) is is_well


def test_message_of_tomorrow_is_no_matter(all_well, clinic, at):
    put(clinic, at, due_at=at + timedelta(days=1))
    assert examine(at=at)["outbox"].detail == "nothing due"


def test_message_whose_sender_died_counts_as_due(all_well, clinic, at):
    lapsed_at = at - timedelta(minutes=3)
    put(clinic, at, due_at=lapsed_at, state="sending", lease_until=lapsed_at)
    assert "outbox" in unwell(at)


@pytest.mark.parametrize("state", ["sent", "cancelled", "failed", "unknown"])
def test_settled_message_is_no_matter(all_well, clinic, at, state):
    put(clinic, at, due_at=at - timedelta(days=1), state=state, settled_at=at)
    assert unwell(at) == set()


def test_broker_that_is_away(all_well, broker_at, at):
    broker_at("redis://127.0.0.1:1/0")
    assert unwell(at) == {"broker"}


def test_broker_that_never_answers_is_given_up_soon(all_well, broker_at):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        broker_at(f"redis://127.0.0.1:{silent.getsockname()[1]}/0")
        answers = []
        asking = Thread(target=lambda: answers.append(checks._ask(checks._broker)), daemon=True)
        asking.start()
        asking.join(SOON)
    assert [health.is_well for health in answers] == [False]


def test_database_that_is_away_is_named_and_the_rest_still_asked(client, monkeypatch):
    def away(*_args, **_kwargs):
        raise OperationalError("host=secret password=secret")

    monkeypatch.setattr("django.db.models.sql.compiler.SQLCompiler.execute_sql", away)
    response = client.get("/healthz")
    answers = response.json()["checks"]
    assert response.status_code == 503
    assert answers["database"] == {"is_well": False, "detail": "OperationalError"}
    assert answers["broker"]["is_well"]
    assert "secret" not in response.content.decode()


class TestProbe:
    @pytest.mark.parametrize(
        ("url", "name"), [("https://clinic.example.org:8443", "clinic.example.org"), ("", "localhost")]
    )
    def test_host_is_the_sites_own(self, monkeypatch, url, name):
        monkeypatch.setenv("BASE_URL", url)
        assert probe.host() == name

    def test_sign_of_a_process(self, all_well):
        assert probe.sign_of("worker")
        Heartbeat.objects.all().delete()
        assert not probe.sign_of("worker")

    def test_web_that_does_not_answer(self, monkeypatch):
        monkeypatch.setenv("PORT", "1")
        assert not probe.web()

    @pytest.mark.parametrize(("status", "is_up"), [(200, True), (503, True), (500, False), (404, False)])
    def test_web_that_answers_is_up_whatever_it_says_of_others(self, monkeypatch, status, is_up):
        with serving(status) as port:
            monkeypatch.setenv("PORT", str(port))
            assert probe.web() is is_up


@contextmanager
def serving(status: int) -> Iterator[int]:
    """A web server that answers everything with one status; returns its port."""

    class Answer(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(status)
            self.end_headers()

        def log_message(self, *_args: object) -> None:
            pass

    with HTTPServer(("127.0.0.1", 0), Answer) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        yield server.server_port
        server.shutdown()


class TestDatabaseThatKeepsNothing:
    """It answers every query but stores nothing."""

    @pytest.mark.parametrize(
        "cause",
        [
            "SET default_transaction_read_only = on; SET transaction_read_only = on",
            "CREATE FUNCTION disk_is_full() RETURNS trigger AS $$ BEGIN"
            " RAISE EXCEPTION 'could not extend file: No space left on device'"
            " USING ERRCODE = 'disk_full'; END $$ LANGUAGE plpgsql;"
            " CREATE TRIGGER disk_is_full BEFORE INSERT OR UPDATE ON clinic_heartbeat"
            " FOR EACH ROW EXECUTE FUNCTION disk_is_full()",
        ],
        ids=["may only be read", "full disk"],
    )
    def test_is_not_well(self, all_well, at, cause):
        with connection.cursor() as cursor:
            cursor.execute(cause)
        assert not checks._ask(lambda: checks._database(at=at)).is_well

    def test_that_stores_what_is_written_is_well(self, all_well, at):
        assert examine(at=at)["database"].is_well
        assert Heartbeat.objects.get(name="database").beaten_at == at


class TestRetries:
    """A row that waits for its next attempt still counts as waiting."""

    @pytest.mark.parametrize(
        ("is_urgent", "minutes", "is_well"), [(True, 3, False), (False, 3, True), (False, 121, False)]
    )
    def test_urgent_for_minutes_others_for_hours(self, all_well, clinic, at, is_urgent, minutes, is_well):
        first = at - timedelta(minutes=minutes)
        put(clinic, at, due_at=at + timedelta(minutes=1), first_due_at=first, is_urgent=is_urgent)
        assert ("outbox" not in unwell(at)) is is_well

    def test_one_patients_full_mailbox_is_no_alarm_while_others_take_mail(self, all_well, clinic, at):
        first = at - timedelta(hours=5)
        patient_mail = {"guarantee": "at_most_once", "due_at": at + timedelta(hours=1), "first_due_at": first}
        Message.objects.create(
            clinic=clinic,
            kind="reminder",
            subject_id=1,
            recipient="patient:1",
            dedup_key="1",
            created_at=first,
            **patient_mail,
        )
        assert "outbox" in unwell(at)
        put(clinic, at, state="sent", settled_at=at - timedelta(hours=1))
        assert "outbox" not in unwell(at)
