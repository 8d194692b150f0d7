"""Settings with which nobody would be reached, or anybody could get in, stop every process with their name."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
HUSH = "hushhush"
SOUND = {
    "PATH": os.environ["PATH"],
    "SECRET_KEY": "only-for-checks-and-tests-never-for-people-0123456789",
    "DATABASE_URL": "postgres://nobody@127.0.0.1:1/none",
    "REDIS_URL": "redis://127.0.0.1:1/0",
    "EMAIL_URL": "smtp+tls://clinic:pass@mail.example.org:587",
    "BASE_URL": "https://clinic.example.org",
    "DEFAULT_FROM_EMAIL": "Clinic <clinic@example.org>",
}
# The settings (None: not set), and the setting that is named.
BAD: list[tuple[str, dict[str, str | None], str]] = [
    ("mail thrown away", {"EMAIL_URL": "dummymail://"}, "EMAIL_URL"),
    ("mail in memory", {"EMAIL_URL": "memorymail://"}, "EMAIL_URL"),
    ("mail in the log", {"EMAIL_URL": "consolemail://"}, "EMAIL_URL"),
    ("mail in a folder", {"EMAIL_URL": "filemail:///tmp/mail"}, "EMAIL_URL"),
    ("mail to no server", {"EMAIL_URL": "smtp://"}, "EMAIL_URL"),
    ("no mail address", {"EMAIL_URL": None}, "EMAIL_URL"),
    ("starttls on 465", {"EMAIL_URL": "smtp+tls://u:p@mail.example.org:465"}, "EMAIL_URL"),
    ("tls on 587", {"EMAIL_URL": "smtps://u:p@mail.example.org:587"}, "EMAIL_URL"),
    *[
        (
            f"{name} cut at {character}, {kind}",
            {name: f"{scheme}://user:{start}{character}{HUSH}@host.example.org/0"},
            name,
        )
        for name, scheme in (("EMAIL_URL", "smtp+tls"), ("DATABASE_URL", "postgres"), ("REDIS_URL", "redis"))
        for character in "@/#?"
        # A password of digits is mistaken for a port, and the user for a host.
        for kind, start in (("digits", "1"), ("letters", "pa"))
    ],
    ("no address of the site", {"BASE_URL": None}, "BASE_URL"),
    ("empty address of the site", {"BASE_URL": ""}, "BASE_URL"),
    ("no sender", {"DEFAULT_FROM_EMAIL": None}, "DEFAULT_FROM_EMAIL"),
    ("sender at localhost", {"DEFAULT_FROM_EMAIL": "clinic@localhost"}, "DEFAULT_FROM_EMAIL"),
    ("sender at localdomain", {"DEFAULT_FROM_EMAIL": "root@web.localdomain"}, "DEFAULT_FROM_EMAIL"),
    ("sender that is none", {"DEFAULT_FROM_EMAIL": "Clinic"}, "DEFAULT_FROM_EMAIL"),
    ("short key", {"SECRET_KEY": "k1Jz" * 12 + "x"}, "SECRET_KEY"),
    ("key of one letter", {"SECRET_KEY": "x" * 60}, "SECRET_KEY"),
    ("program served", {"STATIC_ROOT": str(ROOT)}, "STATIC_ROOT"),
    ("folder it is started in served", {"STATIC_ROOT": "."}, "STATIC_ROOT"),
    ("documents served", {"STATIC_ROOT": "/srv/x", "MEDIA_ROOT": "/srv/x/media"}, "STATIC_ROOT"),
    ("answers served", {"STATIC_ROOT": "/srv/x", "SPOOL_ROOT": "/srv/x"}, "STATIC_ROOT"),
    ("demo on the net", {"DEMO": "1"}, "DEMO"),
    ("debug on the net", {"DEBUG": "1"}, "DEBUG"),
]
WEB = [sys.executable, "-m", "gunicorn", "clinic.wsgi", "--bind", "127.0.0.1:0", "--workers", "1"]
CELERY = [sys.executable, "-m", "celery", "-A", "clinic"]
PROCESSES = {
    "web": WEB,
    "worker": [*CELERY, "worker", "--pool", "solo"],
    "beat": [*CELERY, "beat", "--schedule", "/tmp/healing-curve-never-made"],
    "deliver": [sys.executable, "manage.py", "deliver_due", "--every", "1"],
    "migrate": [sys.executable, "manage.py", "migrate"],
}
# The checks of a whole table in one process: each set of settings is read and judged again.
JUDGE = """
import importlib, json, os, sys
import django
from django.conf import settings
from django.core.checks import run_checks
from django.utils.functional import empty
django.setup()
from clinic import env
module = sys.modules["clinic.settings"]
told = []
for changes in json.load(sys.stdin):
    os.environ.clear()
    os.environ.update(changes | {"DJANGO_SETTINGS_MODULE": "clinic.settings"})
    env.problems.clear()
    importlib.reload(module)
    settings._wrapped = empty
    told.append([message.msg for message in run_checks(tags=["settings"]) if message.is_serious()])
json.dump(told, sys.stdout)
"""


def environment(changes: dict[str, str | None]) -> dict[str, str]:
    both: dict[str, str | None] = {**SOUND, **changes}
    return {name: value for name, value in both.items() if value is not None}


def judged(*environments: dict[str, str]) -> list[list[str]]:
    """The results of the checks for each of these environments."""
    done = subprocess.run(
        [sys.executable, "-c", JUDGE],
        cwd=ROOT,
        env=SOUND | {"DJANGO_SETTINGS_MODULE": "clinic.settings"},
        input=json.dumps(environments),
        capture_output=True,
        text=True,
        check=True,
    )
    found: list[list[str]] = json.loads(done.stdout)
    return found


def test_every_bad_setting_is_named_once_and_no_password_is_shown():
    told = judged(*[environment(changes) for _what, changes, _name in BAD])
    for (what, _changes, name), messages in zip(BAD, told, strict=True):
        assert [message.split(" ")[0].split("=")[0].strip(":") for message in messages] == [name], what
        assert HUSH not in messages[0], what


def test_cut_password_says_how_to_write_it():
    [[told]] = judged(environment({"EMAIL_URL": "smtp+tls://user:12#34@mail.example.org:587"}))
    assert "# as %23" in told
    assert "quote(input(), safe='')" in told


SOUND_CHANGES: list[dict[str, str | None]] = [
    {},
    {"EMAIL_URL": "smtps://clinic%40example.org:p%40%2F%23@mail.example.org:465"},
    # Only a password cuts the address short: a user name with @ is read correctly.
    {"EMAIL_URL": "smtp+tls://clinic@example.org:pass@mail.example.org:587"},
    {"EMAIL_URL": "smtp://mail.example.org"},
    {"DATABASE_URL": "postgres://u@/database?host=/run/postgresql"},
    {"STATIC_ROOT": "/srv/static", "MEDIA_ROOT": "/srv/media"},
    # A demo and a developer's machine send nowhere on purpose.
    {"DEMO": "1", "BASE_URL": None, "EMAIL_URL": "filemail:///tmp/mail", "DEFAULT_FROM_EMAIL": None},
    {"DEBUG": "1", "BASE_URL": None, "EMAIL_URL": "consolemail://", "DEFAULT_FROM_EMAIL": None},
]


def test_sound_settings_stop_nothing():
    told = judged(*map(environment, SOUND_CHANGES))
    assert {
        str(changes): messages for changes, messages in zip(SOUND_CHANGES, told, strict=True) if messages
    } == {}


@pytest.mark.parametrize(
    ("process", "what"),
    [
        *((process, "mail in memory") for process in PROCESSES),
        *(("web", what) for what in ("REDIS_URL cut at #, digits", "sender at localhost", "demo on the net")),
    ],
)
def test_no_process_starts_with_it(process, what):
    changes, name = next((changes, name) for title, changes, name in BAD if title == what)
    if process == "migrate":
        # It checks its database first, so it needs one.
        changes = {"DATABASE_URL": os.environ["DATABASE_URL"], **changes}
    done = subprocess.run(
        PROCESSES[process],
        cwd=ROOT,
        env=environment(changes) | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        timeout=60,  # a process that starts fails the test
        check=False,
    )
    assert done.returncode != 0
    assert name in done.stderr + done.stdout
    assert HUSH not in done.stderr + done.stdout


SETTINGS = """
import json
from clinic import settings
read = {name: repr(value) for name, value in vars(settings).items() if name.isupper() and name != "LANGUAGES"}
print(json.dumps(read))
"""


def test_what_the_example_leaves_empty_counts_as_not_set():
    """Whoever copies `.env.example` and fills in the required values gets the defaults of the rest."""
    example = re.findall(r"^([A-Z_]+)=$", (ROOT / ".env.example").read_text(), flags=re.MULTILINE)
    empty = {name: "" for name in example if name not in SOUND}
    assert "STATIC_ROOT" in empty
    with_them, without = (
        subprocess.run(
            [sys.executable, "-c", SETTINGS], cwd=ROOT, env=names, capture_output=True, text=True, check=True
        ).stdout
        for names in (SOUND | empty, SOUND)
    )
    assert json.loads(with_them) == json.loads(without)
