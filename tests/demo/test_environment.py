"""The settings of the demo's processes."""

from pathlib import Path

import pytest

from clinic import env
from demo.environment import demo_environment, environment_to_join, published, secret_key


def test_the_secret_key_is_kept_and_private(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"
    key = secret_key(path)
    assert len(key) >= 50
    assert secret_key(path) == key
    assert path.stat().st_mode & 0o777 == 0o600


def test_an_empty_secret_key_is_made_again(tmp_path: Path) -> None:
    path = tmp_path / "secret_key"
    path.touch()
    assert secret_key(path) == path.read_text() != ""


def test_mail_goes_to_files_whatever_the_folder_is_called(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "with space + 100% ä?#"
    folder.mkdir()
    found = demo_environment(folder, port=8000, services={})
    monkeypatch.setenv("EMAIL_URL", found["EMAIL_URL"])
    settings = env.email("EMAIL_URL")
    assert settings["EMAIL_BACKEND"] == "django.core.mail.backends.filebased.EmailBackend"
    assert settings["EMAIL_FILE_PATH"] == str(folder / "mail")


def test_it_is_a_demo_without_debugging_at_its_own_address(tmp_path: Path) -> None:
    found = demo_environment(tmp_path, port=8123, services={"DATABASE_URL": "postgres://x"})
    assert (found["DEMO"], found["DEBUG"]) == ("1", "0")
    assert (found["BASE_URL"], found["DATABASE_URL"]) == ("http://127.0.0.1:8123", "postgres://x")


def test_a_run_can_be_joined_only_while_it_lasts(tmp_path: Path) -> None:
    with published(tmp_path, {"REDIS_URL": "redis://x"}):
        assert environment_to_join(tmp_path) == {"REDIS_URL": "redis://x"}
    assert environment_to_join(tmp_path) is None
