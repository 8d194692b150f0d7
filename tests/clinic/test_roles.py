"""The application's own login reads and writes rows and cannot rewrite history; PostgreSQL's log shows no row."""

from __future__ import annotations

from collections.abc import Iterator

import psycopg
import pytest
from django.apps import apps
from django.db import connection
from psycopg import errors

from clinic.models import Message
from demo.private_services.postgres import APP, OWNER
from tests.faults.servers import own_postgres
from tests.processes import database_url

pytestmark = pytest.mark.django_db(transaction=True)
MARKER = "Quokka-4711"


@pytest.fixture
def app() -> Iterator[psycopg.Connection]:
    """A connection like that of web, worker, beat and deliver."""
    if connection.settings_dict["USER"] != OWNER:
        pytest.fail("The tests' own server has both roles: run `make test` without DATABASE_URL.")
    with psycopg.connect(database_url(), autocommit=True) as opened:
        yield opened


def triggers() -> list[tuple[str, str]]:
    """Every trigger of ours with its table, from the database."""
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT tgrelid::regclass::text, tgname FROM pg_trigger WHERE NOT tgisinternal ORDER BY 1, 2"
        )
        return cursor.fetchall()


def test_is_no_owner_and_no_superuser(app):
    row = app.execute(
        "SELECT current_user, rolsuper, rolcreatedb, rolcreaterole, rolbypassrls, rolreplication "
        "FROM pg_roles WHERE rolname = current_user"
    ).fetchone()
    assert row == (APP, False, False, False, False, False)
    owned = app.execute("SELECT count(*) FROM pg_class WHERE relowner = current_user::regrole").fetchone()
    assert owned == (0,)
    assert app.execute("SELECT pg_has_role(current_user, %s, 'MEMBER')", [OWNER]).fetchone() == (False,)


def test_reads_and_writes_every_table(app):
    tables = [model._meta.db_table for model in apps.get_models(include_auto_created=True) if model._meta.managed]
    assert len(tables) > 60
    missing = [
        (table, right)
        for table in tables
        for right in ("SELECT", "INSERT", "UPDATE", "DELETE")
        if app.execute("SELECT has_table_privilege(%s, %s)", [table, right]).fetchone() != (True,)
    ]
    assert missing == []


def test_no_table_can_be_emptied(app):
    for model in apps.get_models(include_auto_created=True):
        with pytest.raises(errors.InsufficientPrivilege):
            app.execute(f"TRUNCATE {model._meta.db_table} CASCADE")


def test_no_trigger_can_be_switched_off_or_dropped(app):
    found = triggers()
    assert len(found) > 30
    for table, name in found:
        for statement in (
            f"ALTER TABLE {table} DISABLE TRIGGER {name}",
            f"ALTER TABLE {table} DISABLE TRIGGER ALL",
            f"DROP TRIGGER {name} ON {table}",
        ):
            with pytest.raises(errors.InsufficientPrivilege):
                app.execute(statement)


@pytest.mark.parametrize(
    "statement",
    [
        "SET session_replication_role = replica",
        f"SET ROLE {OWNER}",
        f"ALTER ROLE {APP} SUPERUSER",
        "CREATE TABLE public.mine (id int)",
        "CREATE FUNCTION public.mine() RETURNS int LANGUAGE sql AS 'SELECT 1'",
        "CREATE OR REPLACE FUNCTION clinic_kept() RETURNS trigger LANGUAGE plpgsql AS 'BEGIN RETURN OLD; END'",
        "DROP TABLE clinic_message",
        "ALTER TABLE clinic_message ADD COLUMN mine int",
        "COPY clinic_message TO PROGRAM 'true'",
        "SELECT pg_read_file('/etc/hostname')",
    ],
)
def test_what_would_open_the_history_is_refused(app, statement):
    with pytest.raises(errors.InsufficientPrivilege):
        app.execute(statement)


def test_a_kept_row_stays_as_it_is(app, clinic, at):
    Message.objects.create(
        clinic=clinic, kind="x", subject_id=1, recipient="membership:1", dedup_key="k", created_at=at, due_at=at
    )
    with pytest.raises(errors.CheckViolation):
        app.execute("DELETE FROM clinic_message")


def test_the_log_of_the_server_shows_no_row():
    with own_postgres() as server, psycopg.connect(server.url, autocommit=True) as opened:
        with psycopg.connect(server.server.owner_url, autocommit=True) as owner:
            owner.execute(
                "CREATE TABLE person (name text PRIMARY KEY, age int CHECK (age > 0), note text NOT NULL)"
            )
        opened.execute("INSERT INTO person VALUES (%s, 1, 'x')", [MARKER])
        for values in (
            f"('{MARKER}', 1, 'x')",
            f"('other', -1, '{MARKER}')",
            f"('third', 1, NULL /* {MARKER} */)",
        ):
            with pytest.raises(errors.IntegrityError):
                opened.execute(f"INSERT INTO person VALUES {values}")
        with pytest.raises(errors.UndefinedTable):
            opened.execute(f"SELECT * FROM nothing WHERE name = '{MARKER}'")
        log = server.server.log.read_text()
    assert "violates" in log
    assert MARKER not in log
