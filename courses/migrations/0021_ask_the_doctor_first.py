"""Aftercare that is suggested only after a doctor's or midwife's word."""

import django.contrib.postgres.fields
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [("courses", "0020_merged_records")]

    operations = [
        migrations.AddField(
            model_name="aftercaremeasure",
            name="doctor_first_if",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=40),
                blank=True,
                default=list,
                help_text="Never suggested then: the patient asks the doctor or midwife first.",
                size=None,
                verbose_name="only after a doctor's word if",
            ),
        ),
    ]
