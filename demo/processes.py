"""The programs that the demo runs."""

import hashlib
import sys
from pathlib import Path

from demo.prepare import COLLECT_STATIC
from demo.supervisor import Process

ROOT = Path(__file__).resolve().parents[1]
APPS = ("clinic", "patients", "courses")


def preparation(*, is_static_stale: bool) -> Process:
    """The process that runs before the others."""
    command = [sys.executable, "-m", "demo.prepare"]
    return Process("prepare", [*command, COLLECT_STATIC] if is_static_stale else command)


def web_process(listening: int) -> Process:
    """The web process, on a socket that is already open."""
    gunicorn = [sys.executable, "-m", "gunicorn", "clinic.wsgi", "--bind", f"fd://{listening}"]
    options = ["--threads=4", "--graceful-timeout=2", "--no-control-socket"]
    return Process("web", [*gunicorn, *options], inherits=(listening,))


def job_processes(folder: Path) -> list[Process]:
    """The background processes."""
    celery = [sys.executable, "-m", "celery", "-A", "clinic"]
    schedule = folder / "beat-schedule"
    return [
        Process("beat", [*celery, "beat", "--schedule", schedule, "--pidfile=", "--loglevel=INFO"]),
        Process("deliver", [sys.executable, ROOT / "manage.py", "deliver_due", "--every", "10"]),
        # Stopped last, so that work already started is finished. It is the only worker and needs no gossip.
        Process(
            "worker",
            [*celery, "worker", "--concurrency=2", "--loglevel=INFO", "--without-gossip", "--without-mingle"],
            stop_stage=1,
            stop_seconds=4.0,
        ),
    ]


def static_fingerprint() -> str:
    """A value that changes when one of our static files or the version of a package changes."""
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for folder in [ROOT / "static", *(ROOT / app / "static" for app in APPS)]:
        for path in sorted(folder.rglob("*")):
            status = path.stat()
            digest.update(f"{path}:{status.st_size}:{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
