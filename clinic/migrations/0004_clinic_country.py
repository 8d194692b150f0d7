"""The country of a clinic."""

from django.db import migrations, models

import clinic.typed.validators


class Migration(migrations.Migration):
    dependencies = [
        ("clinic", "0003_clinic_lists_stamp"),
    ]

    operations = [
        migrations.AddField(
            model_name="clinic",
            name="country",
            field=models.CharField(
                blank=True,
                default="",
                help_text="ISO 3166 code. It decides the emergency number and how phone numbers are read.",
                max_length=2,
                validators=[clinic.typed.validators.validate_country],
                verbose_name="country",
            ),
            preserve_default=False,
        ),
        migrations.AlterField(
            model_name="clinic",
            name="phone",
            field=models.CharField(
                help_text="Shown to patients as the number to call.",
                max_length=40,
                verbose_name="phone",
            ),
        ),
    ]
