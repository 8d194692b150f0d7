"""Settings from the environment: read leniently, every problem named."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from clinic import env


@pytest.fixture
def found(monkeypatch) -> list[env.Problem]:
    """The problems noted while a test reads."""
    problems: list[env.Problem] = []
    monkeypatch.setattr(env, "problems", problems)
    monkeypatch.delenv("NAME", raising=False)
    monkeypatch.delenv("NAME_FILE", raising=False)
    return problems


def named(problems: list[env.Problem]) -> list[str]:
    assert all(problem.name in problem.message for problem in problems)
    return [problem.name for problem in problems]


def test_value_comes_from_the_environment(found, monkeypatch):
    monkeypatch.setenv("NAME", "value")
    assert (env.text("NAME"), found) == ("value", [])


def test_secret_comes_from_a_file_without_its_last_line_end(found, monkeypatch, tmp_path):
    (tmp_path / "secret").write_text("hush hush\n")
    monkeypatch.setenv("NAME_FILE", str(tmp_path / "secret"))
    assert (env.required("NAME", "opens the door"), found) == ("hush hush", [])


def test_value_goes_before_file(found, monkeypatch, tmp_path):
    monkeypatch.setenv("NAME", "value")
    monkeypatch.setenv("NAME_FILE", str(tmp_path / "missing"))
    assert (env.text("NAME"), found) == ("value", [])


@pytest.mark.parametrize("content", ["", "\n"])
def test_empty_value_counts_as_not_set(found, monkeypatch, tmp_path, content):
    monkeypatch.setenv("NAME", "")
    assert (env.text("NAME", "default"), found) == ("default", [])
    (tmp_path / "empty").write_text(content)
    monkeypatch.setenv("NAME_FILE", str(tmp_path / "empty"))
    assert (env.text("NAME", "default"), found) == ("default", [])


def test_missing_file_is_named(found, monkeypatch, tmp_path):
    monkeypatch.setenv("NAME_FILE", str(tmp_path / "missing"))
    assert env.text("NAME", "default") == "default"
    assert named(found) == ["NAME"]
    assert "missing cannot be read: No such file" in found[0].message


def test_file_that_is_no_text_is_named(found, monkeypatch, tmp_path):
    (tmp_path / "secret").write_bytes(b"\xff\xfe\x00")
    monkeypatch.setenv("NAME_FILE", str(tmp_path / "secret"))
    assert env.text("NAME", "default") == "default"
    assert named(found) == ["NAME"]


def test_missing_value_is_named_with_its_purpose(found):
    assert env.required("NAME", "opens the door") == ""
    assert [problem.message for problem in found] == ["NAME is not set. It opens the door."]


@pytest.mark.parametrize(
    ("value", "is_on"), [("1", True), ("TRUE", True), ("yes", True), ("0", False), ("off", False), ("", False)]
)
def test_flag_is_yes_or_no(found, monkeypatch, value, is_on):
    monkeypatch.setenv("NAME", value)
    assert (env.flag("NAME"), found) == (is_on, [])


def test_flag_that_is_neither_is_named_and_keeps_the_default(found, monkeypatch):
    monkeypatch.setenv("NAME", "maybe")
    assert env.flag("NAME", default=True) is True
    assert named(found) == ["NAME"]


def test_words_are_separated_by_commas(found, monkeypatch):
    monkeypatch.setenv("NAME", " a.example.org, ,b.example.org ")
    assert env.words("NAME") == ["a.example.org", "b.example.org"]


def test_database_is_postgresql(found, monkeypatch):
    monkeypatch.setenv("NAME", "postgres://u:p%40ss@host:5433/clinic")
    config = env.database("NAME")
    assert config["ENGINE"] == "clinic.database"
    assert (config["HOST"], config["PORT"], config["PASSWORD"], found) == ("host", 5433, "p@ss", [])


@pytest.mark.parametrize(
    "url",
    ["", "sqlite:///clinic.db", "mysql://u@host/db", "clinic", "postgres://u:p[ss@host/db", "postgres://u@h:x/db"],
)
def test_any_other_database_is_named_and_never_raises(found, monkeypatch, url):
    monkeypatch.setenv("NAME", url)
    assert env.database("NAME") == {}
    assert named(found) == ["NAME"]


@pytest.mark.parametrize("url", ["redis://host:6379/0", "rediss://:pass@host/1", "redis+socket:///run/redis.sock"])
def test_broker_speaks_redis(found, monkeypatch, url):
    monkeypatch.setenv("NAME", url)
    assert (env.redis_url("NAME"), found) == (url, [])


@pytest.mark.parametrize("url", ["", "amqp://host", "host:6379", "redis://[bad"])
def test_any_other_broker_is_named_and_never_raises(found, monkeypatch, url):
    monkeypatch.setenv("NAME", url)
    assert env.redis_url("NAME") == ""
    assert named(found) == ["NAME"]


def test_mail_leaves_by_smtp(found, monkeypatch):
    monkeypatch.setenv("NAME", "smtp+tls://user:pass@mail.example.org:587")
    config = env.email("NAME")
    assert (config["EMAIL_HOST"], config["EMAIL_PORT"], config["EMAIL_USE_TLS"]) == ("mail.example.org", 587, True)
    assert found == []


def test_mail_may_go_to_a_folder(found, monkeypatch):
    monkeypatch.setenv("NAME", "filemail:///var/mail/clinic")
    assert env.email("NAME")["EMAIL_FILE_PATH"] == "/var/mail/clinic"


@pytest.mark.parametrize("url", ["", "mail.example.org", "pigeon://loft", "smtp://host:port", "smtp://[bad"])
def test_any_other_mail_address_is_named_and_never_raises(found, monkeypatch, url):
    monkeypatch.setenv("NAME", url)
    env.email("NAME")
    assert named(found) == ["NAME"]


def test_without_a_mail_address_nothing_is_sent_by_accident(found):
    assert env.email("NAME")["EMAIL_HOST"] == ""


@pytest.mark.parametrize("url", ["https://clinic.example.org", "http://127.0.0.1:8000"])
def test_origin_has_no_path(found, monkeypatch, url):
    monkeypatch.setenv("NAME", f"{url}/")
    assert (env.origin("NAME", "http://default"), found) == (url, [])


@pytest.mark.parametrize(
    "url", ["clinic.example.org", "https://host/app", "ftp://host", "https://", "https://[bad"]
)
def test_any_other_origin_is_named_and_never_raises(found, monkeypatch, url):
    monkeypatch.setenv("NAME", url)
    assert env.origin("NAME", "http://default") == "http://default"
    assert named(found) == ["NAME"]


def test_example_names_every_variable_that_settings_read() -> None:
    root = Path(__file__).resolve().parents[2]
    read = set(re.findall(r"env\.\w+\(\s*\"([A-Z_]+)\"", (root / "clinic" / "settings.py").read_text()))
    named = set(re.findall(r"^([A-Z_]+)=", (root / ".env.example").read_text(), flags=re.MULTILINE))
    assert read
    assert read - named == set()


@pytest.mark.parametrize("value", ["ftp://x.example.org", "https://", "ping", "https://x:port/"])
def test_address_to_call_that_makes_no_sense_is_named_and_not_shown(found, monkeypatch, value):
    monkeypatch.setenv("NAME", value)
    assert (env.web_address("NAME"), named(found)) == ("", ["NAME"])
    assert value not in found[0].message.replace("https:// or http://", "")


@pytest.mark.parametrize("value", ["", "https://hc.example.org/ping/1"])
def test_address_to_call_or_nothing(found, monkeypatch, value):
    monkeypatch.setenv("NAME", value)
    assert (env.web_address("NAME"), found) == (value, [])


@pytest.mark.parametrize(
    ("value", "n_problems"), [("", 0), ("short", 1), ("a" * 16, 0), ("with a space in it", 1)]
)
def test_secret_is_long_or_absent(found, monkeypatch, value, n_problems):
    monkeypatch.setenv("NAME", value)
    assert env.secret("NAME") == ("" if n_problems else value)
    assert len(named(found)) == n_problems


@pytest.mark.parametrize(
    ("value", "ports"), [("", {443}), ("443, 8443", {443, 8443}), ("0", set()), ("x,1", set())]
)
def test_ports(found, monkeypatch, value, ports):
    monkeypatch.setenv("NAME", value)
    assert env.ports("NAME", "443") == ports
    assert bool(found) is (not ports)


@pytest.mark.parametrize(
    ("value", "read"),
    [
        ("", []),
        ("9.9.9.9", [("9.9.9.9", 53)]),
        ("127.0.0.1:5353, 2620:fe::fe", [("127.0.0.1", 5353), ("2620:fe::fe", 53)]),
        ("[2620:fe::fe]:5353", [("2620:fe::fe", 5353)]),
        ("[2620:fe::fe]", [("2620:fe::fe", 53)]),
    ],
)
def test_name_servers_are_ip_addresses_with_a_port_or_without(found, monkeypatch, value, read):
    monkeypatch.setenv("NAME", value)
    assert (env.dns_servers("NAME"), found) == (read, [])


@pytest.mark.parametrize(
    "value", ["dns.example.org", "9.9.9", "9.9.9.9:port", "9.9.9.9:0", "9.9.9.9:70000", "x:53"]
)
def test_other_name_servers_are_named_as_a_problem(found, monkeypatch, value):
    monkeypatch.setenv("NAME", value)
    assert (env.dns_servers("NAME"), named(found)) == ([], ["NAME"])


@pytest.mark.parametrize(
    ("value", "read", "problems"),
    [
        ("", "", []),
        ("_SPF.Mail.Example.org.", "_spf.mail.example.org", []),
        ("include:mail.example.org", "", ["NAME"]),
        ("mail", "", ["NAME"]),
    ],
)
def test_a_domain_is_a_name_alone(found, monkeypatch, value, read, problems):
    monkeypatch.setenv("NAME", value)
    assert (env.domain("NAME"), named(found)) == (read, problems)
