"""Inline rows show their errors."""

from __future__ import annotations

from django.contrib import admin
from django.template.loader import get_template


def test_every_inline_shows_what_is_wrong_with_a_row_as_a_whole():
    inlines = [inline for one in admin.site._registry.values() for inline in one.inlines]
    assert inlines
    for inline in inlines:
        source = get_template(inline.template).template.source
        assert "form.non_field_errors" in source, f"{inline.__name__}: {inline.template}"
