"""Webhooks in the admin: for managers, checked when saved, the secret shown once."""

from __future__ import annotations

import pytest
from django.urls import reverse

from clinic.models import Endpoint

pytestmark = pytest.mark.django_db


def add(client, **values):
    form = {"name": "Chat", "url": "https://chat.example.org/in", "member": "", "is_on": "on", **values}
    return client.post(reverse("admin:clinic_endpoint_add"), form, follow=True)


def test_secret_is_shown_once(signed_in, manager):
    client = signed_in(manager)
    page = add(client).content.decode()
    endpoint = Endpoint.objects.get()
    assert endpoint.clinic == manager.clinic
    assert endpoint.secret in page
    for name in ("admin:clinic_endpoint_change", "admin:clinic_endpoint_history"):
        assert endpoint.secret not in client.get(reverse(name, args=[endpoint.pk])).content.decode()


def test_new_secret_replaces_the_old_one(signed_in, manager, clinic):
    endpoint = Endpoint.objects.create(clinic=clinic, name="Chat", url="https://chat.example.org/in")
    page = signed_in(manager).post(reverse("admin:clinic_endpoint_renew", args=[endpoint.pk]), follow=True)
    kept = Endpoint.objects.get()
    assert kept.secret != endpoint.secret
    assert kept.secret in page.content.decode()


@pytest.mark.parametrize("url", ["https://192.168.1.1/in", "ftp://chat.example.org/", "https://169.254.169.254/"])
def test_local_address_is_refused(signed_in, manager, url):
    response = add(signed_in(manager), url=url)
    assert not Endpoint.objects.exists()
    assert b"errorlist" in response.content


def test_saving_trusts_a_refused_one_again(signed_in, manager, clinic, at):
    endpoint = Endpoint.objects.create(clinic=clinic, name="Chat", url="https://chat.example.org/in", failed_at=at)
    form = {"name": "Chat", "url": "https://chat.example.org/new", "member": "", "is_on": "on"}
    signed_in(manager).post(reverse("admin:clinic_endpoint_change", args=[endpoint.pk]), form)
    kept = Endpoint.objects.get()
    assert (kept.url, kept.failed_at, kept.secret) == ("https://chat.example.org/new", None, endpoint.secret)


def test_member_of_another_clinic_cannot_be_named(signed_in, manager, stranger):
    add(signed_in(manager), member=stranger.pk)
    assert not Endpoint.objects.exists()
