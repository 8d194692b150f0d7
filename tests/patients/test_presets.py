"""A new clinic's types and contraindications."""

from __future__ import annotations

import pytest

from clinic.presets import load_rows
from patients.models import PainType, ScreeningItem
from patients.presets import DATA, install_presets

pytestmark = pytest.mark.django_db

CLASSES = {
    "axial": "A",
    "radiculopathy": "B",
    "myelopathy": "C",
    "sympathetic": "B",
    "vertebral_artery": "C",
    "strain": "A",
    "myofascial": "A",
    "postural": "A",
    "undiagnosed": "B",
}


def test_types_have_their_clearance_class(clinic):
    found = dict(PainType.objects.for_clinic(clinic).values_list("code", "clearance_class"))
    assert CLASSES.items() <= found.items()
    assert found["mixed"] == "C"


@pytest.mark.parametrize("name", ["pain_types.json", "screening_items.json"])
def test_every_row_names_its_source(name):
    assert all(row["source"].strip() for row in load_rows(DATA / name))


@pytest.mark.parametrize(
    ("code", "effect", "tags"),
    [
        ("cannot_consent", "blocks", set()),
        ("uncontrolled_movements", "blocks", set()),
        ("spinal_instability", "blocks", set()),
        ("undiagnosed_illness", "blocks", set()),
        ("clotting_disorder", "limits", {"deep"}),
        ("pacemaker", "limits", {"electro"}),
        ("epilepsy", "limits", {"electro"}),
        ("pregnancy", "limits", {"electro", "pregnancy"}),
        ("neutropenia", "limits", {"press_needle"}),
        ("anticoagulant", "caution", set()),
    ],
)
def test_contraindications_do_what_the_facts_say(clinic, code, effect, tags):
    item = ScreeningItem.objects.for_clinic(clinic).get(code=code)
    assert item.effect == effect
    assert tags <= set(item.tags)


def test_installing_again_keeps_the_clinics_own_edits(clinic):
    PainType.objects.filter(clinic=clinic, code="axial").update(name="Local type")
    n_types, n_items = PainType.objects.count(), ScreeningItem.objects.count()
    install_presets(clinic)
    assert PainType.objects.get(clinic=clinic, code="axial").name == "Local type"
    assert (PainType.objects.count(), ScreeningItem.objects.count()) == (n_types, n_items)


def test_consent_text_says_first_what_it_is_and_warns_of_driving(clinic):
    lines = clinic.consent_texts.get().paragraphs
    assert lines[0].startswith("This is about acupuncture with sterile needles")
    assert any("Do not drive if you feel sleepy." in line for line in lines)
