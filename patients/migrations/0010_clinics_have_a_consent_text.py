"""Clinics that work already get the shipped consent text; consents given before stay as they are."""

from typing import Any

from django.db import migrations

# As it was shipped then: a migration writes the same today as on the day it was made.
BODY = (
    "What is done, with single-use sterile needles; what else could be done, and doing nothing.\n"
    "Common: a bruise, soreness, tiredness, feeling faint. Uncommon (1 to 3 in 100 sessions): pain flares "
    "up for a while. Rare and serious: a collapsed lung (about 1 in 100,000 patients), infection, nerve "
    "injury.\n"
    "It does not replace a diagnosis. Tell us of pregnancy, blood thinners and implants. You may feel "
    "sleepy: think of driving.\n"
    "When to seek help at once: new weakness, unsteadiness, swelling, breathlessness, fever, severe pain.\n"
    "Pain scores are recorded; mails are not encrypted; staff see alerts in opening hours, and the "
    "mailbox is not watched day and night.\n"
    "We keep your records for [retention period]. You can withdraw each consent at any time."
)
SOURCE = "Consent items of common guidelines; rates from the large safety studies (MacPherson 2001, Witt 2009)."


def give_text(apps: Any, schema_editor: Any) -> None:
    """Version 1, with the place for the retention period still open."""
    texts = apps.get_model("patients", "ConsentText")
    row = {"body": BODY, "source": SOURCE, "needs_sign_off": True}
    for clinic in apps.get_model("clinic", "Clinic").objects.all():
        texts.objects.get_or_create(clinic=clinic, version=1, defaults=row)


class Migration(migrations.Migration):
    dependencies = [("patients", "0009_consent_texts")]

    operations = [migrations.RunPython(give_text, migrations.RunPython.noop)]
