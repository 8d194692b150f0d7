"""Answers waiting on disk: encrypted, written completely, claimed by one process."""

from __future__ import annotations

import os
import stat
import time
from datetime import timedelta

import pytest
from django.conf import settings as django_settings
from django.utils import timezone

from clinic.checks import check_spool
from clinic.spool import Spool, Unreadable, claimed, read, spool_health

SPOOL = Spool("things")


def test_what_is_kept_is_read_again():
    SPOOL.keep({"said": "something"})
    [path] = SPOOL.waiting()
    assert read(path) == {"said": "something"}


def test_file_says_nothing_to_whoever_has_no_key(settings):
    SPOOL.keep({"said": "chest pain"})
    [path] = SPOOL.waiting()
    assert b"chest" not in path.read_bytes()
    assert "chest" not in path.name
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(SPOOL.folder.stat().st_mode) == 0o700
    settings.SECRET_KEY = "another key, that did not seal it"
    with pytest.raises(Unreadable):
        read(path)


def test_key_that_was_replaced_still_opens(settings):
    SPOOL.keep({"said": "x"})
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "the new key", [django_settings.SECRET_KEY]
    assert read(SPOOL.waiting()[0]) == {"said": "x"}


def test_damaged_file_is_unreadable():
    SPOOL.keep({"said": "x"})
    [path] = SPOOL.waiting()
    path.write_bytes(path.read_bytes()[:-5])
    with pytest.raises(Unreadable):
        read(path)


def test_only_one_claims_a_file():
    SPOOL.keep({"said": "x"})
    [path] = SPOOL.waiting()
    with claimed(path) as first, claimed(path) as second:
        assert (first, second) == (True, False)
    with claimed(path) as again:
        assert again
        path.unlink()
    with claimed(path) as gone:
        assert not gone


def test_half_written_file_is_not_one_and_goes_after_an_hour():
    SPOOL.keep({"said": "x"})
    half = SPOOL.folder / ".abc.part"
    half.write_bytes(b"half")
    SPOOL.sweep()
    assert (len(SPOOL.waiting()), half.exists()) == (1, True)
    os.utime(half, (time.time() - 3700, time.time() - 3700))
    SPOOL.sweep()
    assert not half.exists()


def test_health_is_ill_after_two_minutes_and_while_something_is_set_aside():
    now = timezone.now()
    assert spool_health(at=now).is_well
    SPOOL.keep({"said": "x"})
    assert spool_health(at=now + timedelta(seconds=60)).is_well
    late = spool_health(at=now + timedelta(seconds=130))
    assert (late.is_well, late.detail.startswith("1 waiting")) == (False, True)
    SPOOL.put_aside(SPOOL.waiting()[0])
    assert not spool_health(at=now).is_well


def test_folder_that_cannot_be_written_stops_the_start(settings, tmp_path):
    assert check_spool() == []
    (tmp_path / "file").write_text("no folder")
    settings.SPOOL_ROOT = tmp_path / "file"
    [error] = check_spool()
    assert "SPOOL_ROOT" in error.msg
