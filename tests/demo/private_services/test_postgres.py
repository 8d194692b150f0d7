"""What PostgreSQL refuses to start with, and what it accepts."""

import os
from pathlib import Path

import pytest

from demo.private_services import postgres
from demo.private_services.account import server_account
from demo.private_services.binaries import installed
from demo.private_services.errors import ServiceError
from demo.private_services.server import Place


@pytest.fixture
def place(tmp_path: Path) -> Place:
    return Place(tmp_path, tmp_path, server_account(), installed(), is_durable=False)


def data_of_version(version: str, place: Place) -> Path:
    data = place.home / "postgres"
    data.mkdir()
    (data / "PG_VERSION").write_text(f"{version}\n")
    return data


def test_data_of_another_major_version_is_refused(place: Place) -> None:
    data = data_of_version("17", place)
    with pytest.raises(ServiceError, match=r"holds data of PostgreSQL 17, but this is PostgreSQL 18: remove"):
        postgres.prepare(data, place)


def test_a_pid_file_left_behind_is_removed_even_if_its_number_lives(place: Place) -> None:
    data = data_of_version(place.binaries.postgres_major, place)
    (data / "postmaster.pid").write_text(f"{os.getpid()}\n")
    postgres.prepare(data, place)
    assert not (data / "postmaster.pid").exists()


def test_no_server_means_no_answer(tmp_path: Path) -> None:
    assert postgres.answers(tmp_path, "healing-curve-1") is False
