"""Whoever writes on a patient holds the patient's lock before any other: two who write never wait in a circle."""

from __future__ import annotations

import ast
import inspect
import re
from collections.abc import Callable
from datetime import date
from types import ModuleType
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from patients import contacts, file_corrections, intake, progress, voiding
from patients.documents import Document, DocumentKind
from patients.identity import merging
from patients.models import Consent, NeuroCheck, PatientPainType
from tests.factories import PatientFactory

pytestmark = pytest.mark.django_db

MODULES: tuple[ModuleType, ...] = (contacts, file_corrections, intake, progress, voiding, merging)
DAY = date(2026, 3, 1)
LOCK = re.compile(r'SELECT .* FROM "patients_patient" .* FOR UPDATE')
TAKES_A_LOCK = re.compile(r"^(INSERT|UPDATE|DELETE)|FOR (NO KEY )?UPDATE")


def writers() -> set[str]:
    """Each public function of these modules that writes, itself or through a private one."""
    found = set()
    for module in MODULES:
        functions = {
            one.name: one for one in ast.parse(inspect.getsource(module)).body if isinstance(one, ast.FunctionDef)
        }
        found |= {name for name in functions if name[0] != "_" and writes(name, functions)}
    return found


def writes(name: str, functions: dict[str, ast.FunctionDef]) -> bool:
    calls = [ast.unparse(one.func) for one in ast.walk(functions[name]) if isinstance(one, ast.Call)]
    own = any(
        re.search(r"\.(create|bulk_create|update_or_create|update|save|delete)$|^void_rows$", call)
        for call in calls
    )
    return own or any(call in functions and writes(call, functions) for call in calls if call != name)


@pytest.fixture
def cases(patient, lead, at) -> dict[str, Callable[[], Any]]:
    """One call of each writer."""
    who = {"patient": patient, "by": lead, "at": at}
    said = {"stream": Consent.Stream.MOXA, "is_given": True, "how": Consent.How.SPOKEN, "shown_text": None}
    found = {"diagnosed_by": "Dr. Yew", "licence": "L", "diagnosed_on": DAY, "origin": "muscular"}
    letter = {"document": Document(DocumentKind.PDF, b"%PDF-"), "written_by": "Dr. Yew", "written_on": DAY}
    status = PatientPainType.Status.CONFIRMED
    assessment, double = patient.assessments.get(), PatientFactory(clinic=patient.clinic)
    why = {"reason": "one person", "by": lead, "at": at}
    correction = {"subject": file_corrections.Subject.ASSESSMENT, "subject_id": assessment.pk, "version": 0}
    drop = {"kind": "assessment", "number": assessment.pk}

    def merge() -> Any:
        version = merging.version_of_pair(patient, double)
        return merging.merge_patients(patient, double, choices={}, version=version, **why)

    return {
        "record_assessment": lambda: intake.record_assessment(**who, **found),
        "record_pain_type": lambda: intake.record_pain_type(
            **who, code="radiculopathy", status=status, starts_on=DAY, replaces=patient.pain_types.all()
        ),
        "record_neuro_check": lambda: intake.record_neuro_check(
            **who, checked_on=DAY, result=NeuroCheck.Result.NORMAL
        ),
        "record_specialist_letter": lambda: intake.record_specialist_letter(**who, **letter),
        "record_screening": lambda: intake.record_screening(**who, findings={}),
        "record_consent": lambda: intake.record_consent(**who, **said),
        "archive_patient": lambda: intake.archive_patient(patient, at=at),
        "trust_address": lambda: intake.trust_address(patient),
        "restore_patient": lambda: intake.restore_patient(patient),
        "keep_draft": lambda: progress.keep_draft(**who, step=progress.Step.TYPES, values={"a": ["b"]}),
        "drop_draft": lambda: progress.drop_draft(patient, step=progress.Step.TYPES),
        "keep_contact": lambda: contacts.keep_contact(
            patient, {**contacts.contact_of(patient), "phone": "1"}, by=lead, at=at
        ),
        "correct_record": lambda: file_corrections.correct_record(
            patient, **correction, values={"note": "more"}, **why
        ),
        "void_record": lambda: voiding.void_record(patient, **drop, **why),
        "merge_patients": merge,
        "undo_merge": lambda: merging.undo_merge(merge(), **why),
    }


def first_lock(act: Callable[[], Any]) -> str:
    with CaptureQueriesContext(connection) as queries:
        act()
    return next(one["sql"] for one in queries if TAKES_A_LOCK.search(one["sql"]))


def test_every_writer_takes_it_first(cases):
    assert set(cases) == writers()
    others = {name: sql for name, act in cases.items() if not LOCK.search(sql := first_lock(act))}
    assert others == {}


@pytest.mark.parametrize("name", ["admin:patients_patient_change", "admin:patients_patient_intake_step"])
def test_form_of_the_person_takes_it_before_that_of_the_clinic(signed_in, practitioner, patient, name):
    url = reverse(name, args=[patient.pk, *(["person"] if name.endswith("step") else [])])
    client = signed_in(practitioner)
    sent = {
        "given_name": patient.given_name, "family_name": "Newname", "born_on": f"{patient.born_on or 1970}",
        "phone": patient.phone, "email": patient.email, "language": "en", "reason": "misspelt", "go": "next",
    }  # fmt: skip
    with CaptureQueriesContext(connection) as queries:
        response = client.post(url, sent)
    assert response.status_code == 302, response.content.decode()
    locks = [one["sql"] for one in queries if re.search(r"FOR (NO KEY )?UPDATE", one["sql"])]
    tables = [re.search(r'FROM "(\w+)"', sql)[1] for sql in locks]
    assert "clinic_clinic" in tables
    assert tables.index("patients_patient") < tables.index("clinic_clinic")
