"""The limits of a clearance are checked when a visit is saved, not only when the form opens."""

from __future__ import annotations

import pytest
from django.core.exceptions import ValidationError

from courses.models import Needling, Point
from courses.sessions.entry import NeedlingEntry
from patients.intake import record_screening
from patients.models import ScreeningItem
from tests.factories import log_visit

pytestmark = pytest.mark.django_db

ELECTRICAL = Needling.Stimulation.ELECTRICAL


@pytest.fixture
def needle(course, practitioner, clinic, at):
    """Log a visit with one needle for a patient with one finding."""

    def log(finding, code, *, stimulation=Needling.Stimulation.NONE):
        item = ScreeningItem.objects.get(clinic=clinic, code=finding)
        record_screening(patient=course.patient, findings={item: ""}, by=practitioner, at=at)
        point = Point.objects.get(clinic=clinic, code=code)
        needling = NeedlingEntry(point, Needling.Side.BOTH, stimulation=stimulation)
        return log_visit(course, at, needlings=(needling,))

    return log


@pytest.mark.parametrize(
    ("finding", "code", "stimulation"),
    [
        ("pregnancy", "LI4", Needling.Stimulation.NONE),
        ("pacemaker", "SI3", ELECTRICAL),
        ("epilepsy", "SI3", ELECTRICAL),
    ],
)
def test_forbidden_point_or_modality_is_no_silent_matter(needle, finding, code, stimulation):
    with pytest.raises(ValidationError):
        needle(finding, code, stimulation=stimulation)


@pytest.mark.parametrize(
    ("finding", "code", "stimulation"),
    [("pregnancy", "SI3", Needling.Stimulation.MANUAL), ("pacemaker", "LI4", Needling.Stimulation.MANUAL)],
)
def test_what_is_not_forbidden_is_saved(needle, finding, code, stimulation):
    assert needle(finding, code, stimulation=stimulation).session.needlings.count() == 1
