"""Two red flags in plainer words, as new versions; the old ones stay on file."""

from typing import Any

from django.db import migrations
from django.utils import timezone

WORDINGS = {
    "dissection_5d3n": (
        "Seeing double, slurred speech, trouble swallowing, a numb face or a drooping eyelid. Or legs that suddenly "
        "give way. Or feeling sick and unsteady. Or dizzy with new pain on one side of the neck or head"
    ),
    "severe_pain": "Pain far worse than before, or very strong and not easing with rest",
}
USUAL = {"answer": "usual", "report": "Pain of 8 to 10, the patient's usual pain"}
KEPT = ("clinic_id", "code", "level", "follow_up", "topic", "asked", "position", "source")


def reword(apps: Any, schema_editor: Any) -> None:
    """Give every clinic the new wording; one that has it already keeps it."""
    flags = apps.get_model("courses", "RedFlag")
    for old in flags.objects.filter(code__in=WORDINGS, version=1, replaced_at=None):
        flags.objects.filter(pk=old.pk).update(replaced_at=timezone.now())
        flags.objects.update_or_create(
            clinic_id=old.clinic_id,
            code=old.code,
            version=2,
            defaults={
                **{name: getattr(old, name) for name in KEPT},
                "wording": WORDINGS[old.code],
                "follow_up_levels": [_with_report(row) for row in old.follow_up_levels],
                "needs_sign_off": True,
                "replaced_at": None,
            },
        )


def word_as_before(apps: Any, schema_editor: Any) -> None:
    """The old wording in force again; what was reported under the new one keeps its row."""
    flags = apps.get_model("courses", "RedFlag")
    for new in flags.objects.filter(code__in=WORDINGS, version=2, replaced_at=None):
        if flags.objects.filter(clinic_id=new.clinic_id, code=new.code, version=1).exists():
            flags.objects.filter(pk=new.pk).update(replaced_at=timezone.now())
            flags.objects.filter(clinic_id=new.clinic_id, code=new.code, version=1).update(replaced_at=None)


def _with_report(row: dict[str, str]) -> dict[str, str]:
    return {**row, "report": USUAL["report"]} if row["answer"] == USUAL["answer"] else row


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0012_answers_are_kept"),
    ]

    operations = [migrations.RunPython(reword, word_as_before)]
