"""Clinics with the usual emergency wording get the plainer one; what a clinic wrote itself stays."""

from typing import Any

from django.db import migrations

BEFORE = "Call the emergency number now, or have somebody take you to an emergency department."
NOW = "Call the emergency number now. Or ask someone to take you to an emergency department."


def reword(apps: Any, _schema_editor: Any) -> None:
    apps.get_model("clinic", "Clinic").objects.filter(emergency_wording=BEFORE).update(emergency_wording=NOW)


def word_as_before(apps: Any, _schema_editor: Any) -> None:
    apps.get_model("clinic", "Clinic").objects.filter(emergency_wording=NOW).update(emergency_wording=BEFORE)


class Migration(migrations.Migration):
    dependencies = [("clinic", "0012_plainer_emergency_wording")]

    operations = [migrations.RunPython(reword, word_as_before)]
