"""The commands in docs/operations.md exist, and the scripts it names do what it says."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import stat
import subprocess
from pathlib import Path

import psycopg
import pytest
from django.core import signing
from django.core.management import get_commands, load_command_class
from django.utils import timezone
from ruamel.yaml import YAML

from clinic import env
from clinic.backups.programs import program
from clinic.health.checks import examine
from tests.faults.servers import own_postgres
from tests.processes import ROOT

GUIDE = (ROOT / "docs/operations.md").read_text()
COMPOSE = YAML(typ="safe").load(ROOT / "docker-compose.yml")
# Programs of the system, which the guide may use and no test runs.
SYSTEMS_OWN = {"git", "cd", "export", "useradd", "install", "createdb", "systemctl", "cp", "rm", "psql"}
# A line of cron, and two of postgresql.conf.
SYSTEMS_OWN |= {"10", "log_min_error_statement", "log_error_verbosity"}


def commands() -> list[list[str]]:
    """Every command line in the guide's blocks, split at && and without its prefixes."""
    lines = re.findall(r"^    (?! )(.+)$", GUIDE, re.MULTILINE)
    found = []
    for line in lines:
        words = shlex.split(line.partition("  #")[0])
        while words and re.fullmatch(r"[A-Z_]+=.*", words[0]):
            words = words[1:]
        part: list[str] = []
        for word in [*words, "&&"]:
            if word == "&&":
                found.append(part)
                part = []
            else:
                part.append(word)
    return [one for one in found if one]


def is_code_or_sample(words: list[str]) -> bool:
    """Python and JSON that the guide shows."""
    return words[0].startswith(("{", "import", "def", "parts", "expected", "return"))


CHECKED = [words for words in commands() if not is_code_or_sample(words)]


def test_the_guide_has_commands():
    assert len(CHECKED) > 30


@pytest.mark.parametrize("words", CHECKED, ids=" ".join)
def test_a_command_is_there(words):
    name, *rest = words
    if "manage.py" in words:
        check_management_command(words[words.index("manage.py") + 1 :])
    if name == "docker":
        check_compose(rest)
    elif name == "make":
        assert re.search(rf"^{rest[0]}:", (ROOT / "Makefile").read_text(), re.MULTILINE), rest
    elif name == "sh":
        assert (ROOT / rest[0]).is_file(), rest
    elif not name.endswith("python"):
        assert name in SYSTEMS_OWN, words
    for word in rest:
        if word.startswith(("deploy/", ".ci/")):
            assert list(ROOT.glob(word)), word


def check_management_command(words: list[str]) -> None:
    """The command accepts exactly these words."""
    name, *arguments = words
    application = get_commands()[name]
    command = load_command_class(application, name) if isinstance(application, str) else application
    command.create_parser("manage.py", name).parse_args(arguments)


def check_compose(words: list[str]) -> None:
    """Only existing services are named."""
    assert words[0] == "compose"
    verb, *rest = words[1:]
    assert verb in {"up", "run", "exec", "build"}, words
    named = [word for word in rest if not word.startswith("-") and "=" not in word]
    services = named if verb == "up" else named[:1]
    assert set(services) <= set(COMPOSE["services"]), words


class TestCompose:
    """The compose file as it is read."""

    def test_every_service_is_guarded(self):
        for name, service in COMPOSE["services"].items():
            assert service["read_only"] is True, name
            assert service["cap_drop"] == ["ALL"], name
            assert service["security_opt"] == ["no-new-privileges:true"], name
            limits = service["deploy"]["resources"]["limits"]
            assert set(limits) == {"cpus", "memory", "pids"}, name
            assert service["logging"]["options"] == {"max-size": "10m", "max-file": "5"}, name

    def test_every_image_of_others_is_pinned_to_a_minor_version(self):
        images = [one["image"] for one in COMPOSE["services"].values() if "build" not in one]
        assert len(images) == 3
        for image in images:
            assert re.search(r":v?\d+\.\d+", image), image

    def test_who_sends_may_end_what_it_sends(self):
        for name in ("worker", "deliver"):
            assert int(COMPOSE["services"][name]["stop_grace_period"].removesuffix("s")) > 120

    def test_the_application_gets_no_owners_address(self):
        for name in ("web", "worker", "beat", "deliver"):
            assert "database_owner_url" not in COMPOSE["services"][name]["secrets"]
            assert "postgres_password" not in COMPOSE["services"][name]["secrets"]

    def test_database_and_broker_are_on_the_inner_network_alone(self):
        assert COMPOSE["networks"]["back"] == {"internal": True}
        for name in ("postgres", "redis"):
            assert COMPOSE["services"][name]["networks"] == ["back"]

    def test_every_secret_that_is_used_is_made_by_the_script(self, secrets):
        assert set(COMPOSE["secrets"]) == {file.name for file in secrets.iterdir()}
        for service in COMPOSE["services"].values():
            assert set(service.get("secrets", [])) <= set(COMPOSE["secrets"])
            files = [value for key, value in service.get("environment", {}).items() if key.endswith("_FILE")]
            for file in files:
                assert Path(file).name in service["secrets"], file

    def test_the_same_commands_run_everywhere(self):
        """Procfile, compose and systemd start the same programs."""
        procfile = dict(line.split(": ", 1) for line in (ROOT / "Procfile").read_text().splitlines())
        for name, line in procfile.items():
            unit = (ROOT / f"deploy/systemd/healing-curve-{name}.service").read_text()
            started = re.search(r"^ExecStart=(.*)$", unit, re.MULTILINE)
            assert started is not None
            service = COMPOSE["services"][name]["command"]
            program_and_app = line.split()[:3]
            assert [Path(started[1].split()[0]).name, *started[1].split()[1:3]][1:] == program_and_app[1:]
            assert service[1:3][0] in started[1]


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    """A checkout with only the files that the scripts need."""
    shutil.copytree(ROOT / "deploy", tmp_path / "deploy")
    return tmp_path


@pytest.fixture
def secrets(checkout: Path) -> Path:
    """The secrets made by the script."""
    run("sh", "deploy/secrets.sh", "smtp+tls://user:secret@mail.example.org:587", cwd=checkout)
    return checkout / "secrets"


def run(*words: str, cwd: Path, **variables: str) -> subprocess.CompletedProcess[str]:
    """A command that must succeed."""
    return subprocess.run(words, cwd=cwd, env=os.environ | variables, capture_output=True, text=True, check=True)


class TestSecrets:
    """deploy/secrets.sh."""

    def test_makes_each_once_and_changes_none(self, checkout, secrets):
        before = {file.name: file.read_text() for file in secrets.iterdir()}
        run("sh", "deploy/secrets.sh", "smtp://other:25", cwd=checkout)
        assert {file.name: file.read_text() for file in secrets.iterdir()} == before
        assert stat.S_IMODE(secrets.stat().st_mode) == 0o700
        assert len(before["secret_key"].strip()) >= 50

    def test_says_what_is_missing(self, checkout):
        done = subprocess.run(
            ["sh", "deploy/secrets.sh"], cwd=checkout, capture_output=True, text=True, check=False
        )
        assert done.returncode == 1
        assert "secrets/email_url is missing" in done.stderr

    def test_addresses_are_understood(self, secrets, monkeypatch):
        monkeypatch.delenv("DATABASE_URL", raising=False)
        monkeypatch.setenv("DATABASE_URL_FILE", str(secrets / "database_url"))
        assert env.database("DATABASE_URL")["USER"] == "healing_curve_app"
        password = (secrets / "valkey_password").read_text().strip()
        assert (secrets / "redis_url").read_text().strip() == f"redis://:{password}@redis:6379/0"
        assert f"requirepass {password}\n" in (secrets / "valkey_conf").read_text()

    def test_a_new_secret_key_keeps_old_links_open(self, checkout, secrets, settings):
        """The guide's steps to change SECRET_KEY."""
        settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = (secrets / "secret_key").read_text().strip(), []
        token = signing.dumps("a link in a mail")
        run("cp", "secrets/secret_key", "secrets/secret_key_fallbacks", cwd=checkout)
        run("rm", "secrets/secret_key", cwd=checkout)
        run("sh", "deploy/secrets.sh", cwd=checkout)
        settings.SECRET_KEY = (secrets / "secret_key").read_text().strip()
        with pytest.raises(signing.BadSignature):
            signing.loads(token)
        settings.SECRET_KEY_FALLBACKS = [(secrets / "secret_key_fallbacks").read_text().strip()]
        assert signing.loads(token) == "a link in a mail"


def test_the_script_of_the_roles_sets_and_changes_passwords(checkout, secrets):
    """It runs when the database is made, and again after a password was changed."""
    with own_postgres() as server, psycopg.connect(server.url) as opened:
        place = {"PGHOST": str(opened.info.host), "PGPORT": str(opened.info.port), "SECRETS": str(secrets)}
        more = {
            "POSTGRES_USER": "clinic",
            "POSTGRES_DB": "clinic",
            "PATH": f"{Path(psql()).parent}:{os.environ['PATH']}",
        }
        run(str(checkout / "deploy/postgres/10-roles.sh"), cwd=checkout, **place, **more)
        with psycopg.connect(server.url.replace("healing_curve_owner", "clinic")) as superuser:
            query = "SELECT rolname, rolpassword FROM pg_authid WHERE rolname LIKE 'healing_curve%' ORDER BY 1"
            first = superuser.execute(query).fetchall()
            (secrets / "database_url").unlink()
            run("sh", "deploy/secrets.sh", cwd=checkout)
            run(str(checkout / "deploy/postgres/10-roles.sh"), cwd=checkout, **place, **more)
            superuser.commit()
            second = superuser.execute(query).fetchall()
        assert [name for name, _password in first] == ["healing_curve_app", "healing_curve_owner"]
        assert all(password.startswith("SCRAM-SHA-256$") for _name, password in first)
        assert first[0] != second[0]
        log = server.server.log.read_text()
    assert (secrets / "database_url").read_text().split(":")[2].partition("@")[0] not in log


def psql() -> str:
    """The wheel's psql, as new as the wheel's server."""
    return program("psql", server=18)


@pytest.mark.django_db
def test_every_check_of_healthz_is_in_the_guide():
    section = GUIDE.partition("## /healthz")[2].partition("\n## ")[0]
    named = set(re.findall(r"^\| (\w+) \|", section, re.MULTILINE)) - {"check"}
    assert named == set(examine(at=timezone.now()))


def test_a_command_gets_the_settings_of_the_file_and_the_owners_address(tmp_path):
    (tmp_path / "env").write_text("DATABASE_URL=postgres://app@h/d\nDEFAULT_FROM_EMAIL='Linden <a@example.org>'\n")
    for given, expected in (("", "postgres://app@h/d"), ("postgres://owner@h/d", "postgres://owner@h/d")):
        done = subprocess.run(
            ["sh", ROOT / "deploy/run.sh", "sh", "-c", 'echo "$DATABASE_URL $DEFAULT_FROM_EMAIL"; pwd'],
            env={"PATH": os.environ["PATH"], "ENV_FILE": str(tmp_path / "env"), "DATABASE_URL": given},
            capture_output=True,
            text=True,
            check=True,
        )
        assert done.stdout == f"{expected} Linden <a@example.org>\n{ROOT}\n"
