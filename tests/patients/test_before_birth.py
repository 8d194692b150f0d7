"""Nothing in a patient's file is dated before the patient was born: every form, every day of it."""

from __future__ import annotations

from datetime import date

import pytest

from clinic.typed_dates import DayField
from patients.correcting import FIELDS, Subject
from patients.correction_form import correction_form
from patients.identity.before_birth import is_before
from patients.identity.birth import Birth
from patients.models import Assessment, Imaging, Patient
from patients.record_form import RecordForm
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
