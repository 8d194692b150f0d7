"""Correcting aftercare."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError

from courses.corrections.correct import correct_session
from courses.corrections.correction import CorrectedSession, version_of
from courses.corrections.wording import correction_words
from courses.models import AftercareGiven, AftercareMeasure, Correction
from tests.factories import log_visit

pytestmark = pytest.mark.django_db


@pytest.fixture
def measure(course):
    """One of the clinic's measures by its code."""
    return lambda code: AftercareMeasure.objects.for_clinic(course.clinic).get(code=code)


@pytest.fixture
def session(course, at, measure):
    return log_visit(course, at - timedelta(hours=1), aftercare=(measure("warm_compress"),)).session


@pytest.fixture
def correct(session, practitioner, at):
    def do(*measures, **values):
        as_is = {"held_at": session.held_at, "is_needled": True, "note": "", "reason": "gave the gel instead"}
        ids = frozenset(one.pk for one in measures) if measures != (None,) else None
        wanted = CorrectedSession(version=version_of(session), aftercare_ids=ids, **as_is, **values)
        return correct_session(session, wanted=wanted, by=practitioner, at=at)

    return do


def given(session):
    return [str(one) for one in session.aftercare_given.all()]


def test_measure_is_exchanged_and_both_are_kept(session, correct, measure, practitioner, at):
    correct(measure("nsaid_gel"))
    assert given(session) == [measure("nsaid_gel").name]
    kept = Correction.objects.get()
    assert kept.field == "aftercare"
    assert [row["measure_id"] for row in kept.before] == [measure("warm_compress").pk]
    assert [row["measure_id"] for row in kept.after] == [measure("nsaid_gel").pk]
    assert (kept.reason, kept.corrected_by, kept.corrected_at) == ("gave the gel instead", practitioner, at)


def test_before_and_after_are_shown_by_name(session, correct, measure, clinic):
    correct(measure("nsaid_gel"))
    (act,) = correction_words(Correction.objects.all(), clinic=clinic)
    assert act.lines == (("aftercare", measure("warm_compress").name, measure("nsaid_gel").name),)


def test_nothing_was_given_after_all(session, correct, clinic):
    correct()
    assert given(session) == []
    (act,) = correction_words(Correction.objects.all(), clinic=clinic)
    assert act.lines[0][2] == "nothing"


def test_same_measures_are_no_correction(session, correct, measure):
    with pytest.raises(ValidationError, match="Nothing was changed"):
        correct(measure("warm_compress"))


def test_aftercare_that_was_not_looked_at_stays(session, correct, measure):
    correct(None, details={"needles_in": 4, "needles_out": 4})
    assert given(session) == [measure("warm_compress").name]
    assert list(Correction.objects.values_list("field", flat=True)) == ["details"]


def test_database_refuses_to_take_a_measure_away_without_a_correction(session, refused):
    with refused("courses_part_is_corrected"):
        AftercareGiven.objects.all().delete()


def test_database_refuses_to_exchange_a_measure_without_a_correction(session, refused, measure):
    with refused("courses_part_is_corrected"):
        session.aftercare_given.update(measure=measure("nsaid_gel"))
