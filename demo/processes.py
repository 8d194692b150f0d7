"""Which programs the demo runs."""

import hashlib
import sys
from pathlib import Path

from demo.prepare import COLLECT_STATIC
from demo.supervisor import Process

ROOT = Path(__file__).resolve().parents[1]
APPS = ("clinic", "patients", "courses")


def preparation(*, is_static_stale: bool) -> Process:
    """What has to be done before the others start."""
    command = [sys.executable, "-m", "demo.prepare"]
    return Process("prepare", [*command, COLLECT_STATIC] if is_static_stale else command)


def web_process(listening: int) -> Process:
    """The web process, on a socket that is open already."""
    gunicorn = [sys.executable, "-m", "gunicorn", "clinic.wsgi", "--bind", f"fd://{listening}"]
    options = ["--threads=4", "--graceful-timeout=2", "--no-control-socket"]
    return Process("web", [*gunicorn, *options], inherits=(listening,))


def job_processes(folder: Path) -> list[Process]:
    """The processes behind the web."""
    celery = [sys.executable, "-m", "celery", "-A", "clinic"]
    schedule = folder / "beat-schedule"
    return [
        Process("beat", [*celery, "beat", "--schedule", schedule, "--pidfile=", "--loglevel=INFO"]),
        Process("deliver", [sys.executable, ROOT / "manage.py", "deliver_due", "--every", "10"]),
        # Last, so that what the others have begun is done. It is alone, with no one to gossip with.
        Process(
            "worker",
            [*celery, "worker", "--concurrency=2", "--loglevel=INFO", "--without-gossip", "--without-mingle"],
            stop_stage=1,
            stop_seconds=4.0,
        ),
    ]


def static_fingerprint() -> str:
    """Changes when a static file of ours or the version of a package does."""
    digest = hashlib.sha256((ROOT / "requirements.txt").read_bytes())
    for folder in [ROOT / "static", *(ROOT / app / "static" for app in APPS)]:
        for path in sorted(folder.rglob("*")):
            status = path.stat()
            digest.update(f"{path}:{status.st_size}:{status.st_mtime_ns}\n".encode())
    return digest.hexdigest()
