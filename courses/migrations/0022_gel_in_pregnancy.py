"""Clinics that have the anti-inflammatory gel no longer suggest it in pregnancy."""

from typing import Any

from django.db import migrations

GEL, PREGNANCY = "nsaid_gel", ["pregnancy"]


def ask_first(apps: Any, _schema_editor: Any) -> None:
    gels = apps.get_model("courses", "AftercareMeasure").objects.filter(code=GEL, doctor_first_if=[])
    # Whoever signed the old row off did not sign this.
    gels.update(doctor_first_if=PREGNANCY, needs_sign_off=True)


class Migration(migrations.Migration):
    dependencies = [("courses", "0021_ask_the_doctor_first")]

    operations = [migrations.RunPython(ask_first, migrations.RunPython.noop)]
