"""Every clinical text on file contains a unique word; no response to the front desk contains one.

The texts are found in the models: every text column of every table that the front desk may not view. Every page of
theirs is opened and everything on it is sent. A filter in an address reveals nothing either.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models, transaction
from django.db.utils import DatabaseError
from django.test import Client
from django.urls import reverse

from clinic.access import permissions_of
from clinic.models import Membership
from courses.models import Alert, Course, RedFlag
from courses.plans.lifecycle import hold_course
from patients.intake import record_screening
from patients.models import Patient, ScreeningItem
from tests.test_front_desk_reads_no_diagnosis import DESK, _flags
from tests.test_tenancy import _url, cast, rows  # noqa: F401 - fixtures

pytestmark = pytest.mark.django_db
# No random token on a page begins with it: those of forms have only certain letters (conftest.py), others are hex.
MARK = re.compile(r"\bzqx\w+")
# Codes that the program compares, and columns for the program's own state.
NOT_WORDS = {"code", "kind", "state", "status", "token", "version", "slug", "key", "rule"}
# The one page that lists every sign, the same for every patient, because the front desk takes calls.
CATALOGUE = {"admin:patients_patient_red_flag": re.compile(r"zqxredflag(wording|group|followup|answers?)x\w*")}


def hidden_texts(member: Membership) -> Iterator[models.Field[Any, Any]]:
    """The text columns of every table of patients and courses that a member may not view."""
    for model in apps.get_models():
        meta = model._meta
        if meta.app_label not in {"patients", "courses"} or not meta.managed:
            continue
        if f"{meta.app_label}.view_{meta.model_name}" in permissions_of(member):
            continue
        for field in meta.concrete_fields:
            is_text = isinstance(field, (models.CharField, models.TextField)) and not field.choices
            if (
                is_text
                and not field.unique
                and not getattr(field, "generated", False)
                and field.name not in NOT_WORDS
            ):
                yield field


def plant(fields: list[models.Field[Any, Any]]) -> set[str]:
    """Write a unique word into every row of each column; returns the columns that accepted it and had a row."""
    planted = set()
    with connection.cursor() as cursor:
        # Deferred checks run now, because a table with pending checks cannot be altered.
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for field in fields:
            meta = field.model._meta
            word = f"zqx{meta.model_name}{field.name}x".replace("_", "")
            size = getattr(field, "max_length", None) or 200
            try:
                with transaction.atomic():
                    # History cannot be changed: the test avoids the triggers that protect it.
                    cursor.execute(f'ALTER TABLE "{meta.db_table}" DISABLE TRIGGER USER')
                    cursor.execute(
                        f'UPDATE "{meta.db_table}" SET "{field.column}" = LEFT(%s || id::text, %s)', [word, size]
                    )
                    n_rows = cursor.rowcount
                    cursor.execute(f'ALTER TABLE "{meta.db_table}" ENABLE TRIGGER USER')
            except DatabaseError:
                continue
            if n_rows:
                planted.add(f"{meta.model_name}.{field.name}")
    return planted


@pytest.fixture
def planted(rows, practitioner, front_desk, at) -> set[str]:  # noqa: F811
    """Contraindication, hold, red flags and diagnosis, each text with a unique word."""
    course = rows["course"]
    every = RedFlag.objects.for_clinic(course.clinic).current()
    _flags(*every.values_list("code", flat=True)[:6])(course, practitioner, at)
    item = ScreeningItem.objects.for_clinic(course.clinic).filter(effect="blocks").first()
    record_screening(patient=course.patient, findings={item: "because"}, by=practitioner, at=at)
    course = Course.objects.get(pk=course.pk)
    if course.status != Course.Status.ON_HOLD:
        hold_course(course, reason="waits", at=at)
    return plant(list(hidden_texts(front_desk)))


def test_what_is_planted(planted):
    """Otherwise nothing would show that the words of the file are searched."""
    wanted = {
        "assessment.diagnosed_by", "redflag.wording", "redflagreport.note", "screeningitem.wording",
        "screeningfinding.value", "paintype.name", "course.complaint", "course.hold_reason", "hold.reason",
        "review.reason",
    }  # fmt: skip
    assert wanted <= planted
    assert len(planted) > 60


def test_no_answer_holds_a_word_of_the_file(planted, rows, signed_in, front_desk, at, time_machine, smtp):  # noqa: F811
    time_machine.move_to(at, tick=False)
    client, found = signed_in(front_desk), {}
    for name in DESK:
        for method in ("GET", "POST"):
            with transaction.atomic():
                answer = _asked(client, method, _url(name, rows), rows)
                transaction.set_rollback(True)
            words = set(MARK.findall(answer.lower()))
            known = CATALOGUE.get(name)
            leaked = {word for word in words if not (known and known.fullmatch(word))}
            if leaked:
                found[f"{method} {name}"] = sorted(leaked)
    assert found == {}


def test_a_colleague_who_may_read_it_does(planted, rows, signed_in, practitioner):  # noqa: F811
    """Otherwise the words might be on no page at all."""
    page = signed_in(practitioner).get(_url("admin:patients_patient_change", rows)).content.decode()
    assert len(set(MARK.findall(page))) > 5


def _asked(client: Client, method: str, path: str, rows: Any) -> str:  # noqa: F811
    """The response and everything it leads to, as text."""
    if method == "GET":
        answer = client.get(path, follow=True)
    else:
        at = rows["course"].clinic.local(rows["appointment"].starts_at) + timedelta(days=3)
        form = {
            "reason": "x", "course": rows["course"].pk, "practitioner": rows["course"].practitioner_id,
            "minutes": 30, "starts_at": f"{at:%Y-%m-%dT%H:%M}", "is_for_needling": "on", "archive": "1",
        }  # fmt: skip
        answer = client.post(path, form, follow=True)
    return "" if answer.streaming else answer.content.decode(errors="replace")


@pytest.mark.parametrize("page", ["admin:patients_patient_changelist", "admin:clinic_membership_changelist"])
def test_no_filter_in_an_address_reveals_who_has_what(page, planted, rows, signed_in, front_desk):  # noqa: F811
    client, told = signed_in(front_desk), {}
    model = Patient if "patient" in page else Membership
    for relation in model._meta.related_objects:
        name = relation.name
        for value in ("0", "1"):
            answer = client.get(reverse(page), {f"{name}__isnull": value})
            if answer.status_code == 200:
                rows_shown = len(re.findall(r'<th class="field-', answer.content.decode()))
                told.setdefault(name, set()).add(rows_shown)
    assert {name: counts for name, counts in told.items() if len(counts) > 1} == {}


def test_search_does_not_look_into_the_file(planted, rows, signed_in, front_desk):  # noqa: F811
    course = Course.objects.get(pk=rows["course"].pk)
    client = signed_in(front_desk)
    for page in ("admin:patients_patient_changelist", "admin:courses_appointment_add"):
        for word in (course.complaint, course.hold_reason, Alert.objects.filter(course=course)[0].rule):
            answer = client.get(reverse(page), {"q": word}).content.decode()
            assert course.patient.family_name not in answer, (page, word)
