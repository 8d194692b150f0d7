"""Plainer words for columns and choices; no column changes."""

import uuid

import django.contrib.postgres.fields
import django.db.models.deletion
from django.db import migrations, models


class Migration(migrations.Migration):
    dependencies = [
        ("courses", "0032_history_imports"),
        ("patients", "0011_words"),
    ]

    operations = [
        migrations.AlterField(
            model_name="adverseevent",
            name="causality",
            field=models.CharField(
                blank=True,
                choices=[
                    ("unrelated", "unrelated"),
                    ("possible", "possibly"),
                    ("probable", "probably"),
                    ("definite", "definitely"),
                    ("", "not judged"),
                ],
                default="",
                max_length=10,
                verbose_name="caused by the treatment",
            ),
        ),
        migrations.AlterField(
            model_name="adverseevent",
            name="course_of_it",
            field=models.CharField(
                blank=True,
                help_text="For pain: start, peak (0-10) and how long.",
                max_length=200,
                verbose_name="course of the pain",
            ),
        ),
        migrations.AlterField(
            model_name="adverseevent",
            name="onset_minutes",
            field=models.PositiveIntegerField(blank=True, null=True, verbose_name="minutes after needling"),
        ),
        migrations.AlterField(
            model_name="aftercaremeasure",
            name="ask_first",
            field=models.CharField(
                blank=True,
                help_text="What rules it out and is not a screening question.",
                max_length=300,
                verbose_name="ask first",
            ),
        ),
        migrations.AlterField(
            model_name="aftercaremeasure",
            name="doctor_first_if",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=40),
                blank=True,
                default=list,
                help_text="Never suggested then: the patient asks the doctor or midwife first.",
                size=None,
                verbose_name="only with a doctor's agreement if",
            ),
        ),
        migrations.AlterField(
            model_name="alert",
            name="came_from",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                help_text="Two records of one person may each have an open alert about the same matter. Both stay open.",
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="patients.patient",
                verbose_name="raised for the merged record",
            ),
        ),
        migrations.AlterField(
            model_name="alert",
            name="escalate_at",
            field=models.DateTimeField(blank=True, null=True, verbose_name="escalation due"),
        ),
        migrations.AlterField(
            model_name="alertthreshold",
            name="rates",
            field=models.JSONField(
                default=dict,
                help_text="Alerts that there would have been, by month and other labels.",
                verbose_name="rates",
            ),
        ),
        migrations.AlterField(
            model_name="checkinanswer",
            name="said",
            field=models.JSONField(
                default=dict, help_text="Each sign with the answer to its question.", verbose_name="signs answered"
            ),
        ),
        migrations.AlterField(
            model_name="clearanceoverride",
            name="codes",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.CharField(max_length=40), size=None, verbose_name="overridden"
            ),
        ),
        migrations.AlterField(
            model_name="clearanceoverride",
            name="session",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="clearance_override",
                to="courses.session",
                verbose_name="used on",
            ),
        ),
        migrations.AlterField(
            model_name="correction",
            name="act",
            field=models.UUIDField(
                default=uuid.uuid4, help_text="What was corrected together.", verbose_name="act"
            ),
        ),
        migrations.AlterField(
            model_name="correction",
            name="field",
            field=models.CharField(
                choices=[
                    ("score", "pain"),
                    ("held_at", "time"),
                    ("is_needled", "needles were used"),
                    ("uncleared_reason", "needled without clearance because"),
                    ("clearance", "against the clearance"),
                    ("needlings", "points"),
                    ("adverse_events", "side effects"),
                    ("aftercare", "aftercare"),
                    ("note", "note"),
                    ("details", "session details"),
                ],
                max_length=20,
                verbose_name="what",
            ),
        ),
        migrations.AlterField(
            model_name="needling",
            name="needle",
            field=models.CharField(
                blank=True,
                help_text="Size, maker or lot if they differ from the session's.",
                max_length=40,
                verbose_name="different needle",
            ),
        ),
        migrations.AlterField(
            model_name="prediction",
            name="memory",
            field=models.FloatField(blank=True, null=True, verbose_name="likelihood ratio of a lasting shift (M)"),
        ),
        migrations.AlterField(
            model_name="prediction",
            name="p",
            field=django.contrib.postgres.fields.ArrayField(
                base_field=models.FloatField(),
                blank=True,
                help_text="Of the scores 0 to 10, before this one was known. Empty if the curve had no estimate.",
                null=True,
                size=11,
                verbose_name="chance of each score",
            ),
        ),
        migrations.AlterField(
            model_name="prior",
            name="comparison",
            field=models.JSONField(
                default=dict,
                help_text="Compared with the Prior in use, on scores that neither had seen.",
                verbose_name="comparison",
            ),
        ),
        migrations.AlterField(
            model_name="reach",
            name="late_at",
            field=models.DateTimeField(
                help_text="The time after which it is a fault that nobody was reached.", verbose_name="late"
            ),
        ),
        migrations.AlterField(
            model_name="reach",
            name="leaves_at",
            field=models.DateTimeField(
                help_text="When the first message may be sent.", verbose_name="may be sent"
            ),
        ),
        migrations.AlterField(
            model_name="rulesettings",
            name="dry_run",
            field=models.JSONField(
                default=dict, help_text="Its effect on the sessions of the last 90 days.", verbose_name="dry run"
            ),
        ),
    ]
