"""The consent text is the clinic's own, in versions."""

import django.db.models.deletion
from django.db import migrations, models

SIGNED = (
    "paintype",
    "screeningitem",
    "consenttext",
)
TRIGGERS = "\n".join(
    f"CREATE TRIGGER patients_{table}_sign_off BEFORE UPDATE ON patients_{table} "
    "FOR EACH ROW EXECUTE FUNCTION clinic_edited_needs_sign_off();"
    for table in SIGNED
)
TRIGGERS_REVERSE = "\n".join(f"DROP TRIGGER patients_{table}_sign_off ON patients_{table};" for table in SIGNED)


class Migration(migrations.Migration):
    dependencies = [
        ("clinic", "0020_sign_off_events"),
        ("patients", "0008_practice_clinics_hold_test_patients"),
    ]

    operations = [
        migrations.CreateModel(
            name="ConsentText",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("version", models.PositiveSmallIntegerField(default=1, verbose_name="version")),
                ("body", models.TextField(help_text="One paragraph on each line.", verbose_name="text")),
                (
                    "retention",
                    models.CharField(
                        blank=True,
                        help_text="For example: 10 years after the last visit. The law of your country sets the least.",
                        max_length=120,
                        verbose_name="how long records are kept",
                    ),
                ),
                ("source", models.CharField(blank=True, max_length=300, verbose_name="source")),
                ("needs_sign_off", models.BooleanField(default=True, verbose_name="needs clinical sign-off")),
                (
                    "replaced_at",
                    models.DateTimeField(blank=True, editable=False, null=True, verbose_name="replaced"),
                ),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="consent_texts",
                        to="clinic.clinic",
                        verbose_name="clinic",
                    ),
                ),
            ],
            options={
                "verbose_name": "consent text",
                "verbose_name_plural": "consent texts",
                "ordering": ["-version"],
            },
        ),
        migrations.AddField(
            model_name="consent",
            name="text",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="patients.consenttext",
                verbose_name="text",
            ),
        ),
        migrations.AddConstraint(
            model_name="consenttext",
            constraint=models.UniqueConstraint(
                fields=("clinic", "version"), name="patients_consenttext_version_once"
            ),
        ),
        migrations.AddConstraint(
            model_name="consenttext",
            constraint=models.UniqueConstraint(
                condition=models.Q(("replaced_at", None)),
                fields=("clinic",),
                name="patients_consenttext_one_in_force",
            ),
        ),
        migrations.RunSQL(TRIGGERS, TRIGGERS_REVERSE),
    ]
