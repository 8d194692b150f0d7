"""The user that runs the servers."""

import os
from pathlib import Path

import pytest

from demo.private_services.account import NOBODY, Account, server_account


def test_servers_never_run_as_root() -> None:
    account = server_account()
    assert account.uid != 0
    assert account.is_other == (os.geteuid() == 0)


def test_existing_data_keep_their_owner(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    owner = tmp_path.stat()
    expected = Account(owner.st_uid, owner.st_gid) if owner.st_uid else server_account()
    assert server_account(tmp_path) == expected


@pytest.mark.parametrize(("mode", "can_enter"), [(0o700, False), (0o701, True), (0o710, False)])
def test_a_stranger_enters_only_what_is_open_to_all(tmp_path: Path, *, mode: int, can_enter: bool) -> None:
    folder = tmp_path / "folder"
    folder.mkdir()
    folder.chmod(mode)
    stranger = Account(NOBODY, NOBODY)
    assert stranger._may_pass(folder) is can_enter


def test_everything_above_counts_too(tmp_path: Path) -> None:
    closed = tmp_path / "closed"
    (closed / "open").mkdir(parents=True)
    closed.chmod(0o700)
    assert not Account(NOBODY, NOBODY).can_enter(closed / "open")
