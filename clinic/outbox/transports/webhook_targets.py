"""Where a webhook may go: only to public addresses, never into the local network.

Whoever sets an address could otherwise make this server contact its neighbours: a database, a router, a cloud's
metadata service. The name is resolved here, every address it has must be public, and the caller connects to one of
exactly these, so that a name whose address changes in between (DNS rebinding) has no effect.
"""

from __future__ import annotations

import ipaddress
import re
import socket
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

HOST = re.compile(r"[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?|[0-9A-Fa-f:.]*:[0-9A-Fa-f:.]*")
PATH = re.compile(r"[!-~]*")
LONGEST_URL = 500
RESOLVE_SECONDS = 3.0

IpAddress = ipaddress.IPv4Address | ipaddress.IPv6Address
# Not public, whatever the standard library's tables say in any version.
NEVER = tuple(
    ipaddress.ip_network(block)
    for block in (
        "0.0.0.0/8",
        "10.0.0.0/8",
        "100.64.0.0/10",  # carrier-grade NAT; a cloud's metadata service too
        "127.0.0.0/8",
        "168.63.129.16/32",  # a cloud's metadata service on a public address
        "169.254.0.0/16",
        "172.16.0.0/12",
        "192.0.0.0/24",
        "192.0.2.0/24",
        "192.88.99.0/24",
        "192.168.0.0/16",
        "198.18.0.0/15",
        "198.51.100.0/24",
        "203.0.113.0/24",
        "224.0.0.0/3",
        "::/128",
        "::1/128",
        "64:ff9b:1::/48",
        "100::/64",
        "2001::/23",
        "2001:db8::/32",
        "fc00::/7",
        "fe80::/9",
        "ff00::/8",
    )
)
# IPv6 prefixes that contain an IPv4 address, and its offset in bits from the right.
CARRIERS = (
    (ipaddress.ip_network("::/96"), 0),
    (ipaddress.ip_network("::ffff:0:0/96"), 0),
    (ipaddress.ip_network("::ffff:0:0:0/96"), 0),
    (ipaddress.ip_network("64:ff9b::/96"), 0),
    (ipaddress.ip_network("2002::/16"), 80),
)
_resolvers = ThreadPoolExecutor(max_workers=4, thread_name_prefix="resolver")


class BadAddress(ValueError):
    """A webhook may not go there; says why, in words for staff, without the address."""


@dataclass(frozen=True)
class Target:
    """An address split into its parts."""

    host: str
    port: int
    path: str
    is_tls: bool

    @property
    def host_header(self) -> str:
        """The Host header for the other side."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == (443 if self.is_tls else 80) else f"{host}:{self.port}"


def target_of(url: str) -> Target:
    """The parts of an address that is allowed; otherwise BadAddress. Makes no request."""
    try:
        parts = urlsplit(url)
        host, port = parts.hostname or "", parts.port
    except ValueError as error:
        raise BadAddress(_("This is not a web address. Enter it as https://host/path.")) from error
    is_tls = parts.scheme == "https"
    if not is_tls and not (parts.scheme == "http" and settings.DEMO):
        raise BadAddress(_("The address must start with https://."))
    if not HOST.fullmatch(host) or parts.username is not None or parts.fragment or len(url) > LONGEST_URL:
        raise BadAddress(_("The address must be like https://host/path, without a user name and without #."))
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not PATH.fullmatch(path):
        raise BadAddress(_("The address contains a character that must be written as a %-code."))
    target = Target(host, port or (443 if is_tls else 80), path, is_tls)
    literal = _literal(host)
    if literal is not None:
        _require_permitted([literal])
    if target.port not in settings.WEBHOOK_PORTS and not settings.DEMO:
        raise BadAddress(_("This port is not allowed: ask the operator (WEBHOOK_PORTS)."))
    return target


def addresses_of(target: Target) -> list[str]:
    """The addresses to connect to, all of them allowed; BadAddress, or OSError if the name is unknown."""
    asked = _resolvers.submit(socket.getaddrinfo, target.host, target.port, type=socket.SOCK_STREAM)
    found = [str(entry[4][0]) for entry in asked.result(timeout=RESOLVE_SECONDS)]
    _require_permitted([ipaddress.ip_address(address.partition("%")[0]) for address in found])
    return list(dict.fromkeys(found))


def is_public(address: IpAddress) -> bool:
    """Whether an address is public, including an IPv4 address inside it."""
    if any(address in block for block in NEVER if block.version == address.version):
        return False
    if isinstance(address, ipaddress.IPv6Address):
        for block, shift in CARRIERS:
            if address in block:
                return is_public(ipaddress.IPv4Address((int(address) >> shift) & 0xFFFFFFFF))
    return address.is_global and not address.is_multicast and not address.is_reserved


def _require_permitted(found: list[IpAddress]) -> None:
    """All or none: a name with one local address is refused completely."""
    if not found or not all(is_public(address) or (settings.DEMO and address.is_loopback) for address in found):
        raise BadAddress(_("The address is in a private network. Enter a public address."))


def _literal(host: str) -> IpAddress | None:
    try:
        return ipaddress.ip_address(host)
    except ValueError:
        return None
