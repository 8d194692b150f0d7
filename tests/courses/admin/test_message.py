"""The list of messages, in the words of people."""

from __future__ import annotations

from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from clinic.models import Message
from courses.admin.alerts.message import KINDS
from tests.factories import cleared_patient

pytestmark = pytest.mark.django_db
URL = "/admin/clinic/message/"


def _message(clinic, recipient, at, kind="reminder"):
    return Message.objects.create(
        clinic=clinic,
        kind=kind,
        subject_id=1,
        recipient=recipient,
        channel="email",
        due_at=at,
        created_at=at,
        dedup_key=str(uuid4()),
    )


def test_names_who_and_what(signed_in, lead, patient, at):
    _message(lead.clinic, f"patient:{patient.pk}", at)
    _message(lead.clinic, f"membership:{lead.pk}", at, kind="staff_alert")
    html = signed_in(lead).get(URL).content.decode()
    assert str(patient) in html and str(lead) in html
    assert "mail to a patient" in html
    assert "membership:" not in html


def test_patient_of_another_clinic_is_not_named(signed_in, lead, stranger, at):
    theirs = cleared_patient(stranger.clinic, by=stranger, at=at)
    theirs.family_name = "Unheard-Of"
    theirs.save()
    _message(lead.clinic, f"patient:{theirs.pk}", at)
    html = signed_in(lead).get(URL).content.decode()
    assert "somebody you may not see" in html
    assert "Unheard-Of" not in html


def test_kind_is_filtered_and_every_kind_has_words(signed_in, lead, patient, at, settings):
    _message(lead.clinic, f"patient:{patient.pk}", at)
    client = signed_in(lead)
    assert client.get(URL, {"kind": "reminder"}).context["cl"].result_count == 1
    assert client.get(URL, {"kind": "staff_alert"}).context["cl"].result_count == 0
    assert set(KINDS) == set(settings.MESSAGE_KINDS)


def test_asks_the_same_for_one_and_for_three(signed_in, lead, patient, at):
    client = signed_in(lead)
    _message(lead.clinic, f"patient:{patient.pk}", at)
    client.get(URL)
    few = _n_queries(client)
    for _more in range(2):
        _message(lead.clinic, f"patient:{patient.pk}", at)
    assert _n_queries(client) == few


def _n_queries(client):
    with CaptureQueriesContext(connection) as queries:
        client.get(URL)
    return len(queries)
