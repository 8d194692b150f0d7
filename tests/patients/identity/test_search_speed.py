"""A search of a large clinic uses the indexes. N_PATIENTS=100000 with -s prints the time of each search."""

from __future__ import annotations

import os
import time
from datetime import date
from typing import Any

import pytest
from django.db import connection

from patients.identity.birth import Birth
from patients.identity.duplicates import Person, likely_twins
from patients.identity.search import find_patients
from patients.models import Patient
from tests.factories import PatientFactory

pytestmark = pytest.mark.django_db
N = int(os.environ.get("N_PATIENTS", "20000"))
CROWD = """
INSERT INTO patients_patient
    (uuid, clinic_id, given_name, family_name, born_on, phone, email, language, is_training, created_at)
SELECT gen_random_uuid(), %s, initcap(translate(substr(md5(n::text), 1, 6), '0123456789', 'aeioulnrst')),
    initcap(translate(substr(md5((n * 7)::text), 1, 9), '0123456789', 'aeioulnrst')),
    date '1930-01-01' + (n * 37 %% 30000), '+49 30 ' || (10000000 + n * 13),
    'p' || n || '@example.org', 'en', false, now()
FROM generate_series(1, %s) n
"""


@pytest.fixture
def ana(clinic) -> Patient:
    with connection.cursor() as cursor:
        cursor.execute(CROWD, [clinic.pk, N])
        cursor.execute("ANALYZE patients_patient")
    values: dict[str, Any] = {"given_name": "Anna-Lena", "family_name": "Kingfisher", "born_on": date(1971, 2, 3)}
    return PatientFactory(clinic=clinic, phone="+49 171 5550123", email="ana@example.net", **values)


def plans(act: Any) -> list[str]:
    """The database's plans for the queries about patients that an act makes."""
    asked: list[tuple[str, Any]] = []

    def note(execute: Any, sql: str, params: Any, many: bool, context: Any) -> Any:
        if "patients_patient" in sql and sql.startswith("SELECT"):
            asked.append((sql, params))
        return execute(sql, params, many, context)

    with connection.execute_wrapper(note):
        act()
    found = []
    with connection.cursor() as cursor:
        for sql, params in asked:
            cursor.execute(f"EXPLAIN {sql}", params)
            found.append("\n".join(row[0] for row in cursor.fetchall()))
    return found


SEARCHES = [
    "anna lena kingfisher", "Kingfisher, Anna", "kingfihser", "3.2.1971 kingfisher",
    "0171 555 0123", "ana@example.net", "ana@exam",
]  # fmt: skip


@pytest.mark.parametrize("typed", SEARCHES)
def test_search_goes_by_index_and_finds_her(clinic, ana, typed):
    def search() -> list[Patient]:
        return list(find_patients(clinic, typed)[:20])

    assert ana in search()
    for plan in plans(search):
        assert "Seq Scan on patients_patient" not in plan, plan
        assert "patients_patient_by_name" not in plan, plan
    print(f"{typed!r}: {_median(search):.1f} ms of {N} patients")


def test_duplicates_are_looked_for_by_index(clinic, ana):
    person = Person("Anna", "Kingfischer", Birth(date(1971, 3, 2)), "0171-5550123", "ana@example.net")

    def look() -> list[Patient]:
        return [twin.patient for twin in likely_twins(clinic, person)]

    assert look() == [ana]
    for plan in plans(look):
        assert "Seq Scan on patients_patient" not in plan, plan
    print(f"duplicates: {_median(look):.1f} ms of {N} patients")


def _median(act: Any) -> float:
    taken = []
    for _round in range(7):
        begun = time.perf_counter()
        act()
        taken.append(1000 * (time.perf_counter() - begun))
    return sorted(taken)[3]
