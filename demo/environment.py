"""The environment of the demo's processes."""

import json
import os
import secrets
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import quote

SECRET_BYTES = 50
PUBLISHED = "environment.json"


def demo_environment(folder: Path, *, port: int, services: dict[str, str]) -> dict[str, str]:
    """The settings of a demo in this folder; its mail never leaves it, whatever was set before."""
    return services | {
        "DEMO": "1",
        "DEBUG": "0",
        "SECRET_KEY": secret_key(folder / "secret_key"),
        "BASE_URL": f"http://127.0.0.1:{port}",
        "ALLOWED_HOSTS": "127.0.0.1,localhost",
        "EMAIL_URL": f"filemail://{quote(str(made(folder / 'mail')))}",
        "MEDIA_ROOT": str(made(folder / "media")),
        "STATIC_ROOT": str(made(folder / "static")),
        "PYTHONUNBUFFERED": "1",
    }


def made(folder: Path) -> Path:
    """The folder, created if necessary."""
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    return folder


def secret_key(path: Path) -> str:
    """The key in this file, made at the first start."""
    with suppress(FileNotFoundError):
        if key := path.read_text().strip():
            return key
    key = secrets.token_urlsafe(SECRET_BYTES)
    write_private(path, key)
    return key


def write_private(path: Path, text: str) -> None:
    """Write a file that only its owner can read, completely or not at all."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    with open(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:  # noqa: PTH123
        file.write(text)
    fresh.replace(path)


@contextmanager
def published(folder: Path, environment: dict[str, str]) -> Iterator[None]:
    """Let other commands join this run inside the block."""
    path = folder / PUBLISHED
    write_private(path, json.dumps(environment))
    try:
        yield
    finally:
        path.unlink(missing_ok=True)


def environment_to_join(folder: Path) -> dict[str, str] | None:
    """The environment of the run that uses this folder, if it is already running."""
    try:
        found = json.loads((folder / PUBLISHED).read_text())
    except FileNotFoundError:
        return None
    return {str(name): str(value) for name, value in found.items()}
