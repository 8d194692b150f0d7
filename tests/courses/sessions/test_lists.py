"""The session form's lists are read again as soon as one of them changed, and only then."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest
from django.contrib.admin import site
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone

from clinic.admin import ClinicAdmin
from clinic.forms import ClinicForm
from clinic.models import Clinic
from courses.models import AdverseEventItem, AftercareMeasure, Point, RedFlag
from courses.sessions.lists import session_lists
from tests.factories import CourseFactory, cleared_patient

pytestmark = pytest.mark.django_db

LISTS = (RedFlag, AdverseEventItem, AftercareMeasure, Point)


@pytest.fixture
def stamp(clinic):
    """The current stamp in the database."""
    return lambda: Clinic.objects.values_list("lists_stamp", flat=True).get(pk=clinic.pk)


@pytest.fixture
def form(signed_in, practitioner, course):
    """Open the session form."""
    client = signed_in(practitioner)
    return lambda: client.get(reverse("admin:courses_course_log", args=[course.pk])).content.decode()


@pytest.mark.parametrize("model", LISTS)
def test_changed_row_gives_another_stamp(model, clinic, stamp):
    before = stamp()
    row = model.objects.for_clinic(clinic)[0]
    model.objects.filter(pk=row.pk).update(source="looked up again")
    assert stamp() != before


@pytest.mark.parametrize("model", [AdverseEventItem, AftercareMeasure, Point])
def test_new_row_and_one_taken_away_give_another_stamp(model, clinic, stamp):
    before, row = stamp(), model.objects.for_clinic(clinic).last()
    row.pk, row.code = None, "another"
    row.save()
    added = stamp()
    row.delete()
    assert len({before, added, stamp()}) == 3


def test_change_elsewhere_leaves_the_stamp(stranger, stamp):
    before = stamp()
    Point.objects.for_clinic(stranger.clinic).update(advice="new")
    assert stamp() == before


def test_change_taken_back_leaves_the_stamp(clinic, stamp):
    before = stamp()
    with transaction.atomic():
        Point.objects.for_clinic(clinic).update(advice="new")
        assert stamp() != before
        transaction.set_rollback(True)
    assert stamp() == before


def test_new_wording_of_a_red_flag_is_asked_at_once(form, clinic):
    old = RedFlag.objects.for_clinic(clinic).current().get(code="trauma")
    assert old.wording in form()
    RedFlag.objects.filter(pk=old.pk).update(replaced_at=timezone.now())
    old.pk, old.version, old.wording = None, old.version + 1, "Fell from a tree or worse"
    old.save()
    assert "Fell from a tree or worse" in form()


def test_new_point_is_offered_at_once(form, clinic):
    form()
    Point.objects.create(clinic=clinic, code="EX-XX1", pinyin="Xinxue", source="invented")
    assert "EX-XX1" in form()


def test_lists_are_read_once(form):
    form()
    with CaptureQueriesContext(connection) as queries:
        form()
    tables = {model._meta.db_table for model in LISTS}
    assert not [query["sql"] for query in queries if any(f'FROM "{table}"' in query["sql"] for table in tables)]


def test_each_clinic_has_its_own(clinic, stranger):
    ours, theirs = session_lists(clinic), session_lists(stranger.clinic)
    for mine, other in zip(vars(ours).values(), vars(theirs).values(), strict=True):
        assert {row.clinic_id for row in mine} == {clinic.pk}
        assert {row.clinic_id for row in other} == {stranger.clinic.pk}


def test_two_clinics_with_one_stamp_are_each_asked_their_own(signed_in, practitioner, stranger, course, at):
    there = CourseFactory(
        patient=cleared_patient(stranger.clinic, by=stranger, at=at - timedelta(days=60)), practitioner=stranger
    )
    RedFlag.objects.for_clinic(stranger.clinic).filter(code="trauma").update(wording="Asked at the harbour only")
    stamp = uuid4()
    Clinic.objects.update(lists_stamp=stamp)
    ours = signed_in(practitioner).get(reverse("admin:courses_course_log", args=[course.pk])).content.decode()
    theirs = signed_in(stranger).get(reverse("admin:courses_course_log", args=[there.pk])).content.decode()
    assert "Asked at the harbour only" not in ours
    assert "Asked at the harbour only" in theirs


def test_saving_the_clinic_never_brings_an_old_stamp_back(clinic, stamp, rf):
    form = ClinicForm({"name": "Renamed"}, instance=clinic)
    form.changed_data = ["name"]
    Point.objects.for_clinic(clinic).update(advice="new")
    newer, clinic.name = stamp(), "Renamed"
    ClinicAdmin(Clinic, site).save_model(rf.post("/"), clinic, form, True)
    assert stamp() == newer
    assert Clinic.objects.get(pk=clinic.pk).name == "Renamed"
