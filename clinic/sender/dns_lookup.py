"""Asking the DNS, with an end to every wait."""

from __future__ import annotations

import time

import dns.exception
import dns.nameserver
import dns.resolver
from django.conf import settings

from clinic.sender.records import NoAnswer

# Of the time that is left, one name gets no more than this: another name may have another server.
SECONDS_A_NAME = 2.0
SECONDS_A_TRY = 1.0


class TxtLookup:
    """The TXT records of a name, from the servers in DNS_SERVERS or the system's; ends at a time."""

    def __init__(self, *, seconds: float) -> None:
        self._ends_at = time.monotonic() + seconds

    def __call__(self, name: str) -> list[str]:
        """Each record as one text; none where there is none. NoAnswer where nobody says so in time."""
        left = self._ends_at - time.monotonic()
        if left <= 0:
            raise NoAnswer
        try:
            lifetime = min(left, SECONDS_A_NAME)
            answer = _resolver().resolve(f"{name.rstrip('.')}.", "TXT", lifetime=lifetime, search=False)
        except (dns.resolver.NXDOMAIN, dns.resolver.NoAnswer):
            return []
        except (dns.exception.DNSException, OSError, UnicodeError) as error:
            # Too late, refused, broken, no server known, a name that cannot be one.
            raise NoAnswer from error
        return [b"".join(row.strings).decode(errors="replace") for row in answer]


def _resolver() -> dns.resolver.Resolver:
    resolver = dns.resolver.Resolver(configure=not settings.DNS_SERVERS)
    if settings.DNS_SERVERS:
        resolver.nameservers = [dns.nameserver.Do53Nameserver(host, port) for host, port in settings.DNS_SERVERS]
    resolver.timeout = SECONDS_A_TRY
    return resolver
