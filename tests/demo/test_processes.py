"""The programs, and when static files are collected again."""

from pathlib import Path

import pytest

from demo import processes


@pytest.fixture
def checkout(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(processes, "ROOT", tmp_path)
    (tmp_path / "requirements.txt").touch()
    (tmp_path / "static").mkdir()
    return tmp_path


@pytest.mark.parametrize("changed", ["static/site.css", "requirements.txt"])
def test_a_change_of_files_or_packages_is_seen(checkout: Path, changed: str) -> None:
    before = processes.static_fingerprint()
    assert processes.static_fingerprint() == before
    (checkout / changed).write_text("changed")
    assert processes.static_fingerprint() != before


def test_static_files_are_collected_only_when_stale() -> None:
    fresh, stale = (processes.preparation(is_static_stale=is_stale).command for is_stale in (False, True))
    assert [*fresh, "--static"] == stale


def test_the_worker_stops_after_those_who_give_it_work(tmp_path: Path) -> None:
    jobs = {process.name: process.stop_stage for process in processes.job_processes(tmp_path)}
    assert jobs == {"beat": 0, "deliver": 0, "worker": 1}
    assert processes.web_process(3).stop_stage == 0
