"""Formats for the stock scripts of the admin, which get them as text."""

from __future__ import annotations

from typing import Any

from django.views.i18n import JavaScriptCatalog

from clinic.country.conventions import conventions

SUNDAY_IS_ZERO = 7


class ScriptCatalog(JavaScriptCatalog):
    """Django's catalogue for scripts, with the clinic's formats as they are now."""

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        """With each format written out; otherwise one is looked up when it is used, which no script can do."""
        context = super().get_context_data(**kwargs)
        formats = {name: _plain(value) for name, value in context["formats"].items()}
        first = conventions().first_weekday % SUNDAY_IS_ZERO
        return {**context, "formats": {**formats, "FIRST_DAY_OF_WEEK": first}}


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | list | tuple) else str(value)
