"""A missing or invalid setting stops web, worker and beat."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from django.core.checks import run_checks

from clinic import env
from clinic.checks import check_environment, check_https, check_registries, refuse_to_start_unless_sound
from clinic.env import Problem

ROOT = Path(__file__).resolve().parents[2]


def test_every_problem_of_the_environment_is_an_error(monkeypatch):
    monkeypatch.setattr(env, "problems", [Problem("REDIS_URL", "REDIS_URL is not set.")])
    error = next(iter(check_environment()))
    assert (error.msg, error.id, error.is_serious()) == ("REDIS_URL is not set.", "clinic.REDIS_URL", True)


def test_settings_of_this_run_are_sound():
    assert not [message for message in run_checks(tags=["settings"]) if message.is_serious()]


def test_kind_that_cannot_be_found_is_named(settings):
    settings.MESSAGE_KINDS = {"pigeon": "clinic.nowhere.pigeon"}
    error = next(iter(check_registries()))
    assert (error.id, "pigeon" in error.msg) == ("clinic.E001", True)


def test_kind_that_lacks_a_method_is_named(settings):
    settings.MESSAGE_KINDS = {"pigeon": "clinic.presets.load_rows"}
    error = next(iter(check_registries()))
    assert error.id == "clinic.E002"
    assert error.msg.endswith("lacks still_due, render, settled.")


@pytest.mark.parametrize(
    ("url", "is_demo", "n_warnings"),
    [("http://clinic.example.org", False, 1), ("https://clinic.example.org", False, 0), ("http://x", True, 0)],
)
def test_plain_http_is_warned_of_outside_a_demo(settings, url, is_demo, n_warnings):
    settings.BASE_URL, settings.DEMO = url, is_demo
    assert len(list(check_https())) == n_warnings


def test_refusal_to_start_says_every_reason(monkeypatch, capfd):
    problems = [Problem("SECRET_KEY", "SECRET_KEY is not set."), Problem("EMAIL_URL", "EMAIL_URL is not set.")]
    monkeypatch.setattr(env, "problems", problems)
    with pytest.raises(SystemExit) as refusal:
        refuse_to_start_unless_sound()
    told = capfd.readouterr().err
    assert refusal.value.code == 3
    assert "SECRET_KEY is not set." in told
    assert "EMAIL_URL is not set." in told


def test_sound_settings_start(monkeypatch):
    monkeypatch.setattr(env, "problems", [])
    refuse_to_start_unless_sound()


def test_bad_settings_stop_a_command_by_check_not_by_import():
    bare = {"PATH": os.environ["PATH"], "DATABASE_URL": "sqlite:///x", "DEBUG": "maybe", "BASE_URL": "clinic"}
    done = subprocess.run(
        [sys.executable, "manage.py", "check"], cwd=ROOT, env=bare, capture_output=True, text=True, check=False
    )
    assert done.returncode == 1
    for name in ("SECRET_KEY", "DATABASE_URL", "REDIS_URL", "EMAIL_URL", "DEBUG", "BASE_URL"):
        assert f"clinic.{name}" in done.stderr
    assert "Traceback" not in done.stderr
