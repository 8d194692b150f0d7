"""Clinics that already write to patients go on doing so: their number counts as confirmed, their setup as done."""

from typing import Any

from django.db import migrations
from django.db.models import F


def keep_running(apps: Any, schema_editor: Any) -> None:
    clinics = apps.get_model("clinic", "Clinic").objects
    clinics.update(confirmed_emergency_number=F("emergency_number"), set_up_at=F("created_at"))


class Migration(migrations.Migration):
    dependencies = [("clinic", "0015_day_one")]

    operations = [migrations.RunPython(keep_running, migrations.RunPython.noop)]
