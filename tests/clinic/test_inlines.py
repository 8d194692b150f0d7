"""Inline rows show their errors."""

from __future__ import annotations

import pytest
from bs4 import BeautifulSoup
from django.contrib import admin
from django.template.loader import get_template
from django.urls import reverse

from tests.posting.forms import sent_of

pytestmark = pytest.mark.django_db


def test_every_inline_shows_what_is_wrong_with_a_row_as_a_whole():
    inlines = [inline for one in admin.site._registry.values() for inline in one.inlines]
    assert inlines
    for inline in inlines:
        source = get_template(inline.template).template.source
        assert "form.non_field_errors" in source, f"{inline.__name__}: {inline.template}"


def test_opening_hours_that_end_before_they_begin_say_so(signed_in, manager):
    client, url = signed_in(manager), reverse("admin:clinic_clinic_change", args=[manager.clinic_id])
    form = BeautifulSoup(client.get(url).content, "html.parser").find("form", id="clinic_form")
    sent = {str(one.get("name")): sent_of(one) for one in form.find_all(["input", "select", "textarea"])}
    values = {name: value for name, value in sent.items() if value is not None} | {
        "opening_hours-0-weekday": "1",
        "opening_hours-0-opens_at": "21:00",
        "opening_hours-0-closes_at": "20:00",
    }
    page = BeautifulSoup(client.post(url, values).content, "html.parser")
    (row,) = page.select("tr.row-form-errors")
    assert "The closing time must be after the opening time." in row.text
