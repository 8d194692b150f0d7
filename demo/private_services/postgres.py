"""A private PostgreSQL: its data, its settings, its address."""

import shutil
import signal
import subprocess
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from demo.private_services.errors import ServiceError, from_log, from_os_error
from demo.private_services.keeper import die_with_parent
from demo.private_services.server import Place, Server, plain_environment, user_of

NAME = "PostgreSQL"
# The superuser, used only by this launcher.
USER = DATABASE = "clinic"
# The two roles of the product, as in an installation: see deploy/postgres/roles.sql.
OWNER, APP = "healing_curve_owner", "healing_curve_app"
ROLES = Path(__file__).resolve().parents[2] / "deploy/postgres/roles.sql"
PORT = "5432"
INITDB = [
    "--encoding=UTF8",
    "--locale-provider=builtin",
    "--builtin-locale=C.UTF-8",
    "--locale=C.UTF-8",
    "--auth=trust",  # only users who can enter the socket's private folder can connect
    "--no-instructions",
    f"--username={USER}",
]
SETTINGS = {
    "listen_addresses": "",
    "port": PORT,
    "unix_socket_permissions": "0700",
    "max_connections": "100",
    "shared_buffers": "64MB",
    "max_wal_size": "256MB",
    "wal_level": "minimal",
    "max_wal_senders": "0",
    "io_method": "sync",  # no helper processes
    "huge_pages": "off",
    "jit": "off",
    # Shared memory that is removed with the data folder, also after a kill.
    "dynamic_shared_memory_type": "mmap",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    # No row and no statement with its values in the log.
    "log_min_error_statement": "panic",
    "log_error_verbosity": "terse",
}
NOT_DURABLE = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}


def server(place: Place) -> Server:
    """PostgreSQL at this place, with its data folder prepared."""
    data = place.home / "postgres"
    prepare(data, place)
    run_id = place.sockets.name
    settings = SETTINGS | {"unix_socket_directories": str(place.sockets), "cluster_name": run_id}
    if not place.is_durable:
        settings |= NOT_DURABLE
    options = [f"--{key}={value}" for key, value in settings.items()]
    return Server(
        name=NAME,
        command=[str(place.binaries.postgres), "-D", str(data), *options],
        folder=data,
        log=place.home / "postgres.log",
        stop_signal=signal.SIGINT,  # "fast": ends its clients' connections
        url=_address(APP, place.sockets),
        owner_url=_address(OWNER, place.sockets),
        is_ready=lambda: answers(place.sockets, run_id),
    )


def _address(role: str, sockets: Path) -> str:
    return f"postgres://{role}@/{DATABASE}?host={quote(str(sockets), safe='/')}&port={PORT}"


def prepare(data: Path, place: Place) -> None:
    """Make the data folder if it does not exist; refuse one of another major version."""
    version_file = data / "PG_VERSION"
    try:
        if not version_file.is_file():
            _make(data, place)
        found = version_file.read_text().strip()
        # Our lock shows that no server is left, whoever has the process number in this file now.
        (data / "postmaster.pid").unlink(missing_ok=True)
    except OSError as error:
        raise from_os_error(error, data) from error
    expected = place.binaries.postgres_major
    if found != expected:
        raise ServiceError(
            f"{data} holds data of PostgreSQL {found}, but this is PostgreSQL {expected}:"
            f" remove that folder to start again, or return to the version that made it."
        )


def _make(data: Path, place: Place) -> None:
    fresh = data.with_name("postgres.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    place.account.own(fresh)
    made = subprocess.run(
        [place.binaries.initdb, *INITDB, f"--pgdata={fresh}", *([] if place.is_durable else ["--no-sync"])],
        check=False,
        stdin=subprocess.DEVNULL,
        capture_output=True,
        text=True,
        errors="replace",
        cwd=fresh,
        env=plain_environment(),
        start_new_session=True,
        preexec_fn=die_with_parent(signal.SIGTERM),
        **user_of(place.account),
    )
    if made.returncode != 0:
        raise from_log(NAME, made.stderr, data.parent)
    fresh.rename(data)


def answers(sockets: Path, run_id: str) -> bool:
    """Whether this run's server accepts connections; its database and roles are made at the first connection."""
    where: dict[str, Any] = {"host": str(sockets), "port": PORT, "user": USER, "connect_timeout": 5}
    try:
        with psycopg.connect(**where, dbname="postgres", autocommit=True) as connection:
            row = connection.execute("SELECT current_setting('cluster_name')").fetchone()
            if row != (run_id,):
                return False
            if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [DATABASE]).fetchone():
                connection.execute(f"CREATE DATABASE {DATABASE}")
        with psycopg.connect(**where, dbname=DATABASE, autocommit=True) as connection:
            connection.execute(ROLES.read_bytes())
            # Tests make their own databases.
            connection.execute(f"ALTER ROLE {OWNER} CREATEDB")
    except psycopg.OperationalError:
        return False
    return True
