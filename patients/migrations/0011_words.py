"""Plainer words for columns and choices; no column changes."""

import uuid

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("patients", "0010_clinics_have_a_consent_text"),
    ]

    operations = [
        migrations.AlterField(
            model_name="filecorrection",
            name="act",
            field=models.UUIDField(
                default=uuid.uuid4, help_text="What was corrected together.", verbose_name="act"
            ),
        ),
        migrations.AlterField(
            model_name="patient",
            name="birth_year",
            field=models.PositiveSmallIntegerField(
                blank=True, help_text="If only the year is known.", null=True, verbose_name="year of birth"
            ),
        ),
        migrations.AlterField(
            model_name="patient",
            name="preferred_from",
            field=models.TimeField(blank=True, editable=False, null=True, verbose_name="not before"),
        ),
        migrations.AlterField(
            model_name="patient",
            name="preferred_until",
            field=models.TimeField(blank=True, editable=False, null=True, verbose_name="finished by"),
        ),
        migrations.AlterField(
            model_name="patient",
            name="preferred_weekdays",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.PositiveSmallIntegerField(),
                blank=True,
                editable=False,
                null=True,
                size=None,
                verbose_name="preferred weekdays",
            ),
        ),
        migrations.AlterField(
            model_name="patientmerge",
            name="seal",
            field=models.JSONField(default=dict, verbose_name="fingerprint"),
        ),
    ]
