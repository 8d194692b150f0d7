"""The warnings of /healthz, which do not make it fail."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import OperationalError, connection

from clinic.health.warnings import LONGEST_WITHOUT_BACKUP, warnings
from clinic.models import Heartbeat
from demo.private_services.postgres import APP

pytestmark = pytest.mark.django_db


def test_no_backup_was_ever_taken(at):
    assert warnings(at=at)["backup"] == "no backup was ever taken"


def test_a_backup_of_last_night_is_enough(at):
    Heartbeat.beat("backup", at=at - LONGEST_WITHOUT_BACKUP)
    assert "backup" not in warnings(at=at)


def test_an_old_backup_is_named_with_its_age(at):
    Heartbeat.beat("backup", at=at - timedelta(hours=49))
    assert warnings(at=at)["backup"] == "the last backup was taken 49 h ago"


@pytest.mark.django_db(transaction=True)
def test_the_owners_login_is_named_and_the_applications_is_not(at, monkeypatch):
    assert "owner of the tables" in warnings(at=at)["login"]
    connection.close()
    monkeypatch.setitem(connection.settings_dict, "USER", APP)
    try:
        assert "login" not in warnings(at=at)
    finally:
        connection.close()


def test_a_warning_is_no_failure(client, monkeypatch):
    body = client.get("/healthz").json()
    assert "no backup was ever taken" in body["warnings"].values()
    assert "backup" not in body["checks"]


def test_no_warning_where_the_database_is_away(at, monkeypatch):
    def away(_at):
        raise OperationalError

    monkeypatch.setattr("clinic.health.warnings._backup", away)
    assert warnings(at=at) == {}
