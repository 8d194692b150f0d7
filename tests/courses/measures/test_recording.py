"""Saving measures, and what the database refuses."""

from __future__ import annotations

import uuid

import pytest
from django.core.exceptions import ValidationError
from django.db import DatabaseError, transaction

from courses.measures.entry import ItemScore, MeasuresEntry
from courses.measures.recording import record_measures
from courses.models import Measure, MeasureScore, MeasureThreshold

pytestmark = pytest.mark.django_db
START = MeasureScore.Stage.START


@pytest.fixture
def record(course, practitioner, at):
    def save(*scores, stage=START, key=None):
        entry = MeasuresEntry(key or uuid.uuid4(), stage, scores)
        return record_measures(course, entry=entry, by=practitioner, at=at)

    return save


def test_form_sent_twice_saves_once(record):
    key = uuid.uuid4()
    first = record(ItemScore("peg_one", "", 6), key=key)
    assert record(ItemScore("peg_one", "", 6), key=key) == first
    assert MeasureScore.objects.count() == 1


def test_empty_form_is_refused(record):
    with pytest.raises(ValidationError):
        record()


@pytest.mark.parametrize(
    "wrong",
    [
        ItemScore("psfs", "1", 11, "drive"),
        ItemScore("peg", "pain", 2.5),
        ItemScore("peg_one", "", -1),
        ItemScore("pgic", "", 0),
        ItemScore("pgic", "", 8),
        ItemScore("ndi", "", 101, n_answered=10),
        ItemScore("rom", "flexion", 121),
        ItemScore("rom", "upwards", 40),
        ItemScore("pain", "", 4),
    ],
    ids=lambda one: f"{one.code} {one.item} {one.score}",
)
def test_database_refuses_what_is_out_of_range(record, refused, wrong):
    with refused("courses_measurescore_in_range"):
        record(wrong)


@pytest.mark.parametrize("n_answered", [7, 11, None])
def test_database_refuses_an_ndi_of_too_few_questions(record, refused, n_answered):
    with refused("courses_measurescore_ndi_says_how_many"):
        record(ItemScore("ndi", "", 40, n_answered=n_answered))


def test_database_refuses_an_activity_without_a_name(record, refused):
    with refused("courses_measurescore_activity_is_named"):
        record(ItemScore("psfs", "1", 4))


def test_database_refuses_to_change_or_delete_one(record):
    record(ItemScore("peg_one", "", 6))
    with pytest.raises(DatabaseError, match=r"append_only|only_void"), transaction.atomic():
        MeasureScore.objects.update(score=1)


def test_clinic_offers_peg_in_one_form_only(clinic, refused):
    with refused("courses_measure_peg_in_one_form"):
        Measure.objects.for_clinic(clinic).update(is_offered=True)


def test_every_threshold_has_a_source_and_what_is_recalled_needs_sign_off(clinic):
    rows = list(MeasureThreshold.objects.for_clinic(clinic))
    assert rows
    assert all(row.source for row in rows)
    assert all(row.needs_sign_off for row in rows if "recalled" in row.source or "roposal" in row.source)


def test_no_text_of_a_licensed_questionnaire_is_shipped(clinic):
    ndi = Measure.objects.for_clinic(clinic).get(code="ndi")
    assert "licence" in ndi.licence
    assert ndi.needs_sign_off
