"""`make mutants`: change decisions one by one, and count the changes that no test notices.

In a copy of the project: the tests of a room run once to learn which lines each of them reaches, then for each
change, drawn by a seed, only those that reach its line. N= changes in all, SECONDS= at most, SEED= draws others,
ROOMS= narrows. It ends with an error if too few are noticed.
"""

from __future__ import annotations

import os
import random
import shutil
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

from coverage import CoverageData

from bench.mutants.changes import Change, changes_of

ROOT = Path(__file__).resolve().parents[2]
LEFT_OUT = shutil.ignore_patterns(".git", ".venv", ".demo", "__pycache__", ".*_cache", "node_modules", "media")
TARGET = 0.95
N_TESTS_AT_MOST = 60


@dataclass(frozen=True)
class Room:
    """What is changed, and the tests that should notice."""

    sources: tuple[str, ...]
    tests: tuple[str, ...]


ROOMS = {
    "rules": Room(("courses/rules/*.py",), ("tests/courses/rules",)),
    "alerts": Room(("courses/alerts/*.py",), ("tests/courses/alerts",)),
    "outbox": Room(("clinic/outbox/*.py",), ("tests/clinic/outbox",)),
    "clearance": Room(
        ("patients/clearance.py", "patients/patient_file.py"),
        ("tests/patients/test_clearance.py", "tests/patients/test_patient_file.py", "tests/courses/plans"),
    ),
    "plans": Room(("courses/plans/*.py",), ("tests/courses/plans", "tests/courses/admin/test_today.py")),
    "access": Room(("clinic/access.py",), ("tests/clinic/test_access.py", "tests/clinic/test_roles.py")),
}


@dataclass
class Tally:
    """The results for the changes of a room."""

    n_killed: int = 0
    survived: list[str] = field(default_factory=list)

    @property
    def n(self) -> int:
        """How many were tried."""
        return self.n_killed + len(self.survived)


def main() -> int:
    """Print killed and survived by room; 1 if fewer than the target were killed."""
    n, seconds = int(os.environ.get("N") or 120), float(os.environ.get("SECONDS") or 1200)
    names = (os.environ.get("ROOMS") or " ".join(ROOMS)).split()
    draw = random.Random(int(os.environ.get("SEED") or 1))
    ends_at = time.monotonic() + seconds
    tallies = {}
    with tempfile.TemporaryDirectory(prefix="mutants-") as folder:
        copy = Path(folder) / "copy"
        shutil.copytree(ROOT, copy, ignore=LEFT_OUT)
        for index, name in enumerate(names):
            share = (ends_at - time.monotonic()) / (len(names) - index)
            tallies[name] = _try_room(copy, ROOMS[name], n // len(names), draw, time.monotonic() + share)
            _print(name, tallies[name])
    killed, tried = sum(one.n_killed for one in tallies.values()), sum(one.n for one in tallies.values())
    print(f"all: {killed} of {tried} killed ({killed / tried:.0%}; target {TARGET:.0%})")
    return 0 if killed >= TARGET * tried else 1


def _try_room(copy: Path, room: Room, n: int, draw: random.Random, ends_at: float) -> Tally:
    tests_of = _tests_by_line(copy, room)
    found = [
        (source, change)
        for pattern in room.sources
        for source in sorted(copy.glob(pattern))
        for change in changes_of(source.read_bytes())
    ]
    tally = Tally()
    for source, change in draw.sample(found, min(n, len(found))):
        if time.monotonic() > ends_at:
            break
        name = str(source.relative_to(copy))
        tests = tests_of.get((name, change.line), [])
        if tests and _is_noticed(copy, source, change, draw.sample(tests, min(len(tests), N_TESTS_AT_MOST))):
            tally.n_killed += 1
        else:
            why = "" if tests else " (no test comes here)"
            tally.survived.append(f"{name}:{change.line}: {change.before!r} -> {change.after!r}{why}")
    return tally


def _is_noticed(copy: Path, source: Path, change: Change, tests: list[str]) -> bool:
    whole = source.read_bytes()
    source.write_bytes(change.apply(whole))
    try:
        return _pytest(copy, "-x", *tests, limit=240.0) != 0
    finally:
        source.write_bytes(whole)


def _tests_by_line(copy: Path, room: Room) -> dict[tuple[str, int], list[str]]:
    """Which tests reach which line of which file, from one run of all of them."""
    packages = sorted({pattern.split("/")[0] for pattern in room.sources})
    watched = [f"--cov={package}" for package in packages]
    code = _pytest(copy, *watched, "--cov-context=test", "--cov-report=", *room.tests, limit=1200.0)
    if code != 0:
        sys.exit(f"The tests of {room.tests} fail without any change.")
    data = CoverageData(str(copy / ".coverage"))
    data.read()
    return {
        (str(Path(file).relative_to(copy)), line): sorted({one.partition("|")[0] for one in contexts if one})
        for file in data.measured_files()
        for line, contexts in data.contexts_by_lineno(file).items()
    }


def _pytest(copy: Path, *args: str, limit: float) -> int:
    """The exit code; a run that hangs counts as noticed."""
    command = [sys.executable, "-m", "pytest", "-q", "-p", "no:randomly", "-p", "no:cacheprovider", "--reuse-db"]
    environment = os.environ | {"PYTHONDONTWRITEBYTECODE": "1"}
    try:
        run = subprocess.run(
            [*command, *args], cwd=copy, env=environment, capture_output=True, timeout=limit, check=False
        )
    except subprocess.TimeoutExpired:
        return 1
    return run.returncode


def _print(name: str, tally: Tally) -> None:
    print(f"{name}: {tally.n_killed} killed, {len(tally.survived)} survived of {tally.n}", flush=True)
    for line in tally.survived:
        print(f"    {line}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
