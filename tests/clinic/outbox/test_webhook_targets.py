"""Where a webhook may go: only to public addresses, never into the local network."""

from __future__ import annotations

import ipaddress
import socket

import pytest

from clinic.outbox.transports import webhook_targets
from clinic.outbox.transports.webhook_targets import BadAddress, addresses_of, is_public, target_of


@pytest.fixture(autouse=True)
def no_demo(settings):
    settings.DEMO = False


@pytest.mark.parametrize("address", ["93.184.216.34", "8.8.8.8", "2606:4700:4700::1111", "64:ff9b::808:808"])
def test_out_in_the_world(address):
    assert is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "address",
    [
        "0.0.0.0",
        "10.1.2.3",
        "100.64.0.1",
        "100.100.100.200",
        "127.0.0.1",
        "127.8.8.8",
        "168.63.129.16",
        "169.254.169.254",
        "172.31.255.255",
        "192.0.0.192",
        "192.168.1.1",
        "198.18.0.1",
        "224.0.0.1",
        "240.0.0.1",
        "255.255.255.255",
        "::",
        "::1",
        "::127.0.0.1",
        "::ffff:127.0.0.1",
        "::ffff:169.254.169.254",
        "64:ff9b::10.0.0.1",
        "2002:7f00:1::",
        "2001:0:1::1",
        "2001:db8::1",
        "fc00::1",
        "fd00:ec2::254",
        "fe80::1",
        "fec0::1",
        "ff02::1",
    ],
)
def test_local_address_is_refused(address):
    assert not is_public(ipaddress.ip_address(address))


@pytest.mark.parametrize(
    "url",
    [
        "http://chat.example.org/in",
        "ftp://chat.example.org/in",
        "https://user:secret@chat.example.org/in",
        "https://chat.example.org/in#part",
        "https://chat.example.org:22/in",
        "https://chat.example.org:99999/in",
        "https://127.0.0.1/in",
        "https://[::ffff:10.0.0.1]/in",
        "https://[::1/in",
        "https:///in",
        "https://chat.example.org/\r\nHost: evil",
        "https://chat.example.org/a b",
        "https://chat.example.org/" + "a" * 500,
        "https://ch\u0430t.example.org/in",
        "",
    ],
)
def test_address_that_is_refused_before_anybody_is_asked(url, monkeypatch):
    monkeypatch.setattr(webhook_targets.socket, "getaddrinfo", None)
    with pytest.raises(BadAddress):
        target_of(url)


def test_parts_of_a_good_address():
    target = target_of("https://chat.example.org:8443/in?room=1")
    assert (target.host, target.port, target.path, target.is_tls) == ("chat.example.org", 8443, "/in?room=1", True)
    assert target.host_header == "chat.example.org:8443"


def test_ports_are_the_operators(settings):
    settings.WEBHOOK_PORTS = frozenset({9000})
    assert target_of("https://chat.example.org:9000/").port == 9000
    with pytest.raises(BadAddress):
        target_of("https://chat.example.org/")


def test_demo_may_speak_to_this_machine_and_to_no_other_of_the_house(settings):
    settings.DEMO = True
    assert target_of("http://127.0.0.1:9000/in").port == 9000
    with pytest.raises(BadAddress):
        target_of("http://192.168.1.1:9000/in")


def test_name_of_this_machine_is_refused():
    with pytest.raises(BadAddress):
        addresses_of(target_of("https://localhost/in"))


def test_name_with_one_local_address_is_refused(monkeypatch):
    def both(*_args, **_kwargs):
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, 443)) for ip in ("93.184.216.34", "10.0.0.1")]

    monkeypatch.setattr(webhook_targets.socket, "getaddrinfo", both)
    with pytest.raises(BadAddress):
        addresses_of(target_of("https://chat.example.org/in"))
