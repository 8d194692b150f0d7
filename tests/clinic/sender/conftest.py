"""A domain in a real name server on this machine."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from clinic.models import Clinic, ClinicSender, Membership
from clinic.sender.verifying import enter_address
from tests.dns_server import DnsServer

KEY = "v=DKIM1; k=rsa; p=" + "MIIBIjANBgkqhkiG9w0BAQEFAAOCAQ8A" * 20


@pytest.fixture
def name_server(settings) -> Iterator[DnsServer]:
    """Answers for every domain; the installation's own records are there."""
    with DnsServer() as server:
        settings.DNS_SERVERS = [server.address]
        settings.DNS_SECONDS = 30  # a busy machine is no silent server
        settings.DEFAULT_FROM_EMAIL = "Healing Curve <mail@host.example>"
        settings.SPF_INCLUDE, settings.DKIM_SELECTOR = "", "hc1"
        server.txt["host.example"] = ["v=spf1 mx -all"]
        server.txt["hc1._domainkey.host.example"] = [KEY]
        yield server


@pytest.fixture
def sender(clinic: Clinic, manager: Membership, name_server: DnsServer, at) -> ClinicSender:
    """Entered, and nothing of it in the DNS."""
    found = enter_address(clinic, "desk@linden.example", by=manager, at=at)
    assert found is not None
    return found


@pytest.fixture
def publish(name_server):
    """Puts every record of a sender into the DNS; an SPF record beside others, a DKIM record as CNAME."""

    def put(sender: ClinicSender) -> None:
        domain = sender.domain
        name_server.txt[f"_healing-curve.{domain}"] = [f"healing-curve-verify={sender.token}"]
        name_server.txt[domain] = ["site=1", "v=spf1 include:host.example ~all"]
        name_server.txt[f"_dmarc.{domain}"] = ["v=DMARC1; p=reject"]
        name_server.cname[f"hc1._domainkey.{domain}"] = "hc1._domainkey.host.example"

    return put
