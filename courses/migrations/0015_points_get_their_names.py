"""Points that clinics have already get the names of the shipped list; what a clinic wrote itself stays."""

import json
from pathlib import Path
from typing import Any

from django.db import migrations

POINTS = Path(__file__).parent.parent / "data" / "points.json"


def fill_names(apps: Any, _schema_editor: Any) -> None:
    point = apps.get_model("courses", "Point")
    for row in json.loads(POINTS.read_text(encoding="utf-8"))["rows"]:
        nameless = point.objects.filter(code=row["code"], chinese_name="", other_names=[])
        nameless.update(chinese_name=row["chinese_name"], other_names=row["other_names"])


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0014_points_have_names"),
    ]

    operations = [migrations.RunPython(fill_names, migrations.RunPython.noop)]
