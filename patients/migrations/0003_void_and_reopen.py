"""Void rows of a file, their triggers, and earlier contact details."""

import django.db.models.deletion
from django.db import migrations, models

VOID_ONCE = ("assessment", "neurocheck", "patientpaintype", "screening", "specialistletter")
TRIGGERS = "\n".join(
    [
        *(
            f"CREATE TRIGGER patients_{table}_void_once BEFORE UPDATE ON patients_{table} "
            "FOR EACH ROW EXECUTE FUNCTION clinic_void_once();"
            for table in VOID_ONCE
        ),
        "DROP TRIGGER patients_consent_as_written ON patients_consent;",
        "CREATE TRIGGER patients_consent_only_void BEFORE UPDATE ON patients_consent "
        "FOR EACH ROW EXECUTE FUNCTION clinic_only_void();",
        "CREATE TRIGGER patients_contactchange_as_written BEFORE UPDATE OR DELETE ON patients_contactchange "
        "FOR EACH ROW EXECUTE FUNCTION patients_kept();",
    ]
)
TRIGGERS_REVERSE = "\n".join(
    [
        "DROP TRIGGER patients_contactchange_as_written ON patients_contactchange;",
        "DROP TRIGGER patients_consent_only_void ON patients_consent;",
        "CREATE TRIGGER patients_consent_as_written BEFORE UPDATE ON patients_consent "
        "FOR EACH ROW EXECUTE FUNCTION patients_kept();",
        *(f"DROP TRIGGER patients_{table}_void_once ON patients_{table};" for table in VOID_ONCE),
    ]
)


class Migration(migrations.Migration):
    dependencies = [
        ("clinic", "0011_void_rows_stay_void"),
        ("patients", "0002_history_is_kept"),
    ]

    operations = [
        migrations.CreateModel(
            name="ContactChange",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("field", models.CharField(max_length=40, verbose_name="what")),
                ("before", models.CharField(blank=True, max_length=300, verbose_name="before")),
                ("after", models.CharField(blank=True, max_length=300, verbose_name="after")),
                ("changed_at", models.DateTimeField(verbose_name="when")),
            ],
            options={
                "verbose_name": "change of a contact detail",
                "verbose_name_plural": "changes of contact details",
                "ordering": ["-changed_at", "-pk"],
            },
        ),
        migrations.RemoveConstraint(
            model_name="patientpaintype",
            name="patients_patientpaintype_once_at_a_time",
        ),
        migrations.AddField(
            model_name="assessment",
            name="void_reason",
            field=models.CharField(blank=True, editable=False, max_length=300, verbose_name="why void"),
        ),
        migrations.AddField(
            model_name="assessment",
            name="voided_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="void since"),
        ),
        migrations.AddField(
            model_name="assessment",
            name="voided_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clinic.membership",
                verbose_name="voided by",
            ),
        ),
        migrations.AddField(
            model_name="consent",
            name="void_reason",
            field=models.CharField(blank=True, editable=False, max_length=300, verbose_name="why void"),
        ),
        migrations.AddField(
            model_name="consent",
            name="voided_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="void since"),
        ),
        migrations.AddField(
            model_name="consent",
            name="voided_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clinic.membership",
                verbose_name="voided by",
            ),
        ),
        migrations.AddField(
            model_name="neurocheck",
            name="void_reason",
            field=models.CharField(blank=True, editable=False, max_length=300, verbose_name="why void"),
        ),
        migrations.AddField(
            model_name="neurocheck",
            name="voided_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="void since"),
        ),
        migrations.AddField(
            model_name="neurocheck",
            name="voided_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clinic.membership",
                verbose_name="voided by",
            ),
        ),
        migrations.AddField(
            model_name="patientpaintype",
            name="void_reason",
            field=models.CharField(blank=True, editable=False, max_length=300, verbose_name="why void"),
        ),
        migrations.AddField(
            model_name="patientpaintype",
            name="voided_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="void since"),
        ),
        migrations.AddField(
            model_name="patientpaintype",
            name="voided_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clinic.membership",
                verbose_name="voided by",
            ),
        ),
        migrations.AddField(
            model_name="screening",
            name="void_reason",
            field=models.CharField(blank=True, editable=False, max_length=300, verbose_name="why void"),
        ),
        migrations.AddField(
            model_name="screening",
            name="voided_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="void since"),
        ),
        migrations.AddField(
            model_name="screening",
            name="voided_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clinic.membership",
                verbose_name="voided by",
            ),
        ),
        migrations.AddField(
            model_name="specialistletter",
            name="void_reason",
            field=models.CharField(blank=True, editable=False, max_length=300, verbose_name="why void"),
        ),
        migrations.AddField(
            model_name="specialistletter",
            name="voided_at",
            field=models.DateTimeField(blank=True, editable=False, null=True, verbose_name="void since"),
        ),
        migrations.AddField(
            model_name="specialistletter",
            name="voided_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clinic.membership",
                verbose_name="voided by",
            ),
        ),
        migrations.AddConstraint(
            model_name="assessment",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("void_reason", ""), ("voided_at", None), ("voided_by", None)),
                    models.Q(
                        ("voided_at__isnull", False),
                        ("voided_by__isnull", False),
                        models.Q(("void_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="patients_assessment_void_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="consent",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("void_reason", ""), ("voided_at", None), ("voided_by", None)),
                    models.Q(
                        ("voided_at__isnull", False),
                        ("voided_by__isnull", False),
                        models.Q(("void_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="patients_consent_void_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="neurocheck",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("void_reason", ""), ("voided_at", None), ("voided_by", None)),
                    models.Q(
                        ("voided_at__isnull", False),
                        ("voided_by__isnull", False),
                        models.Q(("void_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="patients_neurocheck_void_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="patientpaintype",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("void_reason", ""), ("voided_at", None), ("voided_by", None)),
                    models.Q(
                        ("voided_at__isnull", False),
                        ("voided_by__isnull", False),
                        models.Q(("void_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="patients_patientpaintype_void_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="patientpaintype",
            constraint=models.UniqueConstraint(
                condition=models.Q(("ended_on", None), ("voided_at", None)),
                fields=("patient", "pain_type", "status"),
                name="patients_patientpaintype_once_at_a_time",
                violation_error_message="The patient has this type already.",
            ),
        ),
        migrations.AddConstraint(
            model_name="screening",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("void_reason", ""), ("voided_at", None), ("voided_by", None)),
                    models.Q(
                        ("voided_at__isnull", False),
                        ("voided_by__isnull", False),
                        models.Q(("void_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="patients_screening_void_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="specialistletter",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("void_reason", ""), ("voided_at", None), ("voided_by", None)),
                    models.Q(
                        ("voided_at__isnull", False),
                        ("voided_by__isnull", False),
                        models.Q(("void_reason", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="patients_specialistletter_void_says_why",
            ),
        ),
        migrations.AddField(
            model_name="contactchange",
            name="changed_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clinic.membership",
                verbose_name="who",
            ),
        ),
        migrations.AddField(
            model_name="contactchange",
            name="clinic",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="clinic.clinic",
                verbose_name="clinic",
            ),
        ),
        migrations.AddField(
            model_name="contactchange",
            name="patient",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="contact_changes",
                to="patients.patient",
                verbose_name="patient",
            ),
        ),
        migrations.RunSQL(TRIGGERS, TRIGGERS_REVERSE),
    ]
