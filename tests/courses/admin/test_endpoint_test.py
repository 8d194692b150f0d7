"""Testing a webhook from the admin."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.urls import reverse

from clinic.models import Endpoint
from clinic.outbox.endpoints import send_test
from clinic.outbox.transports import webhook
from tests.clinic.outbox.gateway import CERTIFICATES
from tests.factories import make_clinic

pytestmark = pytest.mark.django_db


@pytest.fixture
def endpoint(clinic, gateway) -> Endpoint:
    """A server that accepts what is posted."""
    return Endpoint.objects.create(clinic=clinic, name="Chat", url=gateway.url)


def test_post_sends_one_signed_notice_that_is_no_alert(signed_in, manager, endpoint, gateway):
    page = signed_in(manager).post(reverse("admin:clinic_endpoint_test", args=[endpoint.pk]), follow=True)
    assert b"The webhook accepted the test." in page.content
    [(_path, headers, body)] = gateway.taken
    assert headers["Healing-Curve-Signature"].startswith("t=")
    facts = json.loads(body)
    assert (facts["event"], facts["alert"], facts["clinic"]) == ("test", 0, "Linden")


def test_get_sends_nothing(signed_in, manager, endpoint, gateway):
    signed_in(manager).get(reverse("admin:clinic_endpoint_test", args=[endpoint.pk]))
    assert gateway.taken == []


@pytest.mark.parametrize("role", ["lead", "practitioner", "front_desk"])
def test_nobody_but_a_manager(request, signed_in, endpoint, gateway, role):
    client = signed_in(request.getfixturevalue(role))
    assert client.post(reverse("admin:clinic_endpoint_test", args=[endpoint.pk])).status_code == 403
    assert gateway.taken == []


def test_not_again_at_once(signed_in, manager, endpoint, gateway, at, time_machine):
    client, path = signed_in(manager), reverse("admin:clinic_endpoint_test", args=[endpoint.pk])
    time_machine.move_to(at, tick=False)
    client.post(path)
    page = client.post(path, follow=True)
    assert b"Wait 10 seconds" in page.content
    time_machine.move_to(at + timedelta(seconds=10), tick=False)
    client.post(path)
    assert len(gateway.taken) == 2


def test_the_wait_is_the_clinics_own(clinic, endpoint, gateway, at):
    other = Endpoint.objects.create(clinic=make_clinic("Harbour"), name="Chat", url=gateway.url)
    assert [send_test(one, at=at).is_taken for one in (endpoint, other)] == [True, True]


@pytest.mark.django_db(transaction=True)
def test_two_at_once_send_one(endpoint, gateway, at, at_once):
    at_once(*[lambda: send_test(endpoint, at=at)] * 2)
    assert len(gateway.taken) == 1


def test_one_that_takes_it_is_trusted_again(endpoint, at):
    Endpoint.objects.update(failed_at=at)
    send_test(endpoint, at=at)
    assert Endpoint.objects.get().failed_at is None


@pytest.mark.parametrize(
    ("status", "words"),
    [(404, "The server refused the test (HTTP 404)."), (503, "The test could not be delivered (HTTP 503).")],
)
def test_says_what_it_answered(endpoint, gateway, at, status, words):
    gateway.status = status
    result = send_test(endpoint, at=at)
    assert (result.is_taken, words in result.words) == (False, True)
    assert Endpoint.objects.get().failed_at is None


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("http://127.0.0.1:1/in", "No server answers"),
        ("http://192.168.0.1/in", "not allowed"),
        ("http://nowhere.invalid/in", "No server with this name"),
    ],
)
def test_says_why_it_could_not_be_reached(endpoint, at, url, words):
    endpoint.url = url
    assert words in send_test(endpoint, at=at).words


def test_says_that_it_did_not_answer(endpoint, at, monkeypatch):
    monkeypatch.setattr(webhook, "SECONDS", -1.0)
    assert "did not answer" in send_test(endpoint, at=at).words


def test_says_that_a_certificate_is_bad(endpoint, secured, at, monkeypatch):
    monkeypatch.setenv("SSL_CERT_FILE", str(CERTIFICATES / "ca.pem"))
    endpoint.url = secured("expired").url
    assert "certificate is not trusted" in send_test(endpoint, at=at).words
