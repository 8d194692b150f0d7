"""Imports of patients and past sessions; what one wrote may be taken away again while it is being undone."""

import uuid

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

# Nothing clinical is deleted, but for rows of an import that is marked as undone: as if it had never been.
UNDONE = """
CREATE FUNCTION courses_kept_unless_undone() RETURNS trigger AS $$
BEGIN
    IF TG_TABLE_NAME = 'courses_course' THEN
        IF EXISTS (
            SELECT 1 FROM courses_historyimport h WHERE h.id = OLD.brought_by_id AND h.undone_at IS NOT NULL
        ) THEN
            RETURN OLD;
        END IF;
    ELSIF TG_TABLE_NAME = 'patients_patient' THEN
        IF EXISTS (
            SELECT 1 FROM courses_importpart p JOIN courses_historyimport h ON h.id = p.history_import_id
            WHERE p.new_patients @> ARRAY[OLD.id] AND h.undone_at IS NOT NULL
        ) THEN
            RETURN OLD;
        END IF;
    ELSIF EXISTS (
        SELECT 1 FROM courses_course c JOIN courses_historyimport h ON h.id = c.brought_by_id
        WHERE c.id = OLD.course_id AND h.undone_at IS NOT NULL
        AND h.imported_at = (to_jsonb(OLD) ->> TG_ARGV[0])::timestamptz
    ) THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION '%: rows of % are never changed or deleted',
        CASE WHEN TG_TABLE_NAME = 'patients_patient' THEN 'patients_kept' ELSE 'courses_append_only' END, TG_TABLE_NAME
        USING ERRCODE = 'check_violation';
END $$ LANGUAGE plpgsql;
"""
# Each table with its time of writing, which must be that of the import.
TABLES = {"course": "created_at", "session": "logged_at", "painscore": "recorded_at"}


def _trigger(app: str, table: str, function: str) -> str:
    return (
        f"DROP TRIGGER {app}_{table}_kept ON {app}_{table};"
        f"CREATE TRIGGER {app}_{table}_kept BEFORE DELETE ON {app}_{table} FOR EACH ROW EXECUTE FUNCTION {function};"
    )


FORWARDS = UNDONE + "".join(
    [
        *(
            _trigger("courses", table, f"courses_kept_unless_undone('{column}')")
            for table, column in TABLES.items()
        ),
        _trigger("patients", "patient", "courses_kept_unless_undone('created_at')"),
    ]
)
BACKWARDS = "".join(
    [
        *(_trigger("courses", table, "courses_append_only()") for table in TABLES),
        _trigger("patients", "patient", "patients_kept()"),
        "DROP FUNCTION courses_kept_unless_undone();",
    ]
)


class Migration(migrations.Migration):
    dependencies = [
        ("clinic", "0020_sign_off_events"),
        ("courses", "0031_red_flag_proposals"),
    ]

    operations = [
        migrations.CreateModel(
            name="HistoryImport",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                ("uuid", models.UUIDField(default=uuid.uuid4, editable=False, unique=True)),
                ("uploaded_at", models.DateTimeField(verbose_name="uploaded")),
                ("file_name", models.CharField(blank=True, max_length=120, verbose_name="file")),
                ("content", models.BinaryField(blank=True, default=b"", verbose_name="content")),
                ("digest", models.CharField(max_length=64, verbose_name="digest of the file")),
                (
                    "state",
                    models.CharField(
                        choices=[
                            ("uploaded", "columns to choose"),
                            ("checking", "being checked"),
                            ("checked", "checked, not imported yet"),
                            ("importing", "being imported"),
                            ("imported", "imported"),
                            ("failed", "not imported"),
                            ("undone", "undone"),
                            ("discarded", "file deleted, nothing imported"),
                        ],
                        default="uploaded",
                        max_length=12,
                        verbose_name="state",
                    ),
                ),
                ("choices", models.JSONField(blank=True, default=dict, verbose_name="how it is read")),
                ("found", models.JSONField(blank=True, default=dict, verbose_name="what was found")),
                ("preview", models.JSONField(blank=True, default=dict, verbose_name="first rows")),
                ("refused", models.BinaryField(blank=True, default=b"", verbose_name="refused rows")),
                ("is_partial", models.BooleanField(default=False, verbose_name="without the refused rows")),
                ("n_done", models.PositiveIntegerField(default=0, verbose_name="done")),
                ("n_total", models.PositiveIntegerField(default=0, verbose_name="of")),
                ("lease_until", models.DateTimeField(blank=True, null=True, verbose_name="worked on until")),
                ("checked_at", models.DateTimeField(blank=True, null=True, verbose_name="checked")),
                ("imported_at", models.DateTimeField(blank=True, null=True, verbose_name="imported")),
                ("undone_at", models.DateTimeField(blank=True, null=True, verbose_name="undone")),
                ("undo_reason", models.CharField(blank=True, max_length=300, verbose_name="why undone")),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinic.clinic",
                        verbose_name="clinic",
                    ),
                ),
                (
                    "imported_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinic.membership",
                        verbose_name="imported by",
                    ),
                ),
                (
                    "undone_by",
                    models.ForeignKey(
                        blank=True,
                        null=True,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinic.membership",
                        verbose_name="undone by",
                    ),
                ),
                (
                    "uploaded_by",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinic.membership",
                        verbose_name="uploaded by",
                    ),
                ),
            ],
            options={
                "verbose_name": "import",
                "verbose_name_plural": "imports",
                "ordering": ["-uploaded_at", "-pk"],
                "permissions": [("export_clinic", "Can take out all data of the clinic")],
            },
        ),
        migrations.AddField(
            model_name="course",
            name="brought_by",
            field=models.ForeignKey(
                blank=True,
                editable=False,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="courses",
                to="courses.historyimport",
                verbose_name="imported with",
            ),
        ),
        migrations.CreateModel(
            name="ImportPart",
            fields=[
                (
                    "id",
                    models.BigAutoField(auto_created=True, primary_key=True, serialize=False, verbose_name="ID"),
                ),
                (
                    "patients",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), size=None, verbose_name="records"
                    ),
                ),
                (
                    "new_patients",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.BigIntegerField(), default=list, size=None, verbose_name="new records"
                    ),
                ),
                ("seal", models.JSONField(default=dict, verbose_name="fingerprints")),
                (
                    "clinic",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="+",
                        to="clinic.clinic",
                        verbose_name="clinic",
                    ),
                ),
                (
                    "history_import",
                    models.ForeignKey(
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="parts",
                        to="courses.historyimport",
                        verbose_name="import",
                    ),
                ),
            ],
            options={
                "verbose_name": "part of an import",
                "verbose_name_plural": "parts of imports",
                "ordering": ["pk"],
            },
        ),
        migrations.AddConstraint(
            model_name="historyimport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    ("undone_at", None), models.Q(("undo_reason", ""), _negated=True), _connector="OR"
                ),
                name="courses_historyimport_undo_says_why",
            ),
        ),
        migrations.AddConstraint(
            model_name="historyimport",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("state", "imported"), _negated=True), ("imported_at__isnull", False), _connector="OR"
                ),
                name="courses_historyimport_imported_has_a_time",
            ),
        ),
        migrations.AddIndex(
            model_name="importpart",
            index=django.contrib.postgres.indexes.GinIndex(
                fields=["new_patients"], name="courses_importpart_by_record"
            ),
        ),
        migrations.RunSQL(FORWARDS, BACKWARDS),
    ]
