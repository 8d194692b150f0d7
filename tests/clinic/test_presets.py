"""Clinical content that a new clinic starts with."""

from __future__ import annotations

import json

import pytest

from clinic.presets import install_all, install_rows, load_rows
from courses.models import Point
from courses.presets import DATA

pytestmark = pytest.mark.django_db


def test_rows_of_a_file_are_its_rows(tmp_path):
    (tmp_path / "some.json").write_text(json.dumps({"about": "x", "rows": [{"code": "a"}]}))
    assert load_rows(tmp_path / "some.json") == [{"code": "a"}]


def test_missing_rows_come_and_edited_rows_stay(clinic):
    first, second = Point.objects.filter(clinic=clinic)[:2]
    Point.objects.filter(pk=first.pk).update(place="where we find it")
    Point.objects.filter(pk=second.pk).delete()
    install_rows(clinic, Point, DATA / "points.json")
    assert Point.objects.get(pk=first.pk).place == "where we find it"
    assert Point.objects.filter(clinic=clinic, code=second.code).count() == 1


def test_whole_installation_can_be_repeated(clinic):
    n_points = Point.objects.count()
    install_all(clinic)
    assert Point.objects.count() == n_points
