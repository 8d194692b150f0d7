"""Formats for the stock scripts of the admin, which get them as text."""

from __future__ import annotations

from typing import Any

from django.views.i18n import JavaScriptCatalog

from clinic.country.conventions import conventions

SUNDAY_IS_ZERO = 7


class ScriptCatalog(JavaScriptCatalog):
    """Django's catalogue for scripts, with the clinic's formats as they are now."""

    def get_formats(self) -> dict[str, Any]:
        """Each format written out; a format of this clinic is looked up when it is used."""
        found = {name: _plain(value) for name, value in super().get_formats().items()}  # type: ignore[no-untyped-call]
        return {**found, "FIRST_DAY_OF_WEEK": conventions().first_weekday % SUNDAY_IS_ZERO}


def _plain(value: Any) -> Any:
    return value if isinstance(value, int | list | tuple) else str(value)
