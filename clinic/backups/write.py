"""Write a backup: one snapshot of the database, then the documents, packed and checksummed."""

from __future__ import annotations

import os
import tarfile
import tempfile
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

import pyrage
from django.conf import settings
from django.db import connections, transaction
from django.db.migrations.recorder import MigrationRecorder

from clinic.backups.manifest import NAME, BadBackup, Manifest, checksum
from clinic.backups.programs import major_version, run
from clinic.models import Heartbeat

DUMP, DOCUMENTS = "database.dump", "documents"
SIGN = "backup"
# Settings whose value may appear in a backup. For all others the backup only says whether they are set.
PLAIN_SETTINGS = ("BASE_URL", "ALLOWED_HOSTS", "DEFAULT_FROM_EMAIL", "WEBHOOK_PORTS", "MEDIA_ROOT")
SECRET_SETTINGS = ("SECRET_KEY", "SECRET_KEY_FALLBACKS", "DATABASE_URL", "REDIS_URL", "EMAIL_URL")
MORE_SECRET_SETTINGS = ("HEARTBEAT_URL", "METRICS_TOKEN", "SENTRY_DSN")


def write_backup(folder: Path, *, recipient: str = "", at: datetime) -> Path:
    """Write a backup into a folder, named after its time; encrypted to an age public key if one is given.

    Raises ProgramFailed if pg_dump fails, BadBackup if the key is invalid, and OSError if the disk is full.
    """
    key = _key(recipient)
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    name = f"healing-curve-{at:%Y-%m-%dT%H%M%SZ}.tar"
    with tempfile.TemporaryDirectory(dir=folder, prefix=".backup-") as scratch:
        dump, packed = Path(scratch) / DUMP, Path(scratch) / name
        manifest = _dump(dump, at=at)
        _pack(packed, manifest, dump)
        if key is not None:
            sealed = packed.with_name(f"{name}.age")
            pyrage.encrypt_file(str(packed), str(sealed), [key])
            packed = sealed
        target = folder / packed.name
        _keep(packed, target)
    Heartbeat.beat(SIGN, at=at)
    return target


def _key(recipient: str) -> pyrage.x25519.Recipient | None:
    if not recipient:
        return None
    try:
        return pyrage.x25519.Recipient.from_str(recipient.strip())
    except pyrage.RecipientError as error:
        raise BadBackup("The key is no age public key: it starts with age1.") from error


def _dump(dump: Path, *, at: datetime) -> Manifest:
    """Run pg_dump and count the rows in the same snapshot."""
    connection = connections["default"]
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        cursor.execute("SELECT pg_export_snapshot(), current_setting('server_version')")
        snapshot, version = cursor.fetchone()
        tables = sorted(connection.introspection.table_names(cursor))
        counts = {}
        for table in tables:
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608 - a table's name
            counts[table] = cursor.fetchone()[0]
        arguments = [
            "--format=custom",
            f"--snapshot={snapshot}",
            f"--file={dump}",
            "--no-owner",
            "--no-privileges",
        ]
        run("pg_dump", arguments, database=connection.settings_dict, server=major_version(connection))
    return Manifest(
        taken_at=at, postgres=version, migrations=_migrations(), tables=counts, settings=_settings_list()
    )


def _migrations() -> dict[str, str]:
    """The last migration of each app."""
    return dict(sorted(MigrationRecorder(connections["default"]).applied_migrations()))


def _settings_list() -> dict[str, str]:
    """The settings without secrets, so that a new machine can be set up in the same way."""
    shown = {name: str(getattr(settings, name, "")) for name in PLAIN_SETTINGS}
    secrets = (*SECRET_SETTINGS, *MORE_SECRET_SETTINGS)
    hidden = {name: "set" if _is_set(name) else "not set" for name in secrets}
    return shown | hidden


def _is_set(name: str) -> bool:
    return bool(os.environ.get(name) or os.environ.get(f"{name}_FILE"))


def _pack(packed: Path, manifest: Manifest, dump: Path) -> None:
    """Pack with the manifest first, so that a reader knows which files must follow."""
    members = [(DUMP, dump), *_documents(Path(settings.MEDIA_ROOT))]
    manifest.files.update({name: checksum(path) for name, path in members})
    text = packed.with_name(NAME)
    text.write_text(manifest.as_json())
    with tarfile.open(packed, "w") as tar:
        for name, path in [(NAME, text), *members]:
            tar.add(path, name, recursive=False)


def _documents(root: Path) -> Iterator[tuple[str, Path]]:
    for path in sorted(root.rglob("*")):
        if path.is_file():
            yield f"{DOCUMENTS}/{path.relative_to(root).as_posix()}", path


def _keep(packed: Path, target: Path) -> None:
    """Write the file completely or not at all, sync it to disk, and write its checksum beside it."""
    packed.chmod(0o600)
    with packed.open("rb") as file:
        os.fsync(file.fileno())
    target.with_name(f"{target.name}.sha256").write_text(f"{checksum(packed)}  {target.name}\n")
    packed.rename(target)
