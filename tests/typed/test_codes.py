"""Lists of codes in the catalogues are chosen and never typed: a misspelt code would switch a check off."""

from __future__ import annotations

import pytest
from django.apps import apps
from django.contrib import admin
from django.test import RequestFactory

from clinic.typed.codes import CodesField, is_of_codes
from courses.models import Point, Protocol

pytestmark = pytest.mark.django_db

# Columns of several texts that people read and no code compares.
FREE = {("Point", "other_names"): "names: refused where another point has them"}


@pytest.fixture
def request_of(lead):
    request = RequestFactory().get("/")
    request.user = lead.user
    lead.user.active_membership = lead
    return request


def offered(request):
    """Every column of several texts on a page of a catalogue: its model, name and field."""
    for model, page in admin.site._registry.items():
        fields = {one.name: one for one in model._meta.concrete_fields if is_of_codes(one)}
        if not fields or not page.has_change_permission(request):
            continue
        for name, field in page.get_form(request).base_fields.items():
            if name in fields:
                yield model, name, field


def test_every_list_of_codes_is_chosen_from_known_ones(request_of):
    found = {(model.__name__, name): field for model, name, field in offered(request_of)}
    typed = {key for key, field in found.items() if not hasattr(field, "choices")}
    assert typed == FREE.keys()
    assert {("Point", "risk_tags"), ("ScreeningItem", "tags"), ("Protocol", "for_types")} <= found.keys()
    assert sum(isinstance(field, CodesField) for field in found.values()) >= 6


def test_every_shipped_code_is_known(request_of):
    unknown = {}
    for model, name, field in offered(request_of):
        if isinstance(field, CodesField):
            said = [code for code, words in field.choices if "(unknown:" in words]
            if said:
                unknown[f"{model.__name__}.{name}"] = said
    assert unknown == {}


def test_page_saves_what_is_ticked_and_refuses_what_nothing_knows(signed_in, lead, clinic):
    client = signed_in(lead)
    point = Point.objects.get(clinic=clinic, code="SP6")
    url = f"/admin/courses/point/{point.pk}/change/"
    sent = {"code": "SP6", "risk": "restricted", "other_names": "", "risk_tags": ["pregnacy"]}
    page = client.post(url, sent)
    assert "pregnacy" in page.content.decode()
    point.refresh_from_db()
    assert point.risk_tags == ["pregnancy"]
    assert client.post(url, {**sent, "risk_tags": ["pneumothorax", "pregnancy"]}).status_code == 302
    point.refresh_from_db()
    assert point.risk_tags == ["pneumothorax", "pregnancy"]


def test_code_on_file_that_nothing_knows_stays_and_is_said(signed_in, lead, clinic):
    plan = Protocol.objects.filter(clinic=clinic).first()
    Protocol.objects.filter(pk=plan.pk).update(for_types=["whiplash"])
    page = signed_in(lead).get(f"/admin/courses/protocol/{plan.pk}/change/").content.decode()
    assert "whiplash (unknown: nothing is checked)" in page


def test_no_model_keeps_codes_outside_these_pages():
    known = {
        ("Clinic", "languages"), ("Clinic", "escalation_chain"), ("Membership", "more_roles"),
        ("Patient", "preferred_weekdays"),
        ("ScreeningItem", "tags"), ("ClearanceOverride", "codes"), ("Protocol", "for_types"),
        ("AftercareMeasure", "blocked_by"), ("AftercareMeasure", "cautioned_by"),
        ("AftercareMeasure", "doctor_first_if"), ("Session", "other_treatments"),
        ("Point", "other_names"), ("Point", "risk_tags"), ("Prediction", "alarmed"),
    }  # fmt: skip
    found = {
        (model.__name__, one.name)
        for model in apps.get_models()
        for one in model._meta.concrete_fields
        if is_of_codes(one) and model.__module__.split(".")[0] in {"clinic", "patients", "courses"}
    }
    assert found <= known
