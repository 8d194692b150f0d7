"""Plainer words for what a clinic sets and for faults."""

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models

import clinic.models.clinic


class Migration(migrations.Migration):
    dependencies = [
        ("clinic", "0013_clinics_with_the_usual_wording"),
    ]

    operations = [
        migrations.AlterField(
            model_name="clinic",
            name="escalation_chain",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(
                    choices=[
                        ("practitioner", "treating practitioner"),
                        ("duty_lead", "duty lead"),
                        ("manager", "manager"),
                        ("all_managers", "all managers"),
                    ],
                    max_length=20,
                ),
                default=clinic.models.clinic.default_escalation_chain,
                help_text="Who is emailed first, and who next while nobody answers.",
                size=None,
                verbose_name="escalation chain",
            ),
        ),
        migrations.AlterField(
            model_name="clinic",
            name="is_day3_asked",
            field=models.BooleanField(
                default=True,
                help_text="Patients are asked again on day 3. Staff look into it if they are still worse then.",
                verbose_name="check-in on day 3",
            ),
        ),
        migrations.AlterField(
            model_name="endpoint",
            name="member",
            field=models.ForeignKey(
                blank=True,
                help_text="Gets the alerts that this person gets. Empty: gets every alert of the clinic.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="endpoints",
                to="clinic.membership",
                verbose_name="for",
            ),
        ),
        migrations.AlterField(
            model_name="fault",
            name="kind",
            field=models.CharField(
                choices=[
                    ("stuck", "an alert is stuck"),
                    ("untold", "an alert that reached nobody"),
                    ("undelivered", "red-flag mail given up"),
                    ("spool", "an answer on disk that could not be taken in"),
                    ("unreached", "no message about a report was accepted in time"),
                    ("refused", "the mail server refuses what this installation sends"),
                    ("unsendable", "messages that cannot be made"),
                    ("crashing", "a task that ends its process every time"),
                    ("clock", "a clock was set back, and the step was set again"),
                    ("curve", "the curve failed, and only the fixed rules were applied"),
                ],
                max_length=20,
                verbose_name="what",
            ),
        ),
    ]
