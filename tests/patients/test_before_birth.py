"""Nothing in a patient's file is dated before the patient was born: every form, every day of it."""

from __future__ import annotations

from datetime import date, datetime, timedelta

import pytest
from django.db.models import Min

from clinic.typed.date_words import said_day
from clinic.typed.dates import DayField
from patients.correction_form import correction_form
from patients.file_corrections import FIELDS, Subject
from patients.identity import before_birth
from patients.identity.before_birth import is_before, too_late_a_birth
from patients.identity.birth import Birth
from patients.models import Assessment, Imaging, Patient
from patients.record_form import RecordForm
from tests.factories import log_visit
from tests.typed.test_every_field import _below

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("birth", [{"born_on": date(1980, 5, 31)}, {"born_on": None, "birth_year": 1980}])
def test_every_form_of_the_file_refuses_a_day_before_the_birth(birth, patient):
    Patient.objects.filter(pk=patient.pk).update(**birth)
    patient = Patient.objects.get(pk=patient.pk)
    wrong, tried = [], set()
    for kind in _below(RecordForm):
        form = kind({}, patient=patient)
        for name in [name for name, field in form.fields.items() if isinstance(field, DayField)]:
            tried.add((kind.__name__, name))
            said = str(kind({name: "1979-12-31"}, patient=patient).errors.get(name, ""))
            if "before the birth date" not in said:
                wrong.append((kind.__name__, name, said))
            if "before the birth date" in str(kind({name: "1981-01-01"}, patient=patient).errors):
                wrong.append((kind.__name__, name, "1981"))
    assert wrong == []
    assert {("AssessmentForm", "diagnosed_on"), ("AssessmentForm", "imaging_on")} <= tried


@pytest.mark.parametrize("subject", [one for one in Subject if one != Subject.PATIENT])
def test_no_record_is_corrected_to_a_day_before_the_birth(subject, patient):
    model, _names = FIELDS[subject]
    record = model(assessment=Assessment(patient=patient)) if model is Imaging else model(patient=patient)
    for name, field in correction_form(subject).base_fields.items():
        if isinstance(field, DayField):
            form = correction_form(subject)({name: "1979-12-31"}, instance=record)
            assert "before the birth date" in str(form.errors.get(name)), name


def test_where_the_birth_is_unknown_nothing_is_refused():
    assert not is_before(date(1903, 1, 2), Birth())
    assert is_before(date(1979, 12, 31), Birth(year=1980))
    assert not is_before(date(1980, 1, 1), Birth(year=1980))


def test_every_day_on_file_refuses_a_birth_date_moved_past_it(course, practitioner, at, monkeypatch):
    patient, wrong = course.patient, []
    log_visit(course, at - timedelta(hours=1), before=4, after=3)
    columns = before_birth.dated_columns()
    names = {(one.model.__name__, one.column) for one in columns}
    assert {("Assessment", "diagnosed_on"), ("Imaging", "taken_on"), ("Session", "held_at")} <= names
    assert {("Letter", "written_at"), ("Appointment", "starts_at"), ("Reach", "reported_at")} <= names
    for one in columns:
        monkeypatch.setattr(before_birth, "dated_columns", lambda one=one: (one,))
        rows = one.model._default_manager.filter(**{one.patient: patient})
        first = rows.aggregate(first=Min(one.column))["first"]
        if first is None:
            assert too_late_a_birth(patient, Birth(on=at.date())) == ""
            continue
        day = patient.clinic.local(first).date() if isinstance(first, datetime) else first
        said = too_late_a_birth(patient, Birth(on=day + timedelta(days=1)))
        if said_day(day) not in said or too_late_a_birth(patient, Birth(on=day)):
            wrong.append((one.model.__name__, one.column, said))
    assert wrong == []


@pytest.mark.parametrize("born", ["2026-03-10", "1 Mar 2026"])
def test_the_patients_form_refuses_such_a_birth_date_and_keeps_what_was_typed(born, course, at, signed_in, lead):
    patient = course.patient
    log_visit(course, at - timedelta(days=20), before=4, after=3)
    stored = patient.birth
    url = f"/admin/patients/patient/{patient.pk}/change/"
    typed = {"given_name": patient.given_name, "family_name": patient.family_name, "phone": patient.phone}
    sent = {**typed, "born_on": born, "language": "en", "reason": "The card says so"}
    page = signed_in(lead).post(url, sent)
    assert page.status_code == 200
    text = page.content.decode()
    assert "is after something on file" in text
    assert f'value="{born}"' in text
    patient.refresh_from_db()
    assert patient.birth == stored


def test_no_session_is_dated_before_the_birth(course, at, signed_in, practitioner):
    patient = course.patient
    session = log_visit(course, at - timedelta(hours=1), before=4, after=3).session
    Patient.objects.filter(pk=patient.pk).update(born_on=date(2010, 5, 31))
    client, typed = signed_in(practitioner), {"held_at": "2009-01-02T10:00"}
    for url in (f"/admin/courses/course/{course.pk}/log/", f"/admin/courses/session/{session.pk}/correct/"):
        page = client.post(url, typed)
        assert page.status_code == 422, url
        assert "is before the birth date on file" in page.content.decode(), url
