"""A backup restored into an empty server: every row exists, and nothing is sent twice."""

from __future__ import annotations

import hashlib
import os
import subprocess
import sys
import time
from datetime import timedelta
from pathlib import Path

import pyrage
import pytest
from django.conf import settings as django_settings
from django.core.management import call_command
from django.db import connection
from django.utils import timezone

from clinic.backups.manifest import BadBackup
from clinic.backups.read import opened, restore_database, restore_documents
from clinic.backups.write import write_backup
from clinic.models import Heartbeat, Message, OpeningHours
from clinic.outbox.deliver import deliver_due
from courses.models import Alert, Appointment, Course, Reach, Reminder
from courses.reminders.planning import plan_reminders
from courses.sessions.red_flags.recording import report_red_flags
from patients.models import Patient
from tests.factories import flag
from tests.faults.servers import on_own_database
from tests.faults.storm import Totals
from tests.faults.totals import record_totals
from tests.processes import ROOT, database_url

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.services]


@pytest.fixture
def key(tmp_path: Path) -> tuple[str, Path]:
    """An age public key, and the file with the secret one."""
    identity = pyrage.x25519.Identity.generate()
    file = tmp_path / "key.txt"
    file.write_text(f"# of a test\n{identity}\n")
    return str(identity.to_public()), file


@pytest.fixture
def documents(settings, tmp_path: Path) -> Path:
    """The folder of this test's documents, with one in it."""
    settings.MEDIA_ROOT = tmp_path / "media"
    (settings.MEDIA_ROOT / "letters").mkdir(parents=True)
    (settings.MEDIA_ROOT / "letters/one.pdf").write_bytes(b"%PDF-1.4 invented")
    return settings.MEDIA_ROOT


def contents() -> dict[str, str]:
    """Every table with a checksum of all its rows."""
    with connection.cursor() as cursor:
        tables = sorted(connection.introspection.table_names(cursor))
        found = {}
        for table in tables:
            cursor.execute(f'SELECT row::text FROM "{table}" row ORDER BY 1')
            found[table] = hashlib.sha256("\n".join(row for (row,) in cursor.fetchall()).encode()).hexdigest()
    return found


def live_clinic() -> None:
    """A demo clinic with due mail, a due reminder, and a reported emergency; it never closes."""
    call_command("seed_demo", courses=12, verbosity=0)
    OpeningHours.objects.all().delete()
    now = timezone.now()
    plan_reminders(at=now)
    course = Course.objects.filter(status="active").select_related("patient__clinic").first()
    lead = course.clinic.memberships.filter(role="lead").first()
    for code in ("bladder_bowel", "severe_pain"):
        report_red_flags(
            patient=course.patient,
            course=course,
            flags=[flag(course.clinic, code)],
            form_key=os.urandom(16).hex(),
            by=lead,
            at=now,
        )
    Message.objects.filter(state="pending", kind="reminder").update(due_at=now - timedelta(minutes=1))
    Patient.objects.update(email_failed_at=None)


def message_ids(smtp) -> list[str]:
    """The Message-ID of every mail that the server accepted."""
    return [mail["Message-ID"] for mail in smtp.mails]


def test_every_row_is_restored_and_nothing_is_sent_twice(
    smtp, monkeypatch, tmp_path, documents, key, capsys, record_property
):
    public, secret = key
    with on_own_database(monkeypatch):
        live_clinic()
        before = contents()
        taken_at = timezone.now()
        file = write_backup(tmp_path / "backups", recipient=public, at=taken_at)
        # The installation continues after the backup, and then its machine is lost.
        deliver_due(clock=timezone.now)
        sent = message_ids(smtp)
        n_open = Alert.objects.unresolved().filter(state="open").count()
    assert len(sent) > 5
    (documents / "letters/one.pdf").unlink()
    lost_at = time.monotonic()
    with on_own_database(monkeypatch, is_migrated=False):
        with opened(file, identity=secret) as (manifest, content):
            restore_database(content / "database.dump")
            assert restore_documents(content) == 1
        assert (documents / "letters/one.pdf").read_bytes() == b"%PDF-1.4 invented"
        after = contents()
        assert len(after) == len(manifest.tables) > 60
        assert {name for name in before if before[name] != after[name]} == set()
        call_command("settle_restored", taken_at=manifest.taken_at.isoformat())
        deliver_due(clock=timezone.now)
        again = message_ids(smtp)[len(sent) :]
        assert set(again) & set(sent) == set()
        seconds = time.monotonic() - lost_at
        # Alerts about pain wait some minutes, as after they were raised.
        deliver_due(clock=lambda: timezone.now() + timedelta(minutes=6))
        again = message_ids(smtp)[len(sent) :]
        n_unreached = Reach.objects.running().filter(leaves_at__lte=timezone.now()).count()
        assert n_unreached == 0
        # Staff are emailed again about open alerts; patients get nothing.
        assert again
        assert {message.kind for message in Message.objects.filter(state="sent", created_at__gt=taken_at)} == {
            "staff_alert"
        }
        assert Alert.objects.unresolved().filter(state="open").count() == n_open
        assert not Reminder.objects.filter(state="planned", due_at__lte=timezone.now()).exists()
        assert Message.objects.filter(state="unknown").count() >= len(sent)
        # A second call changes nothing.
        call_command("settle_restored", taken_at=manifest.taken_at.isoformat())
        deliver_due(clock=timezone.now)
        assert len(message_ids(smtp)) == len(sent) + len(again)
    n_twice = len(set(again) & set(sent))
    record_totals(record_property, Totals(n_open, len(sent) + len(again), n_unreached, n_twice, seconds))
    with capsys.disabled():
        n_rows = sum(manifest.tables.values())
        print(f"\nrestore: {n_rows} rows of {len(after)} tables, 0 differences, {n_twice} messages sent twice")


def test_the_commands_do_the_same(monkeypatch, tmp_path, documents, key, smtp):
    public, secret = key
    with on_own_database(monkeypatch):
        live_clinic()
        done = manage("backup", "--to", str(tmp_path / "backups"), "--recipient", public)
        assert done.returncode == 0, done.stderr
        assert Heartbeat.objects.filter(name="backup").exists()
        assert Appointment.objects.exists()
        full = manage("restore", str(next((tmp_path / "backups").glob("*.age"))), "--identity", str(secret))
        assert "The database is not empty" in full.stderr
    file = next((tmp_path / "backups").glob("*.age"))
    said = subprocess.run(["sha256sum", "-c", f"{file.name}.sha256"], cwd=file.parent, check=False)
    assert said.returncode == 0
    with on_own_database(monkeypatch, is_migrated=False) as server:
        owner = {"DATABASE_URL": server.url}
        done = manage("restore", str(file), "--identity", str(secret), **owner)
        assert done.returncode == 0, done.stderr
        assert "Messages that may have been sent and are not sent again" in done.stdout
        # What was restored belongs to the owner; the application's role can work with it.
        with connection.cursor() as cursor:
            cursor.execute("SELECT has_table_privilege('healing_curve_app', 'clinic_message', 'UPDATE')")
            assert cursor.fetchone() == (True,)


def manage(*arguments: str, **variables: str) -> subprocess.CompletedProcess[str]:
    """A management command in a process of its own, on the database this process uses."""
    env = os.environ | {"DATABASE_URL": database_url(), "MEDIA_ROOT": str(django_settings.MEDIA_ROOT), **variables}
    return subprocess.run(
        [sys.executable, "manage.py", *arguments], cwd=ROOT, env=env, capture_output=True, text=True, check=False
    )


class TestBadBackups:
    """Each is refused with its reason, and nothing is written."""

    def test_no_file(self, tmp_path):
        with pytest.raises(BadBackup, match="is not there"), opened(tmp_path / "none.tar"):
            pass

    def test_no_archive(self, tmp_path):
        (tmp_path / "x.tar").write_bytes(b"not a tar")
        with pytest.raises(BadBackup, match="no backup, or not whole"), opened(tmp_path / "x.tar"):
            pass

    def test_encrypted_without_the_key(self, tmp_path, key, documents):
        file = write_backup(tmp_path / "backups", recipient=key[0], at=timezone.now())
        with pytest.raises(BadBackup, match="--identity"), opened(file):
            pass

    def test_encrypted_to_somebody_else(self, tmp_path, key, documents):
        other = str(pyrage.x25519.Identity.generate().to_public())
        file = write_backup(tmp_path / "backups", recipient=other, at=timezone.now())
        with pytest.raises(BadBackup, match="cannot be decrypted"), opened(file, identity=key[1]):
            pass

    def test_a_damaged_byte(self, tmp_path, documents):
        file = write_backup(tmp_path / "backups", at=timezone.now())
        data = bytearray(file.read_bytes())
        data[data.index(b"invented")] ^= 1
        file.write_bytes(data)
        with pytest.raises(BadBackup, match="checksum"), opened(file):
            pass

    def test_cut_short(self, tmp_path, documents):
        file = write_backup(tmp_path / "backups", at=timezone.now())
        file.write_bytes(file.read_bytes()[: file.stat().st_size // 2])
        with pytest.raises(BadBackup), opened(file):
            pass

    def test_a_key_that_is_none(self, tmp_path, documents):
        with pytest.raises(BadBackup, match="age1"):
            write_backup(tmp_path / "backups", recipient="ssh-rsa AAAA", at=timezone.now())

    def test_a_document_with_other_content_is_kept(self, tmp_path, documents):
        file = write_backup(tmp_path / "backups", at=timezone.now())
        (documents / "letters/one.pdf").write_bytes(b"newer")
        with opened(file) as (_manifest, content), pytest.raises(BadBackup, match="there already"):
            restore_documents(content)
        assert (documents / "letters/one.pdf").read_bytes() == b"newer"


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("2026-11-29T02:00:00", "lacks its zone"),
        ("yesterday", "is not a time"),
        ("2999-01-01T00:00:00Z", "future"),
    ],
)
def test_a_time_that_cannot_be_is_refused(text, reason):
    done = manage("settle_restored", "--taken-at", text)
    assert done.returncode != 0
    assert reason in done.stderr
