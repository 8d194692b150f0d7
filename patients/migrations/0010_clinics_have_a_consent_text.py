"""Clinics that work already get the shipped consent text; consents given before stay as they are."""

import json
from pathlib import Path
from typing import Any

from django.db import migrations

PATH = Path(__file__).resolve().parent.parent / "data" / "consent_text.json"


def give_text(apps: Any, schema_editor: Any) -> None:
    """Version 1, with the place for the retention period still open."""
    [row] = json.loads(PATH.read_text(encoding="utf-8"))["rows"]
    texts = apps.get_model("patients", "ConsentText")
    for clinic in apps.get_model("clinic", "Clinic").objects.all():
        texts.objects.get_or_create(clinic=clinic, version=1, defaults=row)


class Migration(migrations.Migration):
    dependencies = [("patients", "0009_consent_texts")]

    operations = [migrations.RunPython(give_text, migrations.RunPython.noop)]
