"""What needs care at a point for one patient."""

from __future__ import annotations

import pytest

from courses.sessions.points.notes import Heed, PointNote, PointRisk, ScreenedItem, point_note

PREGNANT = ScreenedItem("pregnancy", "Pregnant (12)", ("electro", "pregnancy"), is_limit=True)
THIN = ScreenedItem("thin_build", "Thin build", ("pneumothorax",))
SMOKER = ScreenedItem("smoker", "Smoker", ("pneumothorax",))
BLOOD = ScreenedItem("anticoagulant", "Anticoagulant")


def test_ordinary_point_says_nothing():
    assert point_note(PointRisk(), [PREGNANT, THIN, BLOOD]) == PointNote()


def test_what_the_screening_forbids_comes_first():
    note = point_note(PointRisk(("pneumothorax", "pregnancy"), advice="Shallow"), [THIN, PREGNANT])
    assert (note.heed, note.reasons, note.advice) == (Heed.FORBIDDEN, ("Pregnant (12)", "Thin build"), "Shallow")


def test_every_reason_for_care_is_named():
    note = point_note(PointRisk(("pneumothorax",)), [THIN, SMOKER])
    assert (note.heed, note.reasons) == (Heed.CAUTION, ("Thin build", "Smoker"))


@pytest.mark.parametrize("tag", ["spinal_canal", "brain_stem", "vertebral_artery", "great_vessels"])
def test_anticoagulant_asks_care_where_bleeding_cannot_be_pressed(tag):
    assert point_note(PointRisk((tag,)), [BLOOD]).heed is Heed.CAUTION


def test_anticoagulant_says_nothing_at_the_hand():
    assert point_note(PointRisk(("pregnancy",)), [BLOOD]).reasons == ()


def test_restricted_point_is_said_aloud_to_everybody():
    assert point_note(PointRisk(("brain_stem",), is_restricted=True), []).heed is Heed.CAUTION
