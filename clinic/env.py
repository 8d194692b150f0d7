"""Settings from the environment: read leniently, judged by the system checks.

Reading never raises, so that commands which need no setting run without any. What is missing or
invalid is noted in ``problems`` and stops web, worker and beat through `clinic.checks`.
"""

import os
import re
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import environ

TRUE_WORDS = {"1", "true", "yes", "on"}
FALSE_WORDS = {"0", "false", "no", "off", ""}
SHORTEST_SECRET = 16
LAST_PORT = 65_535
DNS_PORT = 53
LONGEST_SECONDS = 86_400
DATABASE_ENGINE = "clinic.database"
QUOTING = (
    "Write these characters of a password as codes: @ as %40, / as %2F, # as %23, ? as %3F, % as %25. "
    "This prints a password so written: "
    "python3 -c \"from urllib.parse import quote; print(quote(input(), safe=''))\""
)
# Which TLS a port uses: from the first byte, or after STARTTLS.
TLS_PORT, STARTTLS_PORT = 465, 587
NO_ORIGIN = "http://127.0.0.1:8000"
SMTP_BACKEND = "clinic.outbox.transports.smtp.SmtpBackend"


@dataclass(frozen=True)
class Problem:
    """A setting that is missing or invalid, and how to fix it."""

    name: str
    message: str


problems: list[Problem] = []


def text(name: str, default: str = "") -> str:
    """The value of NAME, or the content of the file named by NAME_FILE; empty counts as not set."""
    value, file_name = os.environ.get(name), os.environ.get(f"{name}_FILE")
    if value or not file_name:
        return value or default
    try:
        return Path(file_name).read_text(encoding="utf-8").strip() or default
    except OSError as error:
        problems.append(Problem(name, f"{name}_FILE={file_name} cannot be read: {error.strerror}."))
    except UnicodeDecodeError:
        problems.append(Problem(name, f"{name}_FILE={file_name} is no text."))
    return default


def required(name: str, purpose: str) -> str:
    """The value of NAME; if it is missing, this is noted with its purpose."""
    value = text(name)
    if not value:
        problems.append(Problem(name, f"{name} is not set. It {purpose}."))
    return value


def flag(name: str, *, default: bool = False) -> bool:
    """NAME as yes or no."""
    value = text(name, str(int(default))).lower()
    if value not in TRUE_WORDS | FALSE_WORDS:
        problems.append(Problem(name, f"{name}={value} is neither yes nor no: use 1 or 0."))
        return default
    return value in TRUE_WORDS


def words(name: str) -> list[str]:
    """NAME as a list of comma-separated words."""
    return [word.strip() for word in text(name).split(",") if word.strip()]


def cut_password(name: str, url: str) -> bool:
    """Whether an unquoted character in the password cuts the address short; noted with how to write it.

    Such an address may still parse, with another host: mail would go nowhere, or to somebody else.
    """
    rest = url.partition("://")[2]
    parts = re.split("[/?#]", rest, maxsplit=1)
    password = parts[0].rpartition("@")[0].partition(":")[2]
    is_cut = len(parts) > 1 and "@" in parts[1] and ":" in parts[0]
    if not is_cut and "@" not in password:
        return False
    problems.append(Problem(name, f"{name} holds a password that ends the address too early. {QUOTING}"))
    return True


def database(name: str) -> dict[str, Any]:
    """NAME as a Django database configuration; only PostgreSQL is accepted."""
    url = required(name, "says where PostgreSQL is, e.g. postgres://user:password@host/database")
    if not url or cut_password(name, url):
        return {}
    if _scheme(url) not in {"postgres", "postgresql"}:
        problems.append(Problem(name, f"{name} must start with postgres://: PostgreSQL is the only database."))
        return {}
    return {**environ.Env.db_url_config(url), "ENGINE": DATABASE_ENGINE}


def redis_url(name: str) -> str:
    """NAME as the address of a Redis-protocol server: redis://, rediss:// or redis+socket://."""
    url = required(name, "says where Redis or Valkey is, e.g. redis://host:6379/0")
    if url and cut_password(name, url):
        return ""
    if url and _scheme(url) not in {"redis", "rediss", "redis+socket"}:
        problems.append(Problem(name, f"{name} must start with redis://, rediss:// or redis+socket://."))
        return ""
    return url


def email(name: str) -> dict[str, Any]:
    """NAME as Django's email settings, e.g. smtp+tls://user:password@host:587."""
    url = required(name, "says how mail leaves, e.g. smtp+tls://user:password@host:587")
    if not url or cut_password(name, url):
        return {"EMAIL_BACKEND": SMTP_BACKEND, "EMAIL_HOST": ""}
    try:
        config = dict(environ.Env.email_url_config(url))
    except (KeyError, ValueError, environ.ImproperlyConfigured):
        problems.append(Problem(name, f"{name} is not a mail server's address such as smtp://host:25."))
        return {}
    if config["EMAIL_FILE_PATH"]:
        # The library drops the slash that makes a path absolute.
        config["EMAIL_FILE_PATH"] = "/" + config["EMAIL_FILE_PATH"].lstrip("/")
    if config["EMAIL_BACKEND"] == "django.core.mail.backends.smtp.EmailBackend":
        config |= _smtp(name, _scheme(url), config)
    return config


def _smtp(name: str, scheme: str, config: dict[str, Any]) -> dict[str, Any]:
    """Our backend, with TLS as the scheme says: the library reads smtps:// as STARTTLS."""
    is_tls, is_starttls = scheme in {"smtps", "smtp+ssl"}, scheme == "smtp+tls"
    port = config["EMAIL_PORT"] or (TLS_PORT if is_tls else STARTTLS_PORT if is_starttls else 25)
    if not config["EMAIL_HOST"]:
        problems.append(
            Problem(name, f"{name} names no mail server: write it as smtp+tls://user:password@host:587.")
        )
    if (is_tls and port == STARTTLS_PORT) or (is_starttls and port == TLS_PORT):
        right = f"smtp+tls://...:{STARTTLS_PORT} (STARTTLS) or smtps://...:{TLS_PORT} (TLS from the start)"
        problems.append(Problem(name, f"{name}: {scheme}:// and port {port} do not go together. Use {right}."))
    return {
        "EMAIL_BACKEND": SMTP_BACKEND,
        "EMAIL_HOST": config["EMAIL_HOST"] or "",
        "EMAIL_PORT": port,
        "EMAIL_USE_SSL": is_tls,
        "EMAIL_USE_TLS": is_starttls,
    }


def origin(name: str, default: str) -> str:
    """NAME as the site's public address, without a trailing slash."""
    url = (text(name) or default).rstrip("/")
    if not url:
        problems.append(
            Problem(name, f"{name} is not set. Links in mail start with it: {name}=https://clinic.example.org")
        )
        return NO_ORIGIN
    if _scheme(url) not in {"http", "https"} or not urlsplit(url).hostname or urlsplit(url).path:
        problems.append(Problem(name, f"{name}={url} must be like https://clinic.example.org, without a path."))
        return default or NO_ORIGIN
    return url


def web_address(name: str) -> str:
    """NAME as a web address to call, or nothing. It may contain a secret, so no error message shows it."""
    url = text(name)
    if url and (_scheme(url) not in {"http", "https"} or not urlsplit(url).hostname):
        problems.append(Problem(name, f"{name} must be an address that starts with https:// or http://."))
        return ""
    return url


def secret(name: str) -> str:
    """NAME as a secret that is long enough, or nothing."""
    value = text(name)
    if value and (len(value) < SHORTEST_SECRET or not value.isascii() or " " in value):
        problems.append(Problem(name, f"{name} must be at least {SHORTEST_SECRET} characters without a space."))
        return ""
    return value


def ports(name: str, default: str) -> frozenset[int]:
    """NAME as comma-separated port numbers."""
    found = (text(name) or default).split(",")
    numbers = {int(word) for word in found if word.strip().isascii() and word.strip().isdigit()}
    if len(numbers) != len(found) or not all(0 < number <= LAST_PORT for number in numbers):
        problems.append(Problem(name, f"{name}={text(name)} must be port numbers such as {default}."))
        return frozenset()
    return frozenset(numbers)


def domain(name: str) -> str:
    """NAME as the name of a domain, or nothing."""
    value = text(name).lower().rstrip(".")
    if value and not re.fullmatch(r"(?:[a-z0-9_](?:[a-z0-9_-]*[a-z0-9])?\.)+[a-z0-9-]{2,}", value):
        problems.append(Problem(name, f"{name}={value} must be the name of a domain such as mail.example.org."))
        return ""
    return value


def dns_servers(name: str) -> list[tuple[str, int]]:
    """NAME as comma-separated IP addresses of name servers, each with a port or on port 53."""
    found = []
    for word in words(name):
        host, _colon, port = (word, "", str(DNS_PORT)) if _is_ip(word.strip("[]")) else word.rpartition(":")
        is_port = port.isascii() and port.isdigit() and 0 < int(port) <= LAST_PORT
        if not _is_ip(host.strip("[]")) or not is_port:
            wrong = f"{name}={word} must be the IP address of a name server, such as 9.9.9.9."
            problems.append(Problem(name, wrong))
            return []
        found.append((host.strip("[]"), int(port)))
    return found


def _is_ip(value: str) -> bool:
    try:
        ip_address(value)
    except ValueError:
        return False
    return True


def seconds(name: str, default: float) -> float:
    """NAME as a time longer than zero."""
    value = text(name)
    try:
        found = float(value) if value else default
    except ValueError:
        found = 0.0
    if not 0 < found < LONGEST_SECONDS:
        problems.append(Problem(name, f"{name}={value} must be seconds, such as {default:g}."))
        return default
    return found


def _scheme(url: str) -> str:
    """The scheme of an address; empty if it has none. Error messages show only this, because of passwords."""
    try:
        parts = urlsplit(url)
        _port = parts.port
    except ValueError:
        return ""
    return parts.scheme
