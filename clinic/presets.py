"""Clinical content of a new clinic: rows from data files, which the clinic then edits."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import models, transaction
from django.utils.module_loading import import_string

from clinic.country.conventions import US_SPELLING
from clinic.country.spelling import respelled
from clinic.models import Clinic

# The columns that people read; codes and sources are spelled in one way only.
SPELLED = frozenset({"name", "wording", "advice", "place", "question", "meaning", "note"})


def load_rows(path: Path) -> list[dict[str, Any]]:
    """The rows of a data file, each with its source."""
    content: dict[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return list(content["rows"])


def install_rows(clinic: Clinic, model: type[models.Model], path: Path) -> None:
    """Add the rows of a file that the clinic does not have yet; its own edits stay."""
    rows = [model(clinic=clinic, **_spelled(row, clinic)) for row in load_rows(path)]
    model._default_manager.bulk_create(rows, ignore_conflicts=True)


def _spelled(row: dict[str, Any], clinic: Clinic) -> dict[str, Any]:
    """A row's words as the clinic's country spells them; codes and sources stay."""
    if clinic.country not in US_SPELLING:
        return row
    words = {key: respelled(value) for key, value in row.items() if isinstance(value, str) and key in SPELLED}
    return {**row, **words}


@transaction.atomic
def install_all(clinic: Clinic) -> None:
    """Install everything a new clinic starts with."""
    for path in settings.CLINIC_PRESETS:
        import_string(path)(clinic)
